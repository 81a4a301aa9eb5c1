// SPDX-License-Identifier: GPL-2.0-only
/*
 * What takes too long though it lets others run: calls into a driver that sleep
 * or give way, and do not return. The watchdog's looks do not see them. A worker
 * looks at every domain now and then, and in one that somebody is in it scans
 * the tasks' stacks for the domain's gates: a gate is cleared when it is left,
 * so that one with a cookie is a call that has not returned.
 *
 * A call has two budgets, of elapsed time and of CPU time, each with a soft
 * limit, which is reported, and a hard one, at which the domain fails. Of a
 * callback that may wait for ever (SFI_WAITS: a read(), a thread's main loop)
 * elapsed time is nobody's business, and of its CPU time only what exceeds half
 * of a CPU counts. CPU time is counted from the first look that finds the call.
 */
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "kmod.h"

/* Calls of one domain whose CPU time is followed. */
#define CALLS 64
/* Entry points of one domain about which something was said. */
#define SAID 32
/* Words of a stack that are read at a time. */
#define CHUNK 32
/* Looks in the shortest limit, and the time between two. */
#define LOOKS 8
#define LEAST_MS 50
#define MOST_MS 5000

struct call {
	unsigned long gate; /* its address; 0: free */
	u64 entered;        /* jiffies */
	u64 ran;            /* its task's CPU time at the last look, ns */
	u64 charged;        /* ns */
	u64 looked_at;      /* ktime, ns */
	unsigned int round; /* of the last look that found it */
};

/* The worker's. */
struct sfi_patrol {
	struct sfi_host *h;
	struct kthread_delayed_work work;
	struct call calls[CALLS];
	unsigned int round;
	const struct sfi_entry *said[SAID];
	unsigned int nr_said;
	struct sfi_growth growth;
	bool *waits; /* const: by number_of() */
};

static struct kthread_worker *worker;

/*
 * Limits
 * ------
 */
static unsigned int period_ms(void)
{
	unsigned int ms = sfi_shortest(sfi_shortest(READ_ONCE(sfi_call_soft_ms), READ_ONCE(sfi_call_hard_ms)),
				       sfi_shortest(READ_ONCE(sfi_cpu_soft_ms), READ_ONCE(sfi_cpu_hard_ms)));

	ms = ms ? ms / LOOKS : MOST_MS;
	return clamp_t(unsigned int, ms, LEAST_MS, MOST_MS);
}

/* True: nothing was said about E yet. */
static bool first_of(struct sfi_patrol *p, const struct sfi_entry *e)
{
	unsigned int i;

	for (i = 0; i < p->nr_said; i++) {
		if (p->said[i] == e)
			return false;
	}
	if (p->nr_said == SAID)
		return false;
	p->said[p->nr_said++] = e;
	return true;
}

/* MS of WHAT have been used by a call of E in task T. */
static void judge(struct sfi_patrol *p, const struct sfi_entry *e, struct task_struct *t,
		  u64 ms, unsigned int soft, unsigned int hard, const char *what)
{
	struct sfi_report r = { .what = SFI_OVERDUE, .entry = e, .ip = (u64)e->fn };

	if (hard && ms >= hard) {
		scnprintf(r.detail, sizeof(r.detail), "%llu ms of %s in %s/%d, limit %u ms", ms, what,
			  t->comm, task_pid_nr(t), hard);
		sfi_report_and_fail(p->h->d, &r);
	} else if (soft && ms >= soft && first_of(p, e)) {
		atomic_inc(&p->h->overdue);
		pr_warn("%s: a call of %s (%s) has taken %llu ms of %s in %s/%d\n", p->h->d->name,
			e->name, e->kind, ms, what, t->comm, task_pid_nr(t));
	}
}

/*
 * Calls
 * -----
 */
/* The record of the call with gate G, which is at AT; NULL: too many. */
static struct call *call_of(struct sfi_patrol *p, const struct sfi_gate *g, unsigned long at)
{
	struct call *c, *free = NULL;

	for (c = p->calls; c < p->calls + CALLS; c++) {
		if (c->gate == at && c->entered == g->entered)
			return c;
		if (!c->gate || p->round - c->round > 1)
			free = c;
	}
	if (free)
		*free = (struct call){ .gate = at, .entered = g->entered };
	return free;
}

/* Milliseconds of CPU time that count. */
static u64 charge(struct sfi_patrol *p, struct call *c, struct task_struct *t, bool waits)
{
	u64 ran = READ_ONCE(t->se.sum_exec_runtime), now = ktime_get_ns(), free;

	if (c->looked_at) {
		free = waits ? (now - c->looked_at) / 2 : 0;
		c->charged += ran - c->ran;
		c->charged -= min(c->charged, free);
	}
	c->ran = ran;
	c->looked_at = now;
	c->round = p->round;
	return div_u64(c->charged, NSEC_PER_MSEC);
}

/* Number of entry E among all of D's; -1: it is none. */
static long number_of(const struct sfi_domain *d, const struct sfi_entry *e)
{
	long before = 0;
	u32 i;

	for (i = 0; i < d->nr_units; i++) {
		if (e >= d->units[i]->entries && e < d->units[i]->entries + d->units[i]->nr_entries)
			return before + (e - d->units[i]->entries);
		before += d->units[i]->nr_entries;
	}
	return -1;
}

/* A byte for each entry: it may wait for ever. */
static bool *entries_that_wait(const struct sfi_domain *d)
{
	unsigned long n = 0, total = 1;
	bool *waits;
	u64 j;
	u32 i;

	for (i = 0; i < d->nr_units; i++)
		total += d->units[i]->nr_entries;
	waits = kvcalloc(total, sizeof(*waits), GFP_KERNEL);
	for (i = 0; waits && i < d->nr_units; i++) {
		for (j = 0; j < d->units[i]->nr_entries; j++)
			waits[n++] = sfi_kind_waits(d->units[i]->entries[j].kind);
	}
	return waits;
}

/* The word at AT of T's stack is a live gate's cookie, if the rest agrees. */
static void look_at_call(struct sfi_patrol *p, struct task_struct *t, unsigned long at)
{
	struct sfi_domain *d = p->h->d;
	SFI_DEFINE_GATE(g);
	struct call *c;
	long number;
	bool waits;

	if (copy_from_kernel_nofault(&g, (void *)at, sizeof(g)) ||
	    g.cookie != (SFI_GATE_COOKIE ^ at) || g.domain != d ||
	    sfi_slot_at(d, at) & SFI_RIGHT_WRITE)
		return;
	number = number_of(d, g.entry);
	if (number < 0)
		return;
	waits = p->waits[number];
	if (!waits)
		judge(p, g.entry, t, jiffies_to_msecs(jiffies - g.entered), READ_ONCE(sfi_call_soft_ms),
		      READ_ONCE(sfi_call_hard_ms), "time");
	c = call_of(p, &g, at);
	if (c)
		judge(p, g.entry, t, charge(p, c, t, waits), READ_ONCE(sfi_cpu_soft_ms),
		      READ_ONCE(sfi_cpu_hard_ms), "CPU time");
}

/* Without a lock, as T may run: see evict.c. */
static void look_at_task(struct sfi_patrol *p, struct task_struct *t)
{
	unsigned long stack = (unsigned long)task_stack_page(t), at, words[CHUNK];
	unsigned int i;

	if (!stack)
		return;
	for (at = stack; at < stack + THREAD_SIZE; at += sizeof(words)) {
		if (copy_from_kernel_nofault(words, (void *)at, sizeof(words)))
			return;
		for (i = 0; i < CHUNK; i++) {
			if (words[i] == (SFI_GATE_COOKIE ^ (at + i * sizeof(long))))
				look_at_call(p, t, at + i * sizeof(long));
		}
	}
}

static void look_at_calls(struct sfi_patrol *p)
{
	struct task_struct *process, *t;

	p->round++;
	rcu_read_lock();
	for_each_process_thread(process, t) {
		if (sfi_closed(p->h->d))
			break;
		look_at_task(p, t);
	}
	rcu_read_unlock();
}

/* The watchdog has found a call that ran for long. */
static void say_ran(struct sfi_patrol *p)
{
	/* Pairs with note_once(). */
	const struct sfi_entry *e = smp_load_acquire(&p->h->ran);

	if (!e)
		return;
	if (first_of(p, e))
		pr_warn("%s: a call of %s (%s) has run for %u ms and not slept\n", p->h->d->name,
			e->name, e->kind, READ_ONCE(p->h->ran_ms));
	WRITE_ONCE(p->h->ran, NULL);
}

static void patrol(struct kthread_work *work)
{
	struct sfi_patrol *p = container_of(work, struct sfi_patrol, work.work);
	struct sfi_domain *d = p->h->d;

	say_ran(p);
	if (!sfi_closed(d) && sfi_domain_inside(d))
		look_at_calls(p);
	/* Recovery wakes who is inside; but recovery itself may be, in an init that it has run again. */
	if (sfi_closed(d) && sfi_domain_inside(d))
		sfi_wake_sleepers(d);
	sfi_recover_inhabited(p->h);
	if (!sfi_closed(d))
		sfi_memory_judge(d);
	sfi_growth_look(p->h, &p->growth);
	kthread_queue_delayed_work(worker, &p->work, msecs_to_jiffies(period_ms()));
}

/*
 * Public interface
 * ----------------
 */
int sfi_patrol_start(struct sfi_host *h)
{
	struct sfi_patrol *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return -ENOMEM;
	p->waits = entries_that_wait(h->d);
	if (!p->waits) {
		kfree(p);
		return -ENOMEM;
	}
	p->h = h;
	h->patrol = p;
	kthread_init_delayed_work(&p->work, patrol);
	kthread_queue_delayed_work(worker, &p->work, msecs_to_jiffies(period_ms()));
	return 0;
}

void sfi_patrol_stop(struct sfi_host *h)
{
	if (!h->patrol)
		return;
	kthread_cancel_delayed_work_sync(&h->patrol->work);
	kvfree(h->patrol->waits);
	kfree(h->patrol);
	h->patrol = NULL;
}


int sfi_patrol_init(void)
{
	worker = kthread_create_worker(0, "sfi/patrol");
	return PTR_ERR_OR_ZERO(worker);
}

void sfi_patrol_exit(void)
{
	kthread_destroy_worker(worker);
}
