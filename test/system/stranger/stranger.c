// SPDX-License-Identifier: GPL-2.0-only
/* Calls a kernel function that no annotated header knows; for build.sh. */
#include <linux/module.h>
#include <linux/reboot.h>

static int __init stranger_init(void)
{
	orderly_poweroff(false);
	return 0;
}

module_init(stranger_init);
MODULE_DESCRIPTION("Calls an unknown function");
MODULE_LICENSE("GPL");
