// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at what a CPU was doing when it was interrupted, for two reasons: a
 * call into a driver may be over its time budget (a hang), and a context may be
 * in driver code of a domain that has failed elsewhere (to be evicted). In both
 * cases the context is sent to the runtime's landing.
 *
 * A pinned hrtimer on each CPU looks every eighth of the soft limit, and at least
 * eight times a second, as interrupts' time and other CPUs are its business too;
 * the recoverer has it look at once. An interrupt handler of the timer sees the interrupted
 * registers through get_irq_regs(), which a call-function interrupt does not.
 * A CPU with interrupts off is looked at by NMI, sent by the timer of the last CPU
 * before it that still looks, or by the recoverer.
 *
 * A call that two looks have found is looked at every millisecond from then on,
 * and each of these looks charges it a millisecond, and of what has passed
 * beyond that since the last look only an eighth: a virtual CPU was stopped.
 * A hang is a call that has been charged the whole budget and has not slept; before that, it is
 * reported once. Followed are the innermost call and, where no task gets the CPU, the one within which the kernel
 * calls the driver again and again. See
 * docs/decisions/007-hangs-are-counted-in-looks.md.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/hrtimer.h>
#include <linux/nmi.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <asm/apic.h>
#include <asm/irq_regs.h>
#include <asm/nmi.h>
#include <asm/ptrace.h>

#include "kmod.h"

/* Looks in the shorter of the two limits while no call is suspected, and how long there is between two. */
#define LOOKS 8
#define LEAST_MS 10U
#define MOST_MS 125U
/* Looks at one call that make it suspect. */
#define LOOKS_SUSPECT 2
/* A CPU that has not answered a kick for this long has interrupts off. */
#define KICK_NS (3 * NSEC_PER_MSEC)

/* Which call the last looks have seen. Owned by the looking CPU; the NMI and the timer of a CPU have one each. */
struct sighting {
	const struct sfi_gate *gate; /* NULL: none */
	u64 entered, switches;
	u64 seen;                    /* ktime of the last look that found it, ns */
	u64 charged;                 /* ns */
	unsigned int looks;          /* that found it */
	bool by_task;                /* the gate is on a task's stack */
	bool said;                   /* that it is over the soft limit */
};

/* The innermost call, and the whole of it: whole_call(). */
struct sightings {
	struct sighting call, whole;
};

struct watch {
	struct hrtimer timer;      /* periodic */
	struct hrtimer kick;       /* at once, for the recoverer */
	call_single_data_t csd;    /* starts the kick on its own CPU */
	struct sightings by_timer, by_nmi;
	u64 looked_at;             /* ktime of the periodic timer's last look; read by the neighbour */
	unsigned int passed;       /* the last round (below) of which it knows; written by its own CPU */
	u64 kicked_at;             /* ktime of a kick not yet answered, 0: none. Written by the recoverer and by its own CPU */
	atomic_t nmi_wanted;       /* set before an NMI is sent, taken by its handler */
	u64 nmi_sent;              /* ktime of the last one that was sent here; written before nmi_wanted */
	struct sfi_domain *stuck;  /* found by the NMI, to be reported by the neighbour; exchanged */
	struct sfi_report found;   /* the report; written before stuck */
};

static DEFINE_PER_CPU(struct watch, watches);
static atomic_t rounds;         /* sfi_watchdog_round() */
static DEFINE_MUTEX(users_lock);
static unsigned int users;      /* written under users_lock */
static int hotplug_state;       /* users_lock */

static u64 period_ns(void)
{
	unsigned int ms = sfi_shortest(READ_ONCE(sfi_hang_soft_ms), READ_ONCE(sfi_hang_ms)) / LOOKS;

	return (ms ? clamp(ms, LEAST_MS, MOST_MS) : MOST_MS) * NSEC_PER_MSEC;
}

/* Of the time that a CPU did not take its looks in, one part in this many is charged. */
#define STOPPED_SHARE 8

/* Between two looks at a suspect, and what one of them charges in full. */
static u64 close_ns(void)
{
	return max_t(u64, NSEC_PER_MSEC, hrtimer_resolution);
}

u64 sfi_charge(u64 passed)
{
	u64 whole = min(passed, close_ns());

	return whole + (passed - whole) / STOPPED_SHARE;
}

static bool suspect(const struct sighting *s)
{
	return s->gate && s->looks >= LOOKS_SUSPECT;
}

static bool any_suspect(const struct sightings *s)
{
	return suspect(&s->call) || suspect(&s->whole);
}

static bool on_task_stack(unsigned long sp)
{
	return sp - (unsigned long)task_stack_page(current) < THREAD_SIZE;
}

/*
 * With the stack pointer at SP, the call that S follows has returned: its stack
 * is in use above its gate; or it was an interrupt's, and there is none now.
 */
static bool returned(const struct sighting *s, unsigned long sp)
{
	unsigned long gate = (unsigned long)s->gate;

	if (!((sp ^ gate) & ~(THREAD_SIZE - 1UL)))
		return sp > gate;
	return !s->by_task && on_task_stack(sp);
}

/*
 * The call that S follows was not found: it has returned; or an interrupt sits
 * on top of it, it calls the driver again, or another task has its turn. In the
 * latter cases it is looked for a while yet. True: S is free for another call.
 */
static bool missed(struct sighting *s, unsigned long sp, u64 now)
{
	if (s->gate && (returned(s, sp) || now - s->seen > 2 * period_ns()))
		s->gate = NULL;
	return !s->gate;
}

/* No call was found. */
static void missed_both(struct sightings *s, unsigned long sp, u64 now)
{
	missed(&s->call, sp, now);
	missed(&s->whole, sp, now);
}

/* G was entered where no task gets the CPU. */
static bool keeps_cpu(const struct sfi_gate *g)
{
	return !(g->irq_flags & X86_EFLAGS_IF) ||
	       g->preempt_count & (PREEMPT_MASK | SOFTIRQ_MASK | HARDIRQ_MASK);
}

/*
 * As G is the innermost call: the outermost of the same driver that keeps the CPU from all tasks, within which it may be
 * called again and again by the kernel that it calls. What other drivers are called for is theirs. (Where tasks
 * have their turn, the patrol sees the whole.)
 */
static struct sfi_gate *whole_call(struct sfi_gate *g)
{
	struct sfi_gate *outer;

	while ((outer = sfi_gate_find((u64)(g + 1))) && outer->domain == g->domain && keeps_cpu(outer))
		g = outer;
	return g;
}

/* Milliseconds that the call G, which S is to follow, has run here, once that is over the budget; else 0. */
static u64 over_budget(struct sighting *s, const struct sfi_gate *g, unsigned long sp, u64 now)
{
	u64 switches = READ_ONCE(current->nvcsw);
	u64 limit = READ_ONCE(sfi_hang_ms) * (u64)NSEC_PER_MSEC;

	if (s->gate != g && !missed(s, sp, now))
		return 0;
	if (s->gate != g || s->entered != g->entered || s->switches != switches) {
		*s = (struct sighting){ .gate = g, .entered = g->entered, .switches = switches,
					.seen = now, .looks = 1, .by_task = on_task_stack(sp) };
		return 0;
	}
	s->looks++;
	s->charged += sfi_charge(now - s->seen);
	s->seen = now;
	if (!limit || s->charged < limit)
		return 0;
	s->gate = NULL;
	return div_u64(s->charged, NSEC_PER_MSEC);
}

/*
 * The call G, which S follows, is over the soft limit. The patrol says so: from here, netconsole
 * might call the driver in the midst of its call.
 */
static void note_once(struct sighting *s, const struct sfi_gate *g)
{
	u64 soft = READ_ONCE(sfi_hang_soft_ms) * (u64)NSEC_PER_MSEC;
	struct sfi_host *h = g->domain->host;

	if (s->gate != g || s->said || !soft || s->charged < soft)
		return;
	s->said = true;
	atomic_inc(&h->overdue);
	WRITE_ONCE(h->ran_ms, div_u64(s->charged, NSEC_PER_MSEC));
	/* Pairs with say_ran(). */
	smp_store_release(&h->ran, g->entry);
}

/* What is to happen to the context behind REGS; D is its domain. */
struct verdict {
	struct sfi_domain *d;
	enum sfi_fault fault;
	u64 ms;
	bool here; /* in code that can be left at once */
	const struct sfi_entry *entry; /* of the innermost call */
};

static bool judge(struct sightings *s, struct pt_regs *regs, bool timing, struct verdict *v)
{
	u64 now = ktime_get_mono_fast_ns();
	struct sfi_gate *g, *whole;
	struct sfi_domain *d;

	if (user_mode(regs)) {
		missed_both(s, (unsigned long)task_pt_regs(current), now);
		return false;
	}
	d = sfi_domain_of_ip(regs->ip, regs->sp);
	*v = (struct verdict){ .d = d, .fault = SFI_FAULT_EVICT, .here = d };
	if (d && sfi_closed(d))
		return true;
	if (!timing)
		return false;
	g = sfi_gate_find(regs->sp);
	if (!g) {
		missed_both(s, regs->sp, now);
		return false;
	}
	whole = whole_call(g);
	v->ms = max(over_budget(&s->call, g, regs->sp, now),
		    over_budget(&s->whole, whole, regs->sp, now));
	if (!v->ms)
		note_once(&s->whole, whole);
	v->fault = SFI_FAULT_HANG;
	v->d = g->domain;
	v->entry = g->entry;
	v->here = d == g->domain;
	return v->ms && !sfi_closed(g->domain);
}

/*
 * A call over its budget that is just now in kernel code on the driver's behalf
 * cannot be cut off here: the domain fails, and the wrapper that the kernel code
 * returns to unwinds. To blame is who called that code, by the stack of this CPU.
 */
static struct sfi_report report_from_afar(const struct verdict *v)
{
	u64 ret = sfi_port_blame(v->d);

	return (struct sfi_report){
		.what = SFI_HANG, .fault = SFI_FAULT_HANG, .address = v->ms,
		.entry = v->entry, .ip = ret ? ret - 1 : 0,
	};
}

static void look(struct watch *w, bool timing)
{
	struct pt_regs *regs = get_irq_regs();
	struct sfi_report r;
	struct verdict v;

	if (!regs || !judge(&w->by_timer, regs, timing, &v))
		return;
	if (v.here) {
		sfi_redirect(v.d, regs, v.fault, v.ms, 0);
		return;
	}
	r = report_from_afar(&v);
	sfi_report_and_fail(v.d, &r);
}

static void send_nmi(int cpu)
{
	struct watch *w = &per_cpu(watches, cpu);

	WRITE_ONCE(w->nmi_sent, ktime_get_mono_fast_ns());
	atomic_set_release(&w->nmi_wanted, 1);
	apic->send_IPI_mask(cpumask_of(cpu), NMI_VECTOR);
}

/* The domain is there still. In hard interrupts, which its end waits for. */
static bool is_there(const struct sfi_domain *d)
{
	unsigned int i, end = sfi_domains_end();

	for (i = 0; i < end; i++) {
		if (sfi_domain_at(i) == d)
			return true;
	}
	return false;
}

/*
 * True: CPU's timer has missed two of its looks. Either its
 * interrupts are off, and an NMI has been sent; or it is a virtual one and does
 * not run: then one NMI waits for it, however many are sent.
 */
static bool watch_other(int cpu)
{
	struct watch *w = per_cpu_ptr(&watches, cpu);
	u64 last = READ_ONCE(w->looked_at);
	struct sfi_domain *d;
	bool silent;

	silent = last && ktime_get_mono_fast_ns() - last > 2 * period_ns();
	if (silent)
		send_nmi(cpu);
	d = xchg(&w->stuck, NULL);
	if (d && is_there(d))
		sfi_report_and_fail(d, &w->found);
	return silent;
}

/* The next CPU; and whom that one would watch, if it is silent itself. True: as watch_other(). */
static bool watch_others(void)
{
	int self = smp_processor_id(), cpu = self;
	bool silent, any = false;

	do {
		cpu = cpumask_next(cpu, cpu_online_mask);
		if (cpu >= nr_cpu_ids)
			cpu = cpumask_first(cpu_online_mask);
		silent = cpu != self && watch_other(cpu);
		any |= silent;
	} while (silent);
	return any;
}

bool sfi_watchdog_late(u64 *looked_at)
{
	struct watch *w = this_cpu_ptr(&watches);

	*looked_at = READ_ONCE(w->looked_at);
	return *looked_at && ktime_get_mono_fast_ns() - *looked_at > 2 * period_ns();
}

/* True: to be looked at again soon. */
static bool look_at_interrupts(void)
{
	unsigned int i, end = sfi_domains_end();
	struct sfi_domain *d;
	bool close = false;

	for (i = 0; i < end; i++) {
		d = sfi_domain_at(i);
		if (d && !sfi_closed(d))
			close |= sfi_irq_look(d);
	}
	return close;
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct watch *w = container_of(timer, struct watch, timer);
	bool close;

	WRITE_ONCE(w->looked_at, ktime_get_mono_fast_ns());
	look(w, true);
	close = look_at_interrupts();
	close |= watch_others();
	close |= any_suspect(&w->by_timer);
	hrtimer_forward_now(timer, ns_to_ktime(close ? close_ns() : period_ns()));
	return HRTIMER_RESTART;
}

static enum hrtimer_restart kicked(struct hrtimer *timer)
{
	struct watch *w = container_of(timer, struct watch, kick);

	WRITE_ONCE(w->kicked_at, 0);
	look(w, false);
	return HRTIMER_NORESTART;
}

static void start_kick(void *info)
{
	struct watch *w = info;

	/* What this CPU has done before can be seen by who sees the number, and the other way round. */
	smp_store_mb(w->passed, atomic_read_acquire(&rounds));
	hrtimer_start(&w->kick, 0, HRTIMER_MODE_REL_PINNED_HARD);
}

/*
 * Source: arch/x86/entry/entry_64.S, asm_exc_nmi. Before FRED the NMI returns
 * by a second copy of the frame, directly above the registers that handlers see.
 */
struct nmi_frame {
	unsigned long ip, cs, flags, sp, ss;
};

static void redirect_nmi(struct sfi_domain *d, struct pt_regs *regs, const struct verdict *v)
{
	struct nmi_frame *frame = (struct nmi_frame *)(regs + 1);

	if (frame->ip != regs->ip || frame->sp != regs->sp || frame->flags != regs->flags)
		return;
	sfi_redirect(d, regs, v->fault, v->ms, 0);
	frame->ip = regs->ip;
	frame->flags = regs->flags;
}

/* Longest that an NMI is under way after another that was sent before it. */
#define NMI_LATE_NS NSEC_PER_SEC

/*
 * Two that were sent may come one after the other, when the first has done what there was to do.
 * The second is ours all the same: the kernel would complain about it.
 */
static int late_nmi(const struct watch *w)
{
	return ktime_get_mono_fast_ns() - READ_ONCE(w->nmi_sent) < NMI_LATE_NS ? NMI_HANDLED :
										NMI_DONE;
}

static int nmi(unsigned int type, struct pt_regs *regs)
{
	struct watch *w = this_cpu_ptr(&watches);
	struct verdict v;

	if (!atomic_xchg(&w->nmi_wanted, 0))
		return late_nmi(w);
	if (!judge(&w->by_nmi, regs, true, &v))
		return NMI_HANDLED;
	if (v.here) {
		redirect_nmi(v.d, regs, &v);
	} else {
		w->found = report_from_afar(&v);
		/* Pairs with the exchange in watch_other(). */
		smp_store_release(&w->stuck, v.d);
	}
	return NMI_HANDLED;
}

static int watch_cpu(unsigned int cpu)
{
	struct watch *w = this_cpu_ptr(&watches);

	/* As by a look: interrupts may be off before the first one. */
	WRITE_ONCE(w->looked_at, ktime_get_mono_fast_ns());
	hrtimer_start(&w->timer, ns_to_ktime(period_ns()), HRTIMER_MODE_REL_PINNED_HARD);
	return 0;
}

static int unwatch_cpu(unsigned int cpu)
{
	struct watch *w = this_cpu_ptr(&watches);

	hrtimer_cancel(&w->timer);
	hrtimer_cancel(&w->kick);
	/* It is going, and runs drivers for a while yet: only without a watchdog it is not watched any more. */
	WRITE_ONCE(w->looked_at, READ_ONCE(users) ? ktime_get_mono_fast_ns() : 0);
	WRITE_ONCE(w->kicked_at, 0);
	return 0;
}

int sfi_watchdog_get(void)
{
	int ret = 0;

	mutex_lock(&users_lock);
	if (!users) {
		ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "sfi:watch", watch_cpu, unwatch_cpu);
		if (ret > 0)
			hotplug_state = ret;
	}
	if (ret >= 0)
		users++;
	mutex_unlock(&users_lock);
	return min(ret, 0);
}

void sfi_watchdog_put(void)
{
	mutex_lock(&users_lock);
	WRITE_ONCE(users, users - 1);
	if (!users)
		cpuhp_remove_state(hotplug_state);
	mutex_unlock(&users_lock);
}

void sfi_watchdog_kick_all(void)
{
	static DEFINE_MUTEX(kicking); /* recoverers of several domains: a request may be queued once */
	u64 now = ktime_get_mono_fast_ns(), since;
	struct watch *w;
	int cpu;

	mutex_lock(&kicking);
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		w = per_cpu_ptr(&watches, cpu);
		since = READ_ONCE(w->kicked_at);
		if (since && now - since > KICK_NS)
			send_nmi(cpu);
		if (since)
			continue;
		WRITE_ONCE(w->kicked_at, now);
		/* Busy: the last kick is still under way, which is as good. */
		smp_call_function_single_async(cpu, &w->csd);
	}
	cpus_read_unlock();
	mutex_unlock(&kicking);
}

unsigned int sfi_watchdog_round(void)
{
	/* A full barrier: see start_kick(). */
	return atomic_inc_return(&rounds);
}

bool sfi_watchdog_passed(unsigned int round)
{
	bool all = true;
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu)
		all &= (int)(READ_ONCE(per_cpu(watches, cpu).passed) - round) >= 0;
	cpus_read_unlock();
	smp_mb(); /* pairs with that in start_kick() */
	return all;
}

int sfi_watchdog_init(void)
{
	struct watch *w;
	int cpu;

	for_each_possible_cpu(cpu) {
		w = per_cpu_ptr(&watches, cpu);
		hrtimer_init(&w->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
		w->timer.function = tick;
		hrtimer_init(&w->kick, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
		w->kick.function = kicked;
		INIT_CSD(&w->csd, start_kick, w);
	}
	return register_nmi_handler(NMI_LOCAL, nmi, 0, "sfi");
}

void sfi_watchdog_exit(void)
{
	unregister_nmi_handler(NMI_LOCAL, "sfi");
}
