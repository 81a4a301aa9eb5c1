// SPDX-License-Identifier: GPL-2.0-only
/* Calls a function of owner.c with less arguments than it has. */
#include <linux/module.h>

long shared(long a);

static int __init user_init(void)
{
	return shared(0);
}

module_init(user_init);
