/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/mutex.h>: sleeping locks of the driver's own.
 *
 * A mutex holds a list of waiters that the kernel follows, so it becomes an object at its first use and is not
 * writable from then on. Static ones (DEFINE_MUTEX) are checked to be in their initial state at that moment.
 */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <sfi/annotate.h>

SFI_TYPE(mutex, hot, none);
#ifdef CONFIG_MUTEX_SPIN_ON_OWNER
SFI_EMBEDDED(mutex, !atomic_long_read(&obj->owner) && list_empty_careful(&obj->wait_list) && !raw_spin_is_locked(&obj->wait_lock) && !osq_is_locked(&obj->osq), mutex_is_locked(obj));
#else
SFI_EMBEDDED(mutex, !atomic_long_read(&obj->owner) && list_empty_careful(&obj->wait_list) && !raw_spin_is_locked(&obj->wait_lock), mutex_is_locked(obj));
#endif

void __mutex_init(struct mutex *lock SFI_INITS(mutex), const char *name, struct lock_class_key *key SFI_OPAQUE);
#ifdef CONFIG_DEBUG_LOCK_ALLOC
/* The names without "nested" are macros over these then. */
void mutex_lock_nested(struct mutex *lock, unsigned int subclass) SFI_BY_HAND(tries until it succeeds or the domain has failed) SFI_KEEPS;
int mutex_lock_interruptible_nested(struct mutex *lock, unsigned int subclass) SFI_BY_HAND(tries until it succeeds or the domain has failed) SFI_KEEPS;
int mutex_lock_killable_nested(struct mutex *lock, unsigned int subclass) SFI_BY_HAND(tries until it succeeds or the domain has failed) SFI_KEEPS;
#else
void mutex_lock(struct mutex *lock) SFI_BY_HAND(tries until it succeeds or the domain has failed) SFI_KEEPS;
int mutex_lock_interruptible(struct mutex *lock) SFI_BY_HAND(tries until it succeeds or the domain has failed) SFI_KEEPS;
int mutex_lock_killable(struct mutex *lock) SFI_BY_HAND(tries until it succeeds or the domain has failed) SFI_KEEPS;
#endif
int mutex_trylock(struct mutex *lock SFI_EMBEDS(mutex) SFI_LOCK(mutex_unlock(lock))) SFI_IF(ret) SFI_KEEPS;
void mutex_unlock(struct mutex *lock SFI_UNLOCK) SFI_KEEPS;
bool mutex_is_locked(struct mutex *lock ) SFI_DIRECT(reads only);
