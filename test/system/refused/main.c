// SPDX-License-Identifier: GPL-2.0-only
/* A module that does nothing; for refused.sh. */
#include <linux/module.h>

static int __init refused_init(void)
{
	return 0;
}

static void __exit refused_exit(void)
{
}

module_init(refused_init);
module_exit(refused_exit);
MODULE_DESCRIPTION("Does nothing");
MODULE_LICENSE("GPL");
