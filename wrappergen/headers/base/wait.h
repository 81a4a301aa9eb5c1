/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/wait.h>: wait queues of the driver's own.
 *
 * A wait queue's head is a list that the kernel follows, so it is an object from its initialisation on. What
 * waits in it is never the driver's wait_queue_entry, which is on the driver's stack, but one of the wrapper's
 * (base_wait.c): a failed driver is unwound without leaving an entry behind.
 */
#include <linux/wait.h>
#include <sfi/annotate.h>

SFI_TYPE(wait_queue_head, hot, sfi_wait_queue_release);
SFI_EMBEDDED(wait_queue_head, !spin_is_locked(&obj->lock) && list_empty_careful(&obj->head), waitqueue_active(obj));

void __init_waitqueue_head(struct wait_queue_head *wq_head SFI_INITS(wait_queue_head), const char *name, struct lock_class_key *key SFI_OPAQUE);
void init_wait_entry(struct wait_queue_entry *wq_entry SFI_WRITES(sizeof(*wq_entry)), int flags) SFI_KEEPS;
long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state) SFI_BY_HAND(the entry that waits belongs to the wrapper);
void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state) SFI_BY_HAND(the entry that waits belongs to the wrapper);
bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state) SFI_BY_HAND(the entry that waits belongs to the wrapper);
void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry) SFI_BY_HAND(the entry that waits belongs to the wrapper) SFI_KEEPS;
/* Wakes waiters: other tasks, and polls; none of them is the driver's code. */
int __wake_up(struct wait_queue_head *wq_head SFI_EMBEDS(wait_queue_head), unsigned int mode, int nr, void *key SFI_OPAQUE) SFI_IF(true) SFI_KEEPS;
int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int sync, void *key) SFI_ADDRESSABLE(wait_queue_entry.func);
int default_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key) SFI_ADDRESSABLE(wait_queue_entry.func);
