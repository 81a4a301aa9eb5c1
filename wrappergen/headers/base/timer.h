/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/timer.h>: timers of the driver's own.
 *
 * A timer is own memory until it is armed, then an object (not writable) until it is deleted. Deleting one that
 * was never armed does nothing, as with the kernel; that needs a look at the rights table, hence by hand.
 */
#include <linux/timer.h>
#include <sfi/annotate.h>

SFI_TYPE(timer_list, hot, timer_delete_sync);
SFI_EMBEDDED(timer_list, obj->function && !timer_pending(obj) && (obj->flags & TIMER_CPUMASK) < nr_cpu_ids && cpu_possible(obj->flags & TIMER_CPUMASK) && !(obj->flags & TIMER_MIGRATING), timer_pending(obj));

void SFI_CB(timer_list, function)(struct timer_list *timer);

void init_timer_key(struct timer_list *timer SFI_WRITES(sizeof(*timer)), void (*func)(struct timer_list *) SFI_CALLBACK(timer_list.function), unsigned int flags, const char *name, struct lock_class_key *key SFI_OPAQUE) SFI_BY_HAND(delayed_work_timer_fn is let through) SFI_KEEPS;
int mod_timer(struct timer_list *timer, unsigned long expires) SFI_BY_HAND(no other context may delete it in between);
int mod_timer_pending(struct timer_list *timer, unsigned long expires) SFI_BY_HAND(on a timer that was never armed it does nothing) SFI_KEEPS;
void add_timer(struct timer_list *timer) SFI_BY_HAND(no other context may delete it in between);
int timer_delete(struct timer_list *timer) SFI_BY_HAND(accepts a timer that was never armed);
int timer_delete_sync(struct timer_list *timer) SFI_BY_HAND(accepts a timer that was never armed);
