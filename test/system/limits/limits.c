// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does, when it is loaded, what isolation does not contain: reads a word of
 * somebody else's (read=ADDRESS), has a function of the kernel warn (warn=1), or
 * waits with interrupts off, on all CPUs that there are (loop=1).
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static unsigned long read;
module_param(read, ulong, 0);
MODULE_PARM_DESC(read, "address of what is read");

static bool warn;
module_param(warn, bool, 0);
MODULE_PARM_DESC(warn, "ask for more memory than the kernel can have in one piece");

static bool loop;
module_param(loop, bool, 0);
MODULE_PARM_DESC(loop, "do not end, with interrupts off");

static DEFINE_SPINLOCK(lock);

static int __init limits_init(void)
{
	size_t much = 64 << 20;
	unsigned long flags;

	OPTIMIZER_HIDE_VAR(much);
	if (read)
		pr_info("limits: it is %#lx\n", READ_ONCE(*(unsigned long *)read));
	if (warn)
		kfree(kmalloc(much, GFP_KERNEL));
	if (loop) {
		spin_lock_irqsave(&lock, flags);
		while (READ_ONCE(loop))
			cpu_relax();
		spin_unlock_irqrestore(&lock, flags);
	}
	return 0;
}

static void __exit limits_exit(void)
{
}

module_init(limits_init);
module_exit(limits_exit);
MODULE_DESCRIPTION("Does what is not contained");
MODULE_LICENSE("GPL");
