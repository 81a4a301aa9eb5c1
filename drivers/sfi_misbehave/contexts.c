// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a misbehaviour runs, and the contexts that need no device (those that do:
 * interrupt.c and network.c). Each context gets the kernel to call the driver, and
 * waits until that call is over: del_timer_sync() and its like return after the
 * callback has been left, so that whoever started the job sees what became of it.
 */
#include <linux/bsearch.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/delay.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "misbehave.h"

#define TIMEOUT (20 * HZ)

static struct {
	const struct misbehaviour *what;
	bool wrong;
	bool nested; /* in a callback of a function that the timer's callback calls */
	bool done;
	const char *armed; /* the context that it waits for; NULL: none */
	long answer;
	wait_queue_head_t finished;
	struct timer_list timer;
	struct hrtimer hrtimer;
	enum hrtimer_mode mode; /* of that */
	struct work_struct work;
	struct rcu_head rcu;
} job;

/*
 * The job
 * -------
 */
void job_set(const struct misbehaviour *what, bool wrong)
{
	job.what = what;
	job.wrong = wrong;
	job.nested = false;
	job.armed = NULL;
	WRITE_ONCE(job.done, false);
}

void job_perform(void)
{
	job.what->run(false);
	if (job.wrong)
		job.what->run(true);
	WRITE_ONCE(job.done, true);
	wake_up(&job.finished);
}

long job_perform_armed(const char *context)
{
	if (!job.armed || strcmp(job.armed, context))
		return -ENOENT;
	job.armed = NULL;
	job_perform();
	return 0;
}

/* The ioctl contexts differ by how the caller comes here, and by the signal. */
long job_perform_ioctl(void)
{
	if (!job.armed)
		return -ENOENT;
	while (!strcmp(job.armed, "signal") && !signal_pending(current))
		msleep_interruptible(MSEC_PER_SEC);
	return job_perform_armed(job.armed);
}

void job_answer(long result)
{
	job.answer = result;
}

long job_take_answer(long usual)
{
	long answer = job.answer;

	job.answer = 0;
	return answer ? answer : usual;
}

void job_wait(void)
{
	wait_event_timeout(job.finished, READ_ONCE(job.done), TIMEOUT);
}

long job_outcome(void)
{
	return READ_ONCE(job.done) ? 0 : -ETIMEDOUT;
}

long job_arm(const char *context)
{
	job.armed = context;
	return 0;
}

/*
 * Contexts
 * --------
 */

/* A task that may sleep, on behalf of a process, with a mutex of the driver's held. */
static long in_syscall(void)
{
	job_perform();
	return 0;
}

static long in_ioctl(void)
{
	return job_arm("ioctl");
}

/* A process of 32 bits. */
static long in_compat(void)
{
	return job_arm("compat");
}

/* A process with a signal pending: interruptible sleeps end at once. */
static long in_signal(void)
{
	return job_arm("signal");
}

static long in_exit(void)
{
	return job_arm("exit");
}

static int nested_compare(const void *key, const void *element)
{
	job_perform();
	return 0;
}

/* The kernel calls the driver, which calls the kernel, which calls the driver. */
static void perform_nested(void)
{
	u64 element = 0;

	bsearch(&element, &element, 1, sizeof(element), nested_compare);
}

static long in_nested(void)
{
	perform_nested();
	return job_outcome();
}

static void perform_in_timer(void)
{
	if (job.nested)
		perform_nested();
	else
		job_perform();
}

static void timer_fn(struct timer_list *timer)
{
	perform_in_timer();
}

/* Softirq. */
static long in_timer(void)
{
	mod_timer(&job.timer, jiffies + 1);
	job_wait();
	del_timer_sync(&job.timer);
	return job_outcome();
}

static long in_nested_timer(void)
{
	job.nested = true;
	return in_timer();
}

static enum hrtimer_restart hrtimer_fn(struct hrtimer *timer)
{
	perform_in_timer();
	return job_take_answer(HRTIMER_NORESTART);
}

static long in_hrtimer_of(enum hrtimer_mode mode)
{
	job.mode = mode;
	hrtimer_init(&job.hrtimer, CLOCK_MONOTONIC, mode);
	job.hrtimer.function = hrtimer_fn;
	hrtimer_start(&job.hrtimer, ms_to_ktime(1), mode);
	job_wait();
	/* One that comes again and again is not waited for with a CPU: that would be a hang before it is a storm. */
	while (hrtimer_try_to_cancel(&job.hrtimer) < 0)
		msleep(20);
	return job_outcome();
}

/* Hard interrupt. */
static long in_hrtimer(void)
{
	return in_hrtimer_of(HRTIMER_MODE_REL);
}

/* Softirq. */
static long in_soft_hrtimer(void)
{
	return in_hrtimer_of(HRTIMER_MODE_REL_SOFT);
}

void job_start_timer(bool at_once)
{
	ktime_t when = at_once ? 0 : KTIME_MAX;

	hrtimer_start(&job.hrtimer, when, job.mode & ~HRTIMER_MODE_REL);
}

static long in_nested_hrtimer(void)
{
	job.nested = true;
	return in_hrtimer();
}

static void work_fn(struct work_struct *work)
{
	job_perform();
}

static long in_work(void)
{
	schedule_work(&job.work);
	job_wait();
	cancel_work_sync(&job.work);
	return job_outcome();
}

static int thread_fn(void *unused)
{
	job_perform();
	/* Sleeps at least once, however soon it is stopped: that is where what it has left is noticed. */
	do {
		msleep_interruptible(10);
	} while (!kthread_should_stop());
	return 0;
}

static long in_kthread(void)
{
	struct task_struct *thread = kthread_run(thread_fn, NULL, "sfi_misbehave");

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	job_wait();
	kthread_stop(thread);
	return job_outcome();
}

static void rcu_fn(struct rcu_head *head)
{
	job_perform();
}

/* Softirq, or a thread of the kernel's with softirqs off, after a grace period. */
static long in_rcu(void)
{
	call_rcu(&job.rcu, rcu_fn);
	job_wait();
	rcu_barrier();
	return job_outcome();
}

static const struct context contexts[] = {
	{ "syscall", in_syscall },
	{ "ioctl", in_ioctl },
	{ "compat", in_compat },
	{ "signal", in_signal },
	{ "timer", in_timer },
	{ "hrtimer", in_hrtimer },
	{ "softhrtimer", in_soft_hrtimer },
	{ "work", in_work },
	{ "kthread", in_kthread },
	{ "rcu", in_rcu },
	{ "nested", in_nested },
	{ "nestedtimer", in_nested_timer },
	{ "nestedhrtimer", in_nested_hrtimer },
	{ "irq", in_device_irq },
	{ "irqthread", in_device_thread },
	{ "napi", in_napi },
	{ "notifier", in_notifier },
	{ "exit", in_exit },
};

const struct context *context_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(contexts); i++) {
		if (!strcmp(contexts[i].name, name))
			return &contexts[i];
	}
	return NULL;
}

void job_setup(void)
{
	init_waitqueue_head(&job.finished);
	timer_setup(&job.timer, timer_fn, 0);
	INIT_WORK(&job.work, work_fn);
}
