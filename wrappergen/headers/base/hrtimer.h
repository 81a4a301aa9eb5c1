/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/hrtimer.h>: timers that run in the hard interrupt, or in a softirq of their own.
 *
 * A timer is an object from its initialisation on: what it holds leads the kernel to its queues. The driver may set
 * the function until it starts the timer (base_hrtimer.c).
 */
#include <linux/hrtimer.h>
#include <sfi/annotate.h>

SFI_TYPE(hrtimer, hot, hrtimer_cancel);
SFI_FIELDS(hrtimer, function);
SFI_EMBEDDED(hrtimer, true, hrtimer_active(obj));

enum hrtimer_restart SFI_CB(hrtimer, function)(struct hrtimer *timer) SFI_BY_HAND(measured; the kernel calls one whose time is over again at once) SFI_ON_FAILURE(HRTIMER_NORESTART);

void hrtimer_init(struct hrtimer *timer, clockid_t which_clock, enum hrtimer_mode mode) SFI_BY_HAND(a timer that runs is not to be set up);
void hrtimer_start_range_ns(struct hrtimer *timer, ktime_t tim, u64 range_ns, const enum hrtimer_mode mode) SFI_BY_HAND(the function is out of the reach of the driver from then on);
u64 hrtimer_forward(struct hrtimer *timer SFI_OWNED, ktime_t now, ktime_t interval) SFI_REQUIRES(!hrtimer_is_queued(timer)) SFI_KEEPS;
u64 SFI_INTERFACE(hrtimer_forward_now)(struct hrtimer *timer, ktime_t interval) SFI_BY_HAND(a timer has no clock while it moves to another CPU) SFI_KEEPS;
ktime_t SFI_INTERFACE(hrtimer_cb_get_time)(struct hrtimer *timer) SFI_BY_HAND(as above) SFI_KEEPS;
ktime_t SFI_INTERFACE(hrtimer_expires_remaining)(const struct hrtimer *timer) SFI_BY_HAND(as above) SFI_KEEPS;
int hrtimer_try_to_cancel(struct hrtimer *timer SFI_OWNED) SFI_KEEPS;
int hrtimer_cancel(struct hrtimer *timer) SFI_BY_HAND(the wait for its function ends when the domain fails);
