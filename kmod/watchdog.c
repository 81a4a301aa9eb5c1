// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at what a CPU was doing when it was interrupted, for two reasons: a
 * call into a driver may be over its time budget (a hang), and a context may be
 * in driver code of a domain that has failed elsewhere (to be evicted). In both
 * cases the context is sent to the runtime's landing.
 *
 * A pinned hrtimer on each CPU looks every eighth of the budget; the recoverer
 * has it look at once. An interrupt handler of the timer sees the interrupted
 * registers through get_irq_regs(), which a call-function interrupt does not.
 * A CPU with interrupts off is looked at by NMI, sent by its neighbour's timer
 * or by the recoverer.
 *
 * A hang is a call in which, over the whole budget, the same innermost gate was
 * seen at every look and its task has not slept.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/hrtimer.h>
#include <linux/nmi.h>
#include <linux/smp.h>
#include <asm/apic.h>
#include <asm/irq_regs.h>
#include <asm/nmi.h>
#include <asm/ptrace.h>

#include "kmod.h"

/* Looks in one budget, and how many in a row must have seen the call. */
#define LOOKS 8
#define LOOKS_NEEDED 4
/* A CPU that has not answered a kick for this long has interrupts off. */
#define KICK_NS (3 * NSEC_PER_MSEC)

/* Which call the last looks have seen. Owned by the looking CPU; the NMI and the timer of a CPU have one each. */
struct sighting {
	const struct sfi_gate *gate;
	u64 entered, switches;
	u64 since; /* ktime, ns */
	unsigned int looks;
};

struct watch {
	struct hrtimer timer;      /* periodic */
	struct hrtimer kick;       /* at once, for the recoverer */
	call_single_data_t csd;    /* starts the kick on its own CPU */
	struct sighting by_timer, by_nmi;
	u64 looked_at;             /* ktime of the periodic timer's last look; read by the neighbour */
	u64 kicked_at;             /* ktime of a kick not yet answered, 0: none. Written by the recoverer and by its own CPU */
	atomic_t nmi_wanted;       /* set before an NMI is sent, taken by its handler */
	struct sfi_domain *stuck;  /* found by the NMI, to be reported by the neighbour; exchanged */
	u64 stuck_ms;              /* written before stuck */
};

static DEFINE_PER_CPU(struct watch, watches);
static DEFINE_MUTEX(users_lock);
static unsigned int users;      /* users_lock */
static int hotplug_state;       /* users_lock */

static u64 period_ns(void)
{
	u64 ms = max(READ_ONCE(sfi_hang_ms) / LOOKS, 10U);

	return ms * NSEC_PER_MSEC;
}

/* Milliseconds for which G has been the innermost call here, once that is over the budget; else 0. */
static u64 over_budget(struct sighting *s, const struct sfi_gate *g)
{
	u64 now = ktime_get_mono_fast_ns(), switches = READ_ONCE(current->nvcsw), ms;

	if (s->gate != g || s->entered != g->entered || s->switches != switches) {
		*s = (struct sighting){ .gate = g, .entered = g->entered,
					.switches = switches, .since = now };
		return 0;
	}
	ms = div_u64(now - s->since, NSEC_PER_MSEC);
	if (++s->looks < LOOKS_NEEDED || ms < READ_ONCE(sfi_hang_ms))
		return 0;
	s->gate = NULL;
	return ms;
}

/* What is to happen to the context behind REGS; D is its domain. */
struct verdict {
	struct sfi_domain *d;
	enum sfi_fault fault;
	u64 ms;
	bool here; /* in code that can be left at once */
};

static bool judge(struct sighting *s, struct pt_regs *regs, bool timing, struct verdict *v)
{
	struct sfi_domain *d;
	struct sfi_gate *g;

	if (user_mode(regs))
		return false;
	d = sfi_domain_of_ip(regs->ip, regs->sp);
	*v = (struct verdict){ .d = d, .fault = SFI_FAULT_EVICT, .here = d };
	if (d && sfi_closed(d))
		return true;
	if (!timing)
		return false;
	g = sfi_gate_find(regs->sp);
	if (!g) {
		s->gate = NULL;
		return false;
	}
	v->ms = over_budget(s, g);
	v->fault = SFI_FAULT_HANG;
	v->d = g->domain;
	v->here = d == g->domain;
	return v->ms && !sfi_closed(g->domain);
}

/*
 * A call over its budget that is just now in kernel code on the driver's behalf
 * cannot be cut off here: the domain fails, and the wrapper that the kernel code
 * returns to unwinds.
 */
static void fail_from_afar(struct sfi_domain *d, u64 ms)
{
	struct sfi_report r = {
		.what = SFI_HANG, .fault = SFI_FAULT_HANG, .address = ms,
	};

	sfi_report_and_fail(d, &r);
}

static void look(struct watch *w, bool timing)
{
	struct pt_regs *regs = get_irq_regs();
	struct verdict v;

	if (!regs || !judge(&w->by_timer, regs, timing, &v))
		return;
	if (v.here)
		sfi_redirect(v.d, regs, v.fault, v.ms, 0);
	else
		fail_from_afar(v.d, v.ms);
}

static void send_nmi(int cpu)
{
	atomic_set(&per_cpu(watches, cpu).nmi_wanted, 1);
	apic->send_IPI_mask(cpumask_of(cpu), NMI_VECTOR);
}

/* The next CPU's timer has been silent for a quarter of the budget: its interrupts are off. */
static void watch_neighbour(void)
{
	int cpu = cpumask_next(smp_processor_id(), cpu_online_mask);
	struct sfi_domain *d;
	struct watch *w;
	u64 last;

	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first(cpu_online_mask);
	if (cpu == smp_processor_id())
		return;
	w = per_cpu_ptr(&watches, cpu);
	last = READ_ONCE(w->looked_at);
	if (last && ktime_get_mono_fast_ns() - last > 2 * period_ns())
		send_nmi(cpu);
	d = xchg(&w->stuck, NULL);
	if (d)
		fail_from_afar(d, w->stuck_ms);
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct watch *w = container_of(timer, struct watch, timer);

	WRITE_ONCE(w->looked_at, ktime_get_mono_fast_ns());
	look(w, true);
	watch_neighbour();
	hrtimer_forward_now(timer, ns_to_ktime(period_ns()));
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

static int nmi(unsigned int type, struct pt_regs *regs)
{
	struct watch *w = this_cpu_ptr(&watches);
	struct verdict v;

	if (!atomic_xchg(&w->nmi_wanted, 0))
		return NMI_DONE;
	if (!judge(&w->by_nmi, regs, true, &v))
		return NMI_HANDLED;
	if (v.here) {
		redirect_nmi(v.d, regs, &v);
	} else {
		w->stuck_ms = v.ms;
		/* Pairs with the exchange in watch_neighbour(). */
		smp_store_release(&w->stuck, v.d);
	}
	return NMI_HANDLED;
}

static int watch_cpu(unsigned int cpu)
{
	struct watch *w = this_cpu_ptr(&watches);

	hrtimer_start(&w->timer, ns_to_ktime(period_ns()), HRTIMER_MODE_REL_PINNED_HARD);
	return 0;
}

static int unwatch_cpu(unsigned int cpu)
{
	struct watch *w = this_cpu_ptr(&watches);

	hrtimer_cancel(&w->timer);
	hrtimer_cancel(&w->kick);
	WRITE_ONCE(w->looked_at, 0);
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
	if (!--users)
		cpuhp_remove_state(hotplug_state);
	mutex_unlock(&users_lock);
}

void sfi_watchdog_kick_all(void)
{
	u64 now = ktime_get_mono_fast_ns(), since;
	struct watch *w;
	int cpu;

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
