// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work items and queues.
 *
 * By hand: an item is own memory until it is queued, so that cancelling or
 * flushing one that never was must not let the kernel follow what stands there;
 * a delayed item is two objects in one, the timer's function being the
 * kernel's; a queue is an own one or one of the system's; an item that waits for
 * others may wait for itself; and alloc_workqueue() is variadic.
 */
#include <linux/completion.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "compat/compat.h"
#include "wrappers/by_hand.h"

void sfi_p_delayed_work_timer_fn(struct timer_list *timer);

static void check_queue(struct sfi_domain *d, struct workqueue_struct *wq,
			const struct sfi_arg *arg)
{
	if (wq == system_wq || wq == system_highpri_wq || wq == system_long_wq ||
	    wq == system_unbound_wq || wq == system_freezable_wq || sfi_compat_is_system_wq(wq))
		return;
	sfi_check_owned(d, wq, SFI_T_workqueue, arg);
}

static void check_cpu(struct sfi_domain *d, int cpu, const struct sfi_arg *arg)
{
	sfi_check_that(d,
		       cpu == WORK_CPU_UNBOUND || (cpu >= 0 && cpu < nr_cpu_ids && cpu_online(cpu)),
		       arg);
}

/* Makes WORK an object, and keeps it one: another context may wait for its end at any time. */
static u64 hold_work(struct sfi_domain *d, struct work_struct *work, const struct sfi_arg *arg)
{
	u64 flags;

	/* The work of a delayed item may be queued by itself. */
	while (!sfi_embedded_hold(d, &sfi_type_delayed_work, work, &flags)) {
		sfi_embed(d, &sfi_type_work_struct, work, sizeof(*work), arg);
		sfi_check_callback(d, work->func, "work_struct__func", arg);
		if (sfi_embedded_hold(d, &sfi_type_work_struct, work, &flags))
			break;
	}
	return flags;
}

static u64 hold_delayed(struct sfi_domain *d, struct delayed_work *work, const struct sfi_arg *arg)
{
	u64 flags;

	do {
		sfi_embed(d, &sfi_type_delayed_work, work, sizeof(*work), arg);
		sfi_check_callback(d, work->work.func, "work_struct__func", arg);
		/* DEFINE_DELAYED_WORK() has the passed-through name in its initializer. */
		if (work->timer.function == sfi_p_delayed_work_timer_fn)
			work->timer.function = delayed_work_timer_fn;
		sfi_check_that(d, work->timer.function == delayed_work_timer_fn, arg);
	} while (!sfi_embedded_hold(d, &sfi_type_delayed_work, work, &flags));
	return flags;
}

bool sfi_w_queue_work_on(struct sfi_self *self, int cpu, struct workqueue_struct *wq,
			 struct work_struct *work)
{
	struct sfi_domain *d = sfi_import_enter(self);
	u64 flags;
	bool ret;

	check_cpu(d, cpu, SFI_ARG("queue_work_on", "cpu is online"));
	check_queue(d, wq, SFI_ARG("queue_work_on", "wq"));
	sfi_check_that(d, !sfi_is_interrupts_local(work),
		       SFI_ARG("queue_work_on", "work is not a local of an interrupt"));
	flags = hold_work(d, work, SFI_ARG("queue_work_on", "work is initialised"));
	ret = queue_work_on(cpu, wq, work);
	sfi_embedded_let_go(d, flags);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_queue_work_on);

#define QUEUE_DELAYED(function)                                                                  \
	bool sfi_w_##function(struct sfi_self *self, int cpu, struct workqueue_struct *wq,       \
			      struct delayed_work *work, unsigned long delay)                    \
	{                                                                                        \
		struct sfi_domain *d = sfi_import_enter(self);                                   \
		u64 flags;                                                                       \
		bool ret;                                                                        \
	\
		check_cpu(d, cpu, SFI_ARG(#function, "cpu is online"));                          \
		check_queue(d, wq, SFI_ARG(#function, "wq"));                                    \
		sfi_check_that(d, !sfi_is_interrupts_local(work),                                \
			       SFI_ARG(#function, "work is not a local of an interrupt"));       \
		flags = hold_delayed(d, work, SFI_ARG(#function, "work is initialised"));        \
		ret = function(cpu, wq, work, delay);                                            \
		sfi_embedded_let_go(d, flags);                                                   \
		sfi_import_leave(d);                                                             \
		return ret;                                                                      \
	}                                                                                        \
	EXPORT_SYMBOL_GPL(sfi_w_##function)

QUEUE_DELAYED(queue_delayed_work_on);
QUEUE_DELAYED(mod_delayed_work_on);

/* True: the kernel knows the item. Otherwise it is own memory, and idle whatever it holds. */
static bool known_work(struct sfi_domain *d, struct work_struct *work, const struct sfi_arg *arg)
{
	if (sfi_is(d, work, SFI_T_work_struct) || sfi_is(d, work, SFI_T_delayed_work))
		return true;
	sfi_check_writable(d, work, sizeof(*work), arg);
	return false;
}

static bool known_delayed(struct sfi_domain *d, struct delayed_work *work,
			  const struct sfi_arg *arg)
{
	if (sfi_is(d, work, SFI_T_delayed_work))
		return true;
	sfi_check_writable(d, work, sizeof(*work), arg);
	return false;
}

/* Who waits for the end of the item that runs here waits for itself. */
static void check_not_own(struct sfi_domain *d, const struct work_struct *work,
			  const struct sfi_arg *arg)
{
	sfi_check_that(d, current_work() != work, arg);
}

/*
 * An item that waits for the end of another one, or of all in a queue, may be what that waits for:
 * in the kernel's code, where nobody can send it on. So somebody else waits in its place, and the
 * item for that one, as long as the driver lives. The record keeps recovery from taking away what is
 * waited for.
 */
#define LOOK_MS 10

struct deputy {
	struct work_struct work;
	struct completion done;
	bool (*wait)(void *obj);
	void *obj;
	bool ret;
};

static void deputy_waits(struct work_struct *work)
{
	struct deputy *deputy = container_of(work, struct deputy, work);

	deputy->ret = deputy->wait(deputy->obj);
	complete(&deputy->done);
}

/* It may not have left our code yet. */
static void free_deputy(struct deputy *deputy)
{
	flush_work(&deputy->work);
	kfree(deputy);
}

static void release_deputy(void *obj, const u64 args[4])
{
	free_deputy((struct deputy *)args[0]);
}

static bool wait_by_deputy(struct sfi_domain *d, struct deputy *deputy)
{
	const struct sfi_arg *arg = SFI_ARG("flush_work", "the record of who waits");
	const u64 args[4] = { (u64)deputy };
	bool ret;

	INIT_WORK(&deputy->work, deputy_waits);
	init_completion(&deputy->done);
	/* On what is waited for: its memory is not freed before. */
	sfi_acquire(d, &sfi_type_work_deputy, deputy->obj, 0, release_deputy, args[0], 0, 0, 0);
	queue_work(system_unbound_wq, &deputy->work);
	while (!wait_for_completion_timeout(&deputy->done, msecs_to_jiffies(LOOK_MS)))
		if (unlikely(sfi_closed(d)))
			sfi_unwind(d);
	ret = deputy->ret;
	sfi_release_args(d, &sfi_type_work_deputy, deputy->obj, args, 1, arg);
	free_deputy(deputy);
	return ret;
}

/* WAIT(OBJ), which sleeps. An item in a local is waited for before its frame is left. */
static bool wait_for(struct sfi_domain *d, bool (*wait)(void *obj), void *obj)
{
	struct deputy *deputy = NULL;

	if (current_work() && !object_is_on_stack(obj))
		deputy = kzalloc(sizeof(*deputy), GFP_KERNEL);
	if (!deputy)
		return wait(obj);
	deputy->wait = wait;
	deputy->obj = obj;
	return wait_by_deputy(d, deputy);
}

#define WORK_CALL(function, wait)                                                                \
	static bool do_##function(void *work)                                                    \
	{                                                                                        \
		return function(work);                                                           \
	}                                                                                        \
	\
	bool sfi_w_##function(struct sfi_self *self, struct work_struct *work)                   \
	{                                                                                        \
		struct sfi_domain *d = sfi_import_enter(self);                                   \
		bool ret = false;                                                                \
	\
		if (wait) {                                                                      \
			SFI_CHECK_SLEEPS(d, #function);                                          \
			check_not_own(d, work, SFI_ARG(#function, "work does not run here"));    \
		}                                                                                \
		if (known_work(d, work, SFI_ARG(#function, "work"))) {                           \
			ret = wait ? wait_for(d, do_##function, work) : function(work);          \
			if (wait)                                                                \
				sfi_unembed_idle(d, &sfi_type_work_struct, work, sizeof(*work)); \
		}                                                                                \
		sfi_import_leave(d);                                                             \
		return ret;                                                                      \
	}                                                                                        \
	EXPORT_SYMBOL_GPL(sfi_w_##function)

WORK_CALL(cancel_work, false);
WORK_CALL(cancel_work_sync, true);
WORK_CALL(flush_work, true);

#define DELAYED_CALL(function, wait)                                                              \
	static bool do_##function(void *work)                                                     \
	{                                                                                         \
		return function(work);                                                            \
	}                                                                                         \
	\
	bool sfi_w_##function(struct sfi_self *self, struct delayed_work *work)                   \
	{                                                                                         \
		struct sfi_domain *d = sfi_import_enter(self);                                    \
		bool ret = false;                                                                 \
	\
		if (wait) {                                                                       \
			SFI_CHECK_SLEEPS(d, #function);                                           \
			check_not_own(d, &work->work,                                             \
				      SFI_ARG(#function, "work does not run here"));              \
		}                                                                                 \
		if (known_delayed(d, work, SFI_ARG(#function, "work"))) {                         \
			ret = wait ? wait_for(d, do_##function, work) : function(work);           \
			if (wait)                                                                 \
				sfi_unembed_idle(d, &sfi_type_delayed_work, work, sizeof(*work)); \
		}                                                                                 \
		sfi_import_leave(d);                                                              \
		return ret;                                                                       \
	}                                                                                         \
	EXPORT_SYMBOL_GPL(sfi_w_##function)

DELAYED_CALL(cancel_delayed_work, false);
DELAYED_CALL(cancel_delayed_work_sync, true);
DELAYED_CALL(flush_delayed_work, true);

static bool is_due_on(const void *work, const void *wq)
{
	const struct delayed_work *delayed = work;

	return delayed->wq == wq && timer_pending(&delayed->timer);
}

static bool flush(void *wq)
{
	__flush_workqueue(wq);
	return true;
}

void sfi_w___flush_workqueue(struct sfi_self *self, struct workqueue_struct *wq)
{
	struct sfi_domain *d = sfi_import_enter(self);

	SFI_CHECK_SLEEPS(d, "flush_workqueue");
	sfi_check_owned(d, wq, SFI_T_workqueue, SFI_ARG("flush_workqueue", "wq"));
	wait_for(d, flush, wq);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w___flush_workqueue);

static bool destroy(void *wq)
{
	destroy_workqueue(wq);
	return true;
}

/* Its timer would queue the work after the end of the queue. */
void sfi_w_destroy_workqueue(struct sfi_self *self, struct workqueue_struct *wq)
{
	const struct sfi_arg *arg = SFI_ARG("destroy_workqueue", "wq");
	struct sfi_domain *d = sfi_import_enter(self);

	SFI_CHECK_SLEEPS(d, "destroy_workqueue");
	sfi_check_owned(d, wq, SFI_T_workqueue, arg);
	sfi_check_that(d, !sfi_any_typed(d, SFI_T_delayed_work, is_due_on, wq),
		       SFI_ARG("destroy_workqueue", "no delayed work is due on wq"));
	sfi_release(d, &sfi_type_workqueue, wq, arg);
	wait_for(d, destroy, wq);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_destroy_workqueue);

static void destroy_queue(void *wq, const u64 args[4])
{
	destroy_workqueue(wq);
}

struct workqueue_struct *sfi_w_alloc_workqueue(struct sfi_self *self, const char *fmt,
					       unsigned int flags, int max_active, ...)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct workqueue_struct *wq;
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	SFI_CHECK_SLEEPS(d, "alloc_workqueue");
	va_start(args, max_active);
	sfi_check_format(d, fmt, args,
			 SFI_ARG("alloc_workqueue", "fmt and what it prints can be read"));
	vaf.va = &args;
	wq = alloc_workqueue("%pV", flags, max_active, &vaf);
	va_end(args);
	if (wq)
		sfi_acquire(d, &sfi_type_workqueue, wq, 0, destroy_queue, 0, 0, 0, 0);
	sfi_import_leave(d);
	return wq;
}
EXPORT_SYMBOL_GPL(sfi_w_alloc_workqueue);
