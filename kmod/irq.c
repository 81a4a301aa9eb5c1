// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain's interrupt handlers: how much of a CPU they take, and the lines of
 * a failed domain.
 *
 * A storm is not seen by looking at what a CPU does: handlers run with
 * interrupts off, so that the watchdog's timer always comes between two. So the
 * gate of a hard interrupt handler takes the time. In a storm most of the time
 * passes outside of the handler, in the kernel's entry and exit: what passes
 * between two calls counts as well, but for each call no more than four times
 * the shortest such time in the window, which is about what an interrupt costs on
 * this machine, and no more than irq_cost_us. In a storm that is nearly all of it; of a
 * handler that is called now and then it is nothing to speak of.
 *
 * A virtual CPU that its host stops spends no time, though time passes. So in a
 * window that may become a storm the watchdog's timer looks every millisecond, and
 * what passes between two looks counts as for a hang: of what is beyond that
 * millisecond, only an eighth; so does what passes in a call. The share of what is
 * counted so is the storm's, or the share of the time by the clock: whichever is more.
 *
 * Calls that return IRQ_NONE do not count: the line may be another's. If it is
 * not, the kernel turns it off ("nobody cared").
 *
 * The half of a handler that is a thread is no interrupt, but has the priority of one: in a storm it is called
 * again and again without sleeping, or so soon after it has fallen asleep that nothing else can run, and the rest
 * of its CPU starves. Such a row of calls is judged when it has lasted for a window, by what the calls took and
 * what was between them, counted as above; but where the thread has neither slept nor been stopped in between, and
 * no softirq has run, however long that was: it is what the calls make the kernel do, and no task had the CPU. (Where
 * all handlers are threads, what a healthy driver polls under load runs there as a softirq.)
 *
 * A timer's function that is to be called again at once is, by the kernel's loop over what has expired. In the hard
 * interrupt the watchdog's timer does not come in between: such calls are one row as long as it does not, and are
 * judged when it is late. In the softirq it does, but no task: there the calls of one run of the softirq are a row.
 * Either is judged by what the calls took, as above, as the CPU may have been stopped instead.
 *
 * While a domain is closed and its devices are not quiet yet, nobody
 * acknowledges their interrupts: the first that is refused masks its line.
 */
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/kernel_stat.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include <sfi/irq.h>

#include "kmod.h"

/* See above. Measured in a storm under emulation, in us: shortest 1.5, mean 6.8. */
#define SPREAD 4
/* A thread that has slept for no longer has not let anybody else run to speak of. */
#define NAP_NS (10 * NSEC_PER_USEC)
/* At this part of the share that is a storm, looks become close. */
#define SUSPECT 4

/*
 * What one CPU spends in the window. Its own CPU's alone: handlers and the looks
 * of the watchdog's timer have interrupts off.
 */
struct sfi_irq_time {
	u64 began;   /* of the window; ktime_get_mono_fast_ns() */
	u64 left;    /* end of the last call */
	u64 inside;  /* ns in calls, and between them */
	u64 between;
	u64 charged; /* of inside, what counts if the CPU was stopped in it */
	u64 looked;  /* time of the last look */
	u64 run;     /* ns of the window until then that the CPU was not stopped */
	bool close;  /* the next look is to come soon */
	u64 least;   /* shortest time between two */
	u64 calls;
	const struct sfi_entry *entry; /* of the last call */
};

/* A row of calls on one CPU: of handlers that are threads, or of timers' functions. */
struct sfi_irq_row {
	const struct task_struct *task; /* a thread's: of the last call; only compared */
	struct sfi_irq_switches then;
	u64 round;                      /* a timer's: sfi_irq_timer_spent() */
	u64 began, left;                /* ktime_get_mono_fast_ns(): of the row, end of the last call */
	u64 charged;                    /* ns that calls which served something took, and before them */
	u64 calls;                      /* such ones */
};

void sfi_irq_spent(struct sfi_domain *d, const struct sfi_entry *e, u64 from, u64 to)
{
	struct sfi_host *h = d->host;
	struct sfi_irq_time *t = this_cpu_ptr(h->irq_time);
	u64 between = from - t->left;

	t->calls++;
	t->inside += to - from;
	t->charged += sfi_charge(to - from);
	t->between += between;
	t->least = min(t->least, between);
	t->left = to;
	t->entry = e;
}
EXPORT_SYMBOL_GPL(sfi_irq_spent);

static void report_storm(struct sfi_domain *d, const struct sfi_entry *e, u64 calls, u64 percent,
			 u64 passed)
{
	struct sfi_report r = { .what = SFI_STORM, .entry = e, .ip = (u64)e->fn };

	scnprintf(r.detail, sizeof(r.detail), "%llu calls took %llu%% of CPU %d in %llu ms", calls,
		  percent, smp_processor_id(), div_u64(passed, NSEC_PER_MSEC));
	sfi_report_and_fail(d, &r);
}

/* What the kernel takes for an interrupt, at most. */
static u64 cost_max_ns(void)
{
	return READ_ONCE(sfi_irq_cost_us) * (u64)NSEC_PER_USEC;
}

static u64 window_ns(void)
{
	return READ_ONCE(sfi_irq_window_ms) * (u64)NSEC_PER_MSEC;
}

/* Percent of TIME that calls have taken which were INSIDE for so long. */
static u64 share(const struct sfi_irq_time *t, u64 inside, u64 time)
{
	if (t->calls > 1)
		inside += min(t->between, min(SPREAD * t->least, cost_max_ns()) * t->calls);
	return time ? div64_u64(min(inside, time) * 100, time) : 0;
}

static void begin_window(struct sfi_irq_time *t, u64 now)
{
	*t = (struct sfi_irq_time){ .began = now, .looked = now, .left = t->left, .least = U64_MAX,
				    .close = t->close };
}

bool sfi_irq_look(struct sfi_domain *d)
{
	struct sfi_host *h = d->host;
	struct sfi_irq_time *t = this_cpu_ptr(h->irq_time);
	u64 now = ktime_get_mono_fast_ns(), passed = now - t->began, percent;
	unsigned int limit = READ_ONCE(sfi_irq_percent);

	if (t->began < READ_ONCE(h->irq_opened)) {
		t->close = false;
		begin_window(t, now);
		return false;
	}
	t->run += t->close ? sfi_charge(now - t->looked) : now - t->looked;
	t->looked = now;
	percent = share(t, t->charged, t->run);
	t->close = limit && percent >= DIV_ROUND_UP(limit, SUSPECT);
	if (passed < window_ns())
		return t->close;
	percent = max(percent, share(t, t->inside, passed));
	if (t->calls && limit && percent >= limit)
		report_storm(d, t->entry, t->calls, percent, passed);
	begin_window(t, now);
	return t->close;
}

void sfi_irq_timer_spent(struct sfi_domain *d, const struct sfi_entry *e, u64 from, u64 to)
{
	struct sfi_host *h = d->host;
	unsigned int limit = READ_ONCE(sfi_irq_percent);
	struct sfi_irq_row *row;
	u64 passed, percent, round;
	bool late = true;

	if (in_hardirq()) {
		row = this_cpu_ptr(h->timer_row);
		late = sfi_watchdog_late(&round);
	} else {
		row = this_cpu_ptr(h->soft_timer_row);
		round = kstat_softirqs_cpu(HRTIMER_SOFTIRQ, smp_processor_id());
	}
	if (row->round != round || row->began < READ_ONCE(h->irq_opened))
		*row = (struct sfi_irq_row){ .round = round, .began = from, .left = from };
	row->calls++;
	row->charged += sfi_charge(to - from) + min(from - row->left, cost_max_ns());
	row->left = to;
	passed = to - row->began;
	if (!late || passed < window_ns())
		return;
	percent = div64_u64(min(row->charged, passed) * 100, max(passed, 1ULL));
	if (limit && percent >= limit)
		report_storm(d, e, row->calls, percent, passed);
	row->round = 0;
}
EXPORT_SYMBOL_GPL(sfi_irq_timer_spent);

struct sfi_irq_switches sfi_irq_switches(void)
{
	struct sfi_irq_switches s = { .slept = current->nvcsw, .stopped = current->nivcsw };
	unsigned int i;

	for (i = 0; i < NR_SOFTIRQS; i++)
		s.softirqs += kstat_softirqs_cpu(i, raw_smp_processor_id());
	return s;
}
EXPORT_SYMBOL_GPL(sfi_irq_switches);

/* Nothing else can have had the CPU for long since the last call: it belongs to the row. */
static bool goes_on(const struct sfi_host *h, const struct sfi_irq_row *row, u64 from,
		    unsigned long slept)
{
	if (row->began < READ_ONCE(h->irq_opened))
		return false;
	return (row->task == current && row->then.slept == slept) || from - row->left <= NAP_NS;
}

/* Of the time since the last call of the row, what counts. */
static u64 charge_between(const struct sfi_irq_row *row, u64 from, struct sfi_irq_switches were)
{
	u64 between = from - row->left;

	if (row->task == current && row->then.slept == were.slept &&
	    row->then.stopped == were.stopped && row->then.softirqs == were.softirqs)
		return sfi_charge(between);
	return min(between, cost_max_ns());
}

/*
 * Calls that return IRQ_NONE belong to a row that another driver's interrupts make. One in which the thread
 * has slept ends the row, and of one in which it was stopped nobody knows how long it has run.
 */
void sfi_irq_thread_spent(struct sfi_domain *d, const struct sfi_entry *e, bool served, u64 from,
			  u64 to, struct sfi_irq_switches were)
{
	struct sfi_host *h = d->host;
	struct sfi_irq_row *row = get_cpu_ptr(h->irq_row);
	unsigned int limit = READ_ONCE(sfi_irq_percent);
	u64 passed, percent;

	if (were.slept != current->nvcsw)
		*row = (struct sfi_irq_row){ .began = to };
	else if (!goes_on(h, row, from, were.slept))
		*row = (struct sfi_irq_row){ .began = from, .left = from };
	if (served && were.slept == current->nvcsw && were.stopped == current->nivcsw) {
		row->calls++;
		row->charged += sfi_charge(to - from) + charge_between(row, from, were);
	}
	row->task = current;
	row->then = sfi_irq_switches();
	row->left = to;
	passed = to - row->began;
	if (passed < window_ns())
		goto out;
	percent = div64_u64(min(row->charged, passed) * 100, max(passed, 1ULL));
	if (row->calls && limit && percent >= limit)
		report_storm(d, e, row->calls, percent, passed);
	*row = (struct sfi_irq_row){ .task = row->task, .then = row->then, .began = to, .left = to };
out:
	put_cpu_ptr(h->irq_row);
}
EXPORT_SYMBOL_GPL(sfi_irq_thread_spent);

void sfi_irq_refused(struct sfi_domain *d, unsigned int irq)
{
	struct sfi_host *h = d->host;
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&h->irq_lock, flags);
	for (i = 0; i < h->nr_masked && h->masked[i] != irq; i++)
		;
	if (!h->irq_quiet && i == h->nr_masked && i < SFI_LINES_MASKED) {
		h->masked[h->nr_masked++] = irq;
		disable_irq_nosync(irq);
	}
	raw_spin_unlock_irqrestore(&h->irq_lock, flags);
}
EXPORT_SYMBOL_GPL(sfi_irq_refused);

void sfi_irq_quiet(struct sfi_host *h)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&h->irq_lock, flags);
	h->irq_quiet = true;
	raw_spin_unlock_irqrestore(&h->irq_lock, flags);
	while (h->nr_masked)
		enable_irq(h->masked[--h->nr_masked]);
}

void sfi_irq_open(struct sfi_host *h)
{
	WRITE_ONCE(h->irq_quiet, false);
	/* What was before is nothing to judge by. */
	WRITE_ONCE(h->irq_opened, ktime_get_mono_fast_ns());
}

int sfi_irq_prepare(struct sfi_host *h)
{
	raw_spin_lock_init(&h->irq_lock);
	h->irq_opened = ktime_get_mono_fast_ns();
	h->irq_time = alloc_percpu(struct sfi_irq_time);
	h->irq_row = alloc_percpu(struct sfi_irq_row);
	h->timer_row = alloc_percpu(struct sfi_irq_row);
	h->soft_timer_row = alloc_percpu(struct sfi_irq_row);
	return h->irq_time && h->irq_row && h->timer_row && h->soft_timer_row ? 0 : -ENOMEM;
}
