/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/rcupdate.h>: read-side sections and callbacks.
 *
 * The head of a callback is own memory until it is given to call_rcu(), then an object (not writable) until the callback
 * is called. A section that the driver has entered is held like a lock, so that it cannot leave the kernel's own.
 * rcu_read_lock() and its like are inlines over these functions.
 */
#include <linux/rcupdate.h>
#include <sfi/annotate.h>

SFI_TYPE(callback_head, hot, sfi_rcu_release);
SFI_EMBEDDED(callback_head, true, true);

void SFI_CB_TYPE(rcu_callback_t)(struct callback_head *head) SFI_BY_HAND(the head is the memory of the driver again before it is called);

#ifdef CONFIG_PREEMPT_RCU
void __rcu_read_lock(void) SFI_BY_HAND(a section has no argument) SFI_KEEPS;
void __rcu_read_unlock(void) SFI_BY_HAND(a section has no argument) SFI_KEEPS;
#endif
#ifdef CONFIG_DEBUG_LOCK_ALLOC
/* There they tell lockdep too, by a map of the kernel's. */
void SFI_INTERFACE(rcu_read_lock)(void) SFI_BY_HAND(a section has no argument) SFI_KEEPS;
void SFI_INTERFACE(rcu_read_unlock)(void) SFI_BY_HAND(a section has no argument) SFI_KEEPS;
#endif
void call_rcu(struct callback_head *head, rcu_callback_t func SFI_CALLBACK(rcu_callback_t)) SFI_BY_HAND(a head that is queued already would make a ring of the list of the kernel);
void synchronize_rcu(void) SFI_SLEEPS SFI_KEEPS;
#ifndef CONFIG_TINY_RCU
void synchronize_rcu_expedited(void) SFI_SLEEPS SFI_KEEPS;
#endif
void rcu_barrier(void) SFI_SLEEPS;
