// SPDX-License-Identifier: GPL-2.0-only
/* Makes the kernel oops when it is loaded: shows that the harness notices. */
#include <linux/module.h>

static int __init crash_init(void)
{
	int *volatile nowhere = NULL;

	*nowhere = 1;
	return 0;
}

module_init(crash_init);
MODULE_DESCRIPTION("Kills the kernel");
MODULE_LICENSE("GPL");
