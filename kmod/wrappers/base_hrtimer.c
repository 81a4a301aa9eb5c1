// SPDX-License-Identifier: GPL-2.0-only
/*
 * High-resolution timers.
 *
 * By hand: the driver sets the function after the timer has been set up, and must
 * not change it once it has been checked; setting up a timer that runs would leave
 * the kernel's queue with a hole; a timer that is just set up or moved to another CPU has
 * no clock to ask; waiting for a function that never ends must end; and
 * how long it is called again and again is measured (kmod/irq.c).
 */
#include <linux/hrtimer.h>

#include <sfi/irq.h>

#include "wrappers/by_hand.h"

static bool clock_known(clockid_t clock)
{
	return clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME ||
	       clock == CLOCK_TAI;
}

/* Whoever finds it there from now on finds a timer. */
static bool prepare(const void *timer)
{
	hrtimer_init((struct hrtimer *)timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	return true;
}

void sfi_w_hrtimer_init(struct sfi_self *self, struct hrtimer *timer, clockid_t which_clock,
			enum hrtimer_mode mode)
{
	const struct sfi_arg *arg = SFI_ARG("hrtimer_init", "timer");
	struct sfi_domain *d = sfi_import_enter(self);
	struct sfi_type type = sfi_type_hrtimer;
	bool idle;
	u64 flags;

	type.sound = prepare;
	sfi_check_that(d, clock_known(which_clock), SFI_ARG("hrtimer_init", "which_clock"));
	sfi_check_that(d, (unsigned int)mode <= HRTIMER_MODE_REL_PINNED_HARD,
		       SFI_ARG("hrtimer_init", "mode"));
	sfi_embed(d, &type, timer, sizeof(*timer), arg);
	/* Nobody starts it meanwhile. */
	while (!sfi_embedded_hold(d, &sfi_type_hrtimer, timer, &flags))
		sfi_check_owned(d, timer, SFI_T_hrtimer, arg);
	idle = !hrtimer_active(timer);
	if (idle) {
		hrtimer_init(timer, which_clock, mode);
		sfi_grant(d, &timer->function, sizeof(timer->function));
	}
	sfi_embedded_let_go(d, flags);
	sfi_check_that(d, idle, SFI_ARG("hrtimer_init", "timer is not active"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_hrtimer_init);

void sfi_w_hrtimer_start_range_ns(struct sfi_self *self, struct hrtimer *timer, ktime_t tim,
				  u64 range_ns, const enum hrtimer_mode mode)
{
	const struct sfi_arg *arg = SFI_ARG("hrtimer_start_range_ns", "timer");
	struct sfi_domain *d = sfi_import_enter(self);
	bool right, held = false;
	void *function;
	u64 flags;

	/* As long as another context sets it up anew meanwhile. */
	while (!held) {
		sfi_check_owned(d, timer, SFI_T_hrtimer, arg);
		function = READ_ONCE(timer->function);
		sfi_check_that(d, function, arg);
		sfi_check_callback(d, function, "hrtimer__function", arg);
		if (!sfi_embedded_hold(d, &sfi_type_hrtimer, timer, &flags))
			continue;
		sfi_revoke(d, &timer->function, sizeof(timer->function));
		held = timer->function == function;
		if (!held)
			sfi_embedded_let_go(d, flags);
	}
	right = !(mode & HRTIMER_MODE_SOFT) == !timer->is_soft;
	if (right)
		hrtimer_start_range_ns(timer, tim, range_ns, mode);
	sfi_embedded_let_go(d, flags);
	sfi_check_that(d, right, SFI_ARG("hrtimer_start_range_ns", "mode is that of hrtimer_init"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_hrtimer_start_range_ns);

/* By TIMER's clock. Inline, the kernel's functions call it through a pointer, as no driver may. */
static ktime_t now_of(struct sfi_domain *d, const struct hrtimer *timer, const struct sfi_arg *arg)
{
	const struct hrtimer_clock_base *base;
	ktime_t (*get_time)(void);

	sfi_check_owned(d, timer, SFI_T_hrtimer, arg);
	base = READ_ONCE(timer->base);
	/* So that it was the kernel's; of the base there is no end, whatever becomes of the timer. */
	sfi_check_owned(d, timer, SFI_T_hrtimer, arg);
	get_time = base ? READ_ONCE(base->get_time) : NULL;
	sfi_check_that(d, get_time, arg);
	return get_time();
}

ktime_t sfi_w_hrtimer_cb_get_time(struct sfi_self *self, struct hrtimer *timer)
{
	struct sfi_domain *d = sfi_import_enter(self);
	ktime_t now = now_of(d, timer, SFI_ARG("hrtimer_cb_get_time", "timer"));

	sfi_import_leave(d);
	return now;
}
EXPORT_SYMBOL_GPL(sfi_w_hrtimer_cb_get_time);

ktime_t sfi_w_hrtimer_expires_remaining(struct sfi_self *self, const struct hrtimer *timer)
{
	struct sfi_domain *d = sfi_import_enter(self);
	ktime_t now = now_of(d, timer, SFI_ARG("hrtimer_expires_remaining", "timer"));
	ktime_t remaining = ktime_sub(hrtimer_get_expires(timer), now);

	sfi_import_leave(d);
	return remaining;
}
EXPORT_SYMBOL_GPL(sfi_w_hrtimer_expires_remaining);

u64 sfi_w_hrtimer_forward_now(struct sfi_self *self, struct hrtimer *timer, ktime_t interval)
{
	struct sfi_domain *d = sfi_import_enter(self);
	ktime_t now = now_of(d, timer, SFI_ARG("hrtimer_forward_now", "timer"));
	u64 overruns;

	sfi_check_that(d, !hrtimer_is_queued(timer),
		       SFI_ARG("hrtimer_forward_now", "!hrtimer_is_queued(timer)"));
	overruns = hrtimer_forward(timer, now, interval);
	sfi_import_leave(d);
	return overruns;
}
EXPORT_SYMBOL_GPL(sfi_w_hrtimer_forward_now);

/* The function may be the caller, and then never ends. */
int sfi_w_hrtimer_cancel(struct sfi_self *self, struct hrtimer *timer)
{
	struct sfi_domain *d = sfi_import_enter(self);
	int ret;

	sfi_check_owned(d, timer, SFI_T_hrtimer, SFI_ARG("hrtimer_cancel", "timer"));
	while ((ret = hrtimer_try_to_cancel(timer)) < 0 && !sfi_closed(d))
		cpu_relax();
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_hrtimer_cancel);

enum hrtimer_restart sfi_e_hrtimer__function(const struct sfi_entry *e, struct hrtimer *timer)
{
	enum hrtimer_restart (*fn)(struct hrtimer *) = (void *)e->fn;
	struct sfi_domain *d = e->self->domain;
	u64 from = ktime_get_mono_fast_ns();
	enum hrtimer_restart ret;
	SFI_DEFINE_GATE(g);

	if (!sfi_gate_enter(&g, e))
		return HRTIMER_NORESTART;
	if (!sfi_gate_save(&g)) {
		ret = fn(timer);
		sfi_check_result(&g, ret == HRTIMER_NORESTART || ret == HRTIMER_RESTART, ret);
	} else {
		ret = HRTIMER_NORESTART;
	}
	sfi_gate_leave(&g);
	sfi_irq_timer_spent(d, e, from, ktime_get_mono_fast_ns());
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_e_hrtimer__function);
