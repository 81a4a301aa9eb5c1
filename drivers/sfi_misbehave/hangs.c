// SPDX-License-Identifier: GPL-2.0-only
/* Time and space: what never ends. */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "misbehave.h"

MISBEHAVIOUR(hang)
{
	while (READ_ONCE(wrong))
		;
}

static DEFINE_SPINLOCK(lock);

/* With a lock held. */
MISBEHAVIOUR(hang_irqs_off)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	while (READ_ONCE(wrong))
		;
	spin_unlock_irqrestore(&lock, flags);
}

/* Each call needs stack, and uses its callee's result: no call can become a jump. */
static noinline u64 deeper(u64 depth)
{
	u64 frame[16];

	WRITE_ONCE(frame[depth % 16], depth);
	return READ_ONCE(frame[depth % 16]) + (depth ? deeper(depth - 1) : 0);
}

MISBEHAVIOUR(recursion)
{
	u64 depth = wrong ? 1 << 20 : 1;

	OPTIMIZER_HIDE_VAR(depth);
	deeper(depth);
}

/* Sleeps, so that it is no hang. */
MISBEHAVIOUR(starve)
{
	do {
		msleep(20);
	} while (READ_ONCE(wrong));
}

/* Runs, and sleeps now and then. */
MISBEHAVIOUR(starve_running)
{
	unsigned long end;

	do {
		end = jiffies + msecs_to_jiffies(wrong ? 100 : 1);
		while (time_before(jiffies, end))
			cpu_relax();
		usleep_range(1000, 2000);
	} while (READ_ONCE(wrong));
}

/* Takes all the memory that it gets, and asks for more. */
MISBEHAVIOUR(allocation_bomb)
{
	void **all = NULL, **p;
	unsigned int n = 4;

	while (n) {
		p = kmalloc(16384, GFP_ATOMIC | __GFP_NOWARN);
		if (p) {
			*p = all;
			all = p;
		}
		n -= !READ_ONCE(wrong);
	}
	while ((p = all)) {
		all = *p;
		kfree(p);
	}
}
