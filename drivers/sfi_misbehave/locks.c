// SPDX-License-Identifier: GPL-2.0-only
/* Locks, and what else the caller must find as it was. */
#include <linux/bottom_half.h>
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "misbehave.h"

static DEFINE_SPINLOCK(spin);
static DEFINE_SPINLOCK(other_spin);

MISBEHAVIOUR(lock_held_at_return)
{
	unsigned long flags;

	spin_lock_irqsave(&spin, flags);
	if (!wrong)
		spin_unlock_irqrestore(&spin, flags);
}

MISBEHAVIOUR(unlock_not_held)
{
	spin_lock(&spin);
	spin_unlock(wrong ? &other_spin : &spin);
}

/* A lock that belongs to another module. */
MISBEHAVIOUR(lock_foreign)
{
	spinlock_t *lock = wrong ? foreign_lock() : &spin;
	unsigned long flags;

	OPTIMIZER_HIDE_VAR(lock);
	spin_lock_irqsave(lock, flags);
	spin_unlock_irqrestore(lock, flags);
}

MISBEHAVIOUR(unlock_foreign)
{
	spinlock_t *lock = wrong ? foreign_lock() : &spin;
	unsigned long flags;

	OPTIMIZER_HIDE_VAR(lock);
	spin_lock_irqsave(&spin, flags);
	spin_unlock_irqrestore(lock, flags);
}

/* On itself. */
MISBEHAVIOUR(deadlock)
{
	unsigned long flags;

	spin_lock_irqsave(&spin, flags);
	if (wrong)
		spin_lock(&spin);
	spin_unlock_irqrestore(&spin, flags);
}

MISBEHAVIOUR(sleep_with_lock)
{
	if (wrong)
		spin_lock(&spin);
	might_sleep();
	msleep(20);
	if (wrong)
		spin_unlock(&spin);
}

/* Rightly, who may not sleep waits busily. */
MISBEHAVIOUR(sleep_atomic)
{
	if (wrong)
		msleep(20);
	else
		udelay(20);
}

/* Interrupts stay off, the lock does not stay taken. */
MISBEHAVIOUR(irqs_left_off)
{
	unsigned long flags;

	spin_lock_irqsave(&spin, flags);
	if (wrong)
		spin_unlock(&spin);
	else
		spin_unlock_irqrestore(&spin, flags);
}

/* preempt_enable() without the scheduling. */
static void count_down(void)
{
	barrier();
	__preempt_count_sub(1);
}

MISBEHAVIOUR(preempt_left_off)
{
	preempt_disable();
	if (!wrong)
		count_down();
}

/* More often on than off. */
MISBEHAVIOUR(preempt_turned_on)
{
	preempt_disable();
	count_down();
	if (wrong)
		count_down();
}

MISBEHAVIOUR(softirqs_left_off)
{
	local_bh_disable();
	if (!wrong)
		local_bh_enable();
}

/*
 * RCU
 * ---
 */
MISBEHAVIOUR(rcu_left_locked)
{
	rcu_read_lock();
	if (!wrong)
		rcu_read_unlock();
}

MISBEHAVIOUR(rcu_unlock_not_held)
{
	rcu_read_lock();
	rcu_read_unlock();
	if (wrong)
		rcu_read_unlock();
}

MISBEHAVIOUR(rcu_sleep)
{
	rcu_read_lock();
	if (wrong)
		msleep(20);
	rcu_read_unlock();
}

/* A section that waits for its own end. */
MISBEHAVIOUR(rcu_waits_for_itself)
{
	if (wrong)
		rcu_read_lock();
	synchronize_rcu_expedited();
	if (wrong)
		rcu_read_unlock();
}
