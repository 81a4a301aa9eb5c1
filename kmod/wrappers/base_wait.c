// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting in wait queues, and for a time.
 *
 * By hand: the driver's wait_queue_entry is on its stack, which a failed driver
 * loses while it waits, and which it may write. So the kernel's list gets an
 * entry that is made here; the driver's stands for it. For the unwinder it is a
 * lock: what undoes it takes the entry out.
 *
 * The kernel's sleeps go on when they are woken before their time. These end
 * then if the domain has failed, so that eviction can wake a sleeper up.
 */
#include <linux/delay.h>
#include <linux/hashtable.h>
#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "wrappers/by_hand.h"

struct waiting {
	struct hlist_node node;                /* waitings; waitings_lock */
	const struct wait_queue_entry *theirs; /* const: the driver's, for its address only */
	struct task_struct *task;              /* const: who waits, and the only one to use this */
	struct wait_queue_head *head;          /* const */
	struct wait_queue_entry entry;         /* in the queue; as for any waiter */
};

static DEFINE_HASHTABLE(waitings, 6);
static DEFINE_SPINLOCK(waitings_lock);

static struct waiting *find_waiting(const struct wait_queue_entry *theirs)
{
	struct waiting *w, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&waitings_lock, flags);
	hash_for_each_possible(waitings, w, node, (unsigned long)theirs)
		if (w->theirs == theirs && w->task == current)
			found = w;
	spin_unlock_irqrestore(&waitings_lock, flags);
	return found;
}

static void free_waiting(struct waiting *w)
{
	unsigned long flags;

	spin_lock_irqsave(&waitings_lock, flags);
	hash_del(&w->node);
	spin_unlock_irqrestore(&waitings_lock, flags);
	kfree(w);
}

/* The unwinder's: in the context of the task that waited. */
static void abandon(void *waiting)
{
	struct waiting *w = waiting;

	finish_wait(w->head, &w->entry);
	free_waiting(w);
}

static struct waiting *new_waiting(struct wait_queue_head *head,
				   const struct wait_queue_entry *theirs)
{
	struct waiting *w = kzalloc(sizeof(*w), GFP_ATOMIC);
	unsigned long flags;

	if (!w)
		return NULL;
	w->theirs = theirs;
	w->task = current;
	w->head = head;
	init_wait_entry(&w->entry, theirs->flags & WQ_FLAG_EXCLUSIVE);
	spin_lock_irqsave(&waitings_lock, flags);
	hash_add(waitings, &w->node, (unsigned long)theirs);
	spin_unlock_irqrestore(&waitings_lock, flags);
	return w;
}

/*
 * The waiting that THEIRS stands for, made if need be. NULL: no memory, and the domain has failed.
 */
static struct waiting *begin_wait(struct sfi_domain *d, struct wait_queue_head *head,
				  struct wait_queue_entry *theirs, int state)
{
	struct waiting *w;

	/* One that was set up statically becomes an object at its first use. */
	sfi_embed(d, &sfi_type_wait_queue_head, head, sizeof(*head),
		  SFI_ARG("wait_event", "wq_head is initialised"));
	sfi_check_writable(d, theirs, sizeof(*theirs), SFI_ARG("wait_event", "wq_entry"));
	sfi_check_that(d, !(state & ~(TASK_NORMAL | TASK_WAKEKILL | TASK_NOLOAD | TASK_FREEZABLE)),
		       SFI_ARG("wait_event", "state is one of waiting"));
	w = find_waiting(theirs);
	if (w) {
		sfi_check_that(d, w->head == head,
			       SFI_ARG("wait_event", "wq_entry waits in one queue"));
		return w;
	}
	w = new_waiting(head, theirs);
	if (w)
		sfi_lock_taken(d, w, "wait", abandon, SFI_ARG("wait_event", "wq_entry"));
	else
		sfi_internal_error(d, "no memory to wait");
	/* If it could not be remembered, it has been abandoned. */
	if (unlikely(sfi_closed(d)))
		sfi_unwind(d);
	return w;
}

static void end_wait(struct sfi_domain *d, struct waiting *w)
{
	sfi_lock_dropped(d, w, "wait", SFI_ARG("finish_wait", "wq_entry"));
	abandon(w);
}

/* On a signal the entry is out of the queue already, and finish_wait() does not follow. */
long sfi_w_prepare_to_wait_event(struct sfi_self *self, struct wait_queue_head *head,
				 struct wait_queue_entry *theirs, int state)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct waiting *w = begin_wait(d, head, theirs, state);
	long ret = -ENOMEM;

	if (w) {
		ret = prepare_to_wait_event(head, &w->entry, state);
		if (ret)
			end_wait(d, w);
	}
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_prepare_to_wait_event);

void sfi_w_prepare_to_wait(struct sfi_self *self, struct wait_queue_head *head,
			   struct wait_queue_entry *theirs, int state)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct waiting *w = begin_wait(d, head, theirs, state);

	if (w)
		prepare_to_wait(head, &w->entry, state);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_prepare_to_wait);

bool sfi_w_prepare_to_wait_exclusive(struct sfi_self *self, struct wait_queue_head *head,
				     struct wait_queue_entry *theirs, int state)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct waiting *w = begin_wait(d, head, theirs, state);
	bool ret = false;

	if (w)
		ret = prepare_to_wait_exclusive(head, &w->entry, state);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_prepare_to_wait_exclusive);

/* Without having waited it only makes the task running, as the kernel's does. */
void sfi_w_finish_wait(struct sfi_self *self, struct wait_queue_head *head,
		       struct wait_queue_entry *theirs)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct waiting *w = find_waiting(theirs);

	if (w)
		end_wait(d, w);
	else
		__set_current_state(TASK_RUNNING);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_finish_wait);

/*
 * Recovery: the head's memory is about to be reused. Everybody is told. epoll lets go by itself;
 * polls and selects ask the driver, which is not there, and go: they take the head's lock for it,
 * and are waited for. Who does not come, being frozen, is taken out.
 */
#define PATIENCE_MS 200
void sfi_wait_queue_release(struct wait_queue_head *head);

void sfi_wait_queue_release(struct wait_queue_head *head)
{
	struct wait_queue_entry *entry, *next;
	unsigned long flags;
	int ms;

	__wake_up(head, TASK_NORMAL, 0, poll_to_key(EPOLLHUP | POLLFREE));
	for (ms = 0; ms < PATIENCE_MS && sfi_may_sleep(); ms++) {
		/* Under the lock below is who counts. */
		if (!waitqueue_active(head))
			break;
		usleep_range(1000, 1100);
	}
	spin_lock_irqsave(&head->lock, flags);
	list_for_each_entry_safe(entry, next, &head->head, entry)
		list_del_init(&entry->entry);
	spin_unlock_irqrestore(&head->lock, flags);
}

/* Source: kernel/time/sleep_timeout.c, in 6.1 kernel/time/timer.c. */
void sfi_w_msleep(struct sfi_self *self, unsigned int msecs)
{
	struct sfi_domain *d = sfi_import_enter(self);
	unsigned long timeout = msecs_to_jiffies(msecs) + 1;

	SFI_CHECK_SLEEPS(d, "msleep");
	while (timeout && !sfi_closed(d))
		timeout = schedule_timeout_uninterruptible(timeout);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_msleep);

unsigned long sfi_w_msleep_interruptible(struct sfi_self *self, unsigned int msecs)
{
	struct sfi_domain *d = sfi_import_enter(self);
	unsigned long timeout = msecs_to_jiffies(msecs) + 1;

	SFI_CHECK_SLEEPS(d, "msleep_interruptible");
	while (timeout && !sfi_closed(d) && !signal_pending(current))
		timeout = schedule_timeout_interruptible(timeout);
	sfi_import_leave(d);
	return jiffies_to_msecs(timeout);
}
EXPORT_SYMBOL_GPL(sfi_w_msleep_interruptible);

void sfi_w_usleep_range_state(struct sfi_self *self, unsigned long min, unsigned long max,
			      unsigned int state)
{
	struct sfi_domain *d = sfi_import_enter(self);
	ktime_t until = ktime_add_us(ktime_get(), min);

	SFI_CHECK_SLEEPS(d, "usleep_range_state");
	sfi_check_that(d, min <= max, SFI_ARG("usleep_range_state", "min <= max"));
	sfi_check_that(d, (state & TASK_NORMAL) && !(state & ~(TASK_NORMAL | TASK_NOLOAD)),
		       SFI_ARG("usleep_range_state", "state is one of waiting"));
	while (!sfi_closed(d)) {
		__set_current_state(state);
		if (!schedule_hrtimeout_range(&until, (max - min) * NSEC_PER_USEC,
					      HRTIMER_MODE_ABS))
			break;
	}
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_usleep_range_state);
