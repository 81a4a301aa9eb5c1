// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers. By hand: deleting a timer that was never armed must do nothing, and
 * whether it was is for the rights table to say; its memory is the driver's
 * until then, and the kernel must not follow what stands there.
 */
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "wrappers/by_hand.h"

void sfi_p_delayed_work_timer_fn(struct timer_list *timer);

/*
 * Sets up own memory only: the timer becomes an object when it is armed. The function of a delayed
 * work is the kernel's, and the kernel wants to see it under its own name.
 */
void sfi_w_init_timer_key(struct sfi_self *self, struct timer_list *timer,
			  void (*func)(struct timer_list *), unsigned int flags, const char *name,
			  struct lock_class_key *key)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_writable(d, timer, sizeof(*timer), SFI_ARG("timer_setup", "timer"));
	sfi_check_that(d, !(flags & ~(TIMER_DEFERRABLE | TIMER_PINNED | TIMER_IRQSAFE)),
		       SFI_ARG("timer_setup", "flags are flags of a timer"));
	if (func == sfi_p_delayed_work_timer_fn)
		func = delayed_work_timer_fn;
	else
		sfi_check_callback(d, func, "timer_list__function", SFI_ARG("timer_setup", "func"));
	init_timer_key(timer, func, flags, name, key);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_init_timer_key);

/* An armed timer, or own memory in which one may be set up. True: the kernel knows it. */
static bool known(struct sfi_domain *d, struct timer_list *timer, const struct sfi_arg *arg)
{
	if (sfi_is(d, timer, SFI_T_timer_list))
		return true;
	sfi_check_writable(d, timer, sizeof(*timer), arg);
	return false;
}

/* Makes TIMER an object, and keeps it one: another context may delete it at any time. */
static u64 hold(struct sfi_domain *d, struct timer_list *timer, const struct sfi_arg *arg)
{
	u64 flags;

	do {
		sfi_embed(d, &sfi_type_timer_list, timer, sizeof(*timer), arg);
		sfi_check_callbacks_timer_list(d, timer, arg);
	} while (!sfi_embedded_hold(d, &sfi_type_timer_list, timer, &flags));
	return flags;
}

int sfi_w_mod_timer(struct sfi_self *self, struct timer_list *timer, unsigned long expires)
{
	struct sfi_domain *d = sfi_import_enter(self);
	u64 flags = hold(d, timer, SFI_ARG("mod_timer", "timer"));
	int ret;

	ret = mod_timer(timer, expires);
	sfi_embedded_let_go(d, flags);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_mod_timer);

void sfi_w_add_timer(struct sfi_self *self, struct timer_list *timer)
{
	struct sfi_domain *d = sfi_import_enter(self);
	u64 flags = hold(d, timer, SFI_ARG("add_timer", "timer"));
	bool pending = timer_pending(timer);

	if (!pending)
		add_timer(timer);
	sfi_embedded_let_go(d, flags);
	sfi_check_that(d, !pending, SFI_ARG("add_timer", "!timer_pending(timer)"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_add_timer);

int sfi_w_mod_timer_pending(struct sfi_self *self, struct timer_list *timer, unsigned long expires)
{
	struct sfi_domain *d = sfi_import_enter(self);
	int ret = 0;

	if (known(d, timer, SFI_ARG("mod_timer_pending", "timer")))
		ret = mod_timer_pending(timer, expires);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_mod_timer_pending);

/* The handler may still run, or arm it again: it stays an object. */
int sfi_w_timer_delete(struct sfi_self *self, struct timer_list *timer)
{
	struct sfi_domain *d = sfi_import_enter(self);
	int ret = 0;

	if (known(d, timer, SFI_ARG("del_timer", "timer")))
		ret = timer_delete(timer);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_timer_delete);

int sfi_w_timer_delete_sync(struct sfi_self *self, struct timer_list *timer)
{
	struct sfi_domain *d = sfi_import_enter(self);
	int ret = 0;

	/* Waits for a handler that the interrupt may have interrupted. */
	sfi_check_that(d, !in_hardirq(), SFI_ARG("del_timer_sync", "!in_hardirq()"));
	if (known(d, timer, SFI_ARG("del_timer_sync", "timer"))) {
		/* As the kernel waits, but not for ever: the handler may be who waits. */
		while ((ret = try_to_del_timer_sync(timer)) < 0 && !sfi_closed(d))
			cpu_relax();
		sfi_unembed_idle(d, &sfi_type_timer_list, timer, sizeof(*timer));
	}
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_timer_delete_sync);
