/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/workqueue.h>: work items and queues.
 *
 * A work item is own memory until it is queued, then an object (not writable) until it is cancelled or flushed,
 * or its memory is freed while it is idle. By hand: base_workqueue.c says why.
 */
#include <linux/workqueue.h>
#include <linux/version.h>
#include <sfi/annotate.h>

SFI_TYPE(work_struct, hot, cancel_work_sync);
SFI_EMBEDDED(work_struct, obj->func && !(*work_data_bits(obj) & (WORK_STRUCT_PENDING | WORK_STRUCT_PWQ)), work_pending(obj));
SFI_TYPE(delayed_work, hot, cancel_delayed_work_sync);
SFI_EMBEDDED(delayed_work, obj->work.func && !(*work_data_bits(&obj->work) & (WORK_STRUCT_PENDING | WORK_STRUCT_PWQ)) && !timer_pending(&obj->timer) && (obj->timer.flags & TIMER_CPUMASK) < nr_cpu_ids && cpu_possible(obj->timer.flags & TIMER_CPUMASK) && !(obj->timer.flags & TIMER_MIGRATING), delayed_work_pending(obj));
SFI_TYPE_ABSTRACT(workqueue, ordered, destroy_workqueue);
/* Who waits for items in an item's place. */
SFI_TYPE_ABSTRACT(work_deputy, ordered, none);

void SFI_CB(work_struct, func)(struct work_struct *work);

#ifdef CONFIG_DEBUG_OBJECTS_WORK
/* The first part of INIT_WORK(). */
void __init_work(struct work_struct *work SFI_WRITES(sizeof(*work)), int onstack) SFI_REQUIRES(!onstack) SFI_KEEPS;
#endif
bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work) SFI_BY_HAND(the queue is one of the kernel or an own one);
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *work, unsigned long delay) SFI_BY_HAND(two objects in one);
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay) SFI_BY_HAND(two objects in one);
bool cancel_work(struct work_struct *work) SFI_BY_HAND(accepts an item that was never queued) SFI_KEEPS;
bool cancel_work_sync(struct work_struct *work) SFI_BY_HAND(accepts an item that was never queued);
bool flush_work(struct work_struct *work) SFI_BY_HAND(accepts an item that was never queued);
bool cancel_delayed_work(struct delayed_work *dwork) SFI_BY_HAND(accepts an item that was never queued) SFI_KEEPS;
bool cancel_delayed_work_sync(struct delayed_work *dwork) SFI_BY_HAND(accepts an item that was never queued);
bool flush_delayed_work(struct delayed_work *dwork) SFI_BY_HAND(accepts an item that was never queued);
void delayed_work_timer_fn(struct timer_list *t) SFI_ADDRESSABLE();
struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...) SFI_BY_HAND(variadic);
void destroy_workqueue(struct workqueue_struct *wq) SFI_BY_HAND(no work may be due on it);
void __flush_workqueue(struct workqueue_struct *wq) SFI_BY_HAND(an item may wait for its own queue);

SFI_DATA(system_wq);
SFI_DATA(system_highpri_wq);
SFI_DATA(system_long_wq);
SFI_DATA(system_unbound_wq);
SFI_DATA(system_freezable_wq);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
/* By a stable update of 6.12. */
SFI_DATA(system_percpu_wq);
SFI_DATA(system_dfl_wq);
#endif
