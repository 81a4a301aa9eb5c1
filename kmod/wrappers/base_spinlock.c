// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking spin locks.
 *
 * By hand, for two reasons. Whoever waits in the kernel's slow path waits until the
 * lock is free, even when that is never and the driver has failed of it: here it
 * leaves as soon as the domain is closed. And the slow path follows what stands in the
 * lock's word, the number of a CPU, to where it stores: that word is the driver's to
 * write. So a lock is only tried, again and again, which changes nothing but a word
 * that says "free".
 */
#include <linux/spinlock.h>

#include "wrappers/by_hand.h"

bool sfi_bh_is_own(void)
{
	const struct sfi_gate *g = sfi_gate_find((u64)__builtin_frame_address(0));
	unsigned long before = g ? g->preempt_count & SOFTIRQ_MASK : SOFTIRQ_MASK;

	return softirq_count() >= before + SOFTIRQ_DISABLE_OFFSET;
}
EXPORT_SYMBOL_GPL(sfi_bh_is_own);

bool sfi_irqs_were_on(void)
{
	const struct sfi_gate *g = sfi_gate_find((u64)__builtin_frame_address(0));
	unsigned long flags = g ? g->irq_flags : 0;

	return g && !irqs_disabled_flags(flags);
}
EXPORT_SYMBOL_GPL(sfi_irqs_were_on);

static void undo(void *lock)
{
	_raw_spin_unlock(lock);
}

/* Between two tries: with preemption and interrupts as the driver had them. */
static void wait(struct sfi_domain *d)
{
	if (unlikely(sfi_closed(d)))
		sfi_unwind(d);
	cpu_relax();
}

static struct sfi_domain *enter(struct sfi_self *self, raw_spinlock_t *lock,
				const struct sfi_arg *arg)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_writable(d, lock, sizeof(*lock), arg);
	return d;
}

/* As sfi-wrapgen calls it, by the type of what unlocks. */
SFI_LOCK_KIND(raw__spinlock__t_s_p, "raw_spinlock_t *");

static void leave(struct sfi_domain *d, raw_spinlock_t *lock, const struct sfi_arg *arg)
{
	sfi_lock_taken(d, lock, sfi_kind_raw__spinlock__t_s_p, undo, arg);
	sfi_import_leave(d);
}

/* FLAGS: before. */
static void leave_irqs_off(struct sfi_domain *d, raw_spinlock_t *lock, const struct sfi_arg *arg,
			   unsigned long flags)
{
	sfi_lock_taken_irqs(d, lock, sfi_kind_raw__spinlock__t_s_p, undo, arg,
			    !irqs_disabled_flags(flags));
	sfi_import_leave(d);
}

void sfi_w__raw_spin_lock(struct sfi_self *self, raw_spinlock_t *lock)
{
	const struct sfi_arg *arg = SFI_ARG("_raw_spin_lock", "lock");
	struct sfi_domain *d = enter(self, lock, arg);

	while (!_raw_spin_trylock(lock))
		wait(d);
	leave(d, lock, arg);
}
EXPORT_SYMBOL_GPL(sfi_w__raw_spin_lock);

void sfi_w__raw_spin_lock_bh(struct sfi_self *self, raw_spinlock_t *lock)
{
	const struct sfi_arg *arg = SFI_ARG("_raw_spin_lock_bh", "lock");
	struct sfi_domain *d = enter(self, lock, arg);

	sfi_check_that(d, !in_hardirq(), SFI_ARG("_raw_spin_lock_bh", "!in_hardirq()"));
	while (!_raw_spin_trylock_bh(lock))
		wait(d);
	leave(d, lock, arg);
}
EXPORT_SYMBOL_GPL(sfi_w__raw_spin_lock_bh);

/* Once taken, interrupts stay off; until then they are as before. Return: how they were. */
static unsigned long take_irqs_off(struct sfi_domain *d, raw_spinlock_t *lock)
{
	unsigned long flags;

	for (;;) {
		local_irq_save(flags);
		if (_raw_spin_trylock(lock))
			break;
		local_irq_restore(flags);
		wait(d);
	}
	return flags;
}

void sfi_w__raw_spin_lock_irq(struct sfi_self *self, raw_spinlock_t *lock)
{
	const struct sfi_arg *arg = SFI_ARG("_raw_spin_lock_irq", "lock");
	struct sfi_domain *d = enter(self, lock, arg);

	leave_irqs_off(d, lock, arg, take_irqs_off(d, lock));
}
EXPORT_SYMBOL_GPL(sfi_w__raw_spin_lock_irq);

unsigned long sfi_w__raw_spin_lock_irqsave(struct sfi_self *self, raw_spinlock_t *lock)
{
	const struct sfi_arg *arg = SFI_ARG("_raw_spin_lock_irqsave", "lock");
	struct sfi_domain *d = enter(self, lock, arg);
	unsigned long flags = take_irqs_off(d, lock);

	leave_irqs_off(d, lock, arg, flags);
	return flags;
}
EXPORT_SYMBOL_GPL(sfi_w__raw_spin_lock_irqsave);
