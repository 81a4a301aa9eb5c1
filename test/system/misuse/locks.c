// SPDX-License-Identifier: GPL-2.0-only
/* Locks that are given back as others, where they are not any more, or that were never whole. */
#include <linux/mutex.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "misuse.h"

static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(mutex);

MISUSE(lock_of_another_kind, "argument lock of mutex_unlock: not a lock that this context took")
{
	void *it = &lock;

	OPTIMIZER_HIDE_VAR(it);
	spin_lock(&lock);
	mutex_unlock(it);
}

/* The count of what keeps soft interrupts off would go below zero. */
MISUSE(lock_unlocked_as_another, "argument .*SFI_BH_IS_OWN of _raw_spin_unlock_bh: does not meet")
{
	spin_lock(&lock);
	spin_unlock_bh(&lock);
}

MISUSE(lock_in_freed_memory, "argument objp of kfree: frees memory that holds a held lock")
{
	spinlock_t *own = kmalloc(sizeof(*own), GFP_KERNEL);

	spin_lock_init(own);
	spin_lock(own);
	kfree(own);
}

/* The kernel would go to who was here before. */
MISUSE(mutex_overwritten, "argument lock .*of mutex_lock")
{
	mutex.wait_list.prev = NOWHERE;
	mutex_lock(&mutex);
}

MISUSE(mutex_locked_twice, "argument !SFI_HOLDS.* of mutex_lock: does not meet")
{
	mutex_lock(&mutex);
	mutex_lock(&mutex);
}

MISUSE(queues_locked_twice, "argument !SFI_HOLDS.* of netif_tx_disable: does not meet")
{
	local_bh_disable();
	netif_tx_lock(interface);
	netif_tx_disable(interface);
}

MISUSE(rtnl_unlocked_atomic, "argument .*preempt.* of rtnl_unlock: does not meet")
{
	rtnl_lock();
	spin_lock(&lock);
	rtnl_unlock();
}

MISUSE(enabled_atomic, "argument .*preempt.* of pci_enable_device: does not meet")
{
	spin_lock(&lock);
	(void)pci_enable_device(card);
}

const struct misuse lock_misuses[] = {
	ROW(lock_of_another_kind), ROW(lock_unlocked_as_another), ROW(lock_in_freed_memory),
	ROW(mutex_overwritten),	   ROW(mutex_locked_twice),	  ROW(queues_locked_twice),
	ROW(rtnl_unlocked_atomic), ROW(enabled_atomic),	          {},
};
