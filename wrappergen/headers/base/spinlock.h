/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/spinlock.h>: spin locks of the driver's own.
 *
 * A lock is memory that the driver may write: it shares its slot with whatever the driver put beside it. A driver
 * can so destroy its own lock word; nobody follows what stands there, because a lock is only ever tried
 * (base_spinlock.c), so that this stops nobody but itself (documented limit).
 */
#include <linux/spinlock.h>
#include <sfi/annotate.h>

#ifdef CONFIG_DEBUG_SPINLOCK
/* spin_lock_init(). The key is an address to lockdep, and nothing that it follows. */
void __raw_spin_lock_init(raw_spinlock_t *lock SFI_WRITES(sizeof(*lock)), const char *name, struct lock_class_key *key SFI_OPAQUE, short inner) SFI_KEEPS;
#endif
void _raw_spin_lock(raw_spinlock_t *lock) SFI_BY_HAND(tries until it succeeds or the domain has failed) SFI_KEEPS;
void _raw_spin_lock_bh(raw_spinlock_t *lock) SFI_BY_HAND(tries until it succeeds or the domain has failed) SFI_KEEPS;
void _raw_spin_lock_irq(raw_spinlock_t *lock) SFI_BY_HAND(tries until it succeeds or the domain has failed) SFI_KEEPS;
unsigned long _raw_spin_lock_irqsave(raw_spinlock_t *lock) SFI_BY_HAND(tries until it succeeds or the domain has failed) SFI_KEEPS;
int _raw_spin_trylock(raw_spinlock_t *lock SFI_LOCK(_raw_spin_unlock(lock))) SFI_IF(ret) SFI_KEEPS;
int _raw_spin_trylock_bh(raw_spinlock_t *lock SFI_LOCK(_raw_spin_unlock(lock))) SFI_REQUIRES(!in_hardirq()) SFI_IF(ret) SFI_KEEPS;
void _raw_spin_unlock(raw_spinlock_t *lock SFI_UNLOCK) SFI_KEEPS;
void _raw_spin_unlock_bh(raw_spinlock_t *lock SFI_UNLOCK) SFI_REQUIRES(!in_hardirq() && !irqs_disabled() && SFI_BH_IS_OWN) SFI_KEEPS;
void _raw_spin_unlock_irq(raw_spinlock_t *lock SFI_UNLOCK) SFI_REQUIRES(SFI_IRQS_WERE_ON_BEFORE(lock)) SFI_KEEPS;
void _raw_spin_unlock_irqrestore(raw_spinlock_t *lock SFI_UNLOCK, unsigned long flags) SFI_REQUIRES(irqs_disabled_flags(flags) || SFI_IRQS_WERE_ON_BEFORE(lock)) SFI_KEEPS;
