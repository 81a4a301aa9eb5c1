// SPDX-License-Identifier: GPL-2.0-only
/* Time and space: what never ends. */
#include <linux/kernel.h>
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
