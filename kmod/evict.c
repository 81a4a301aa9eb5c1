// SPDX-License-Identifier: GPL-2.0-only
/*
 * Getting every context out of a domain that has failed. The domain is closed
 * already: no gate lets anybody in, and who returns from a kernel function into
 * it unwinds. What is left are contexts in driver code on other CPUs, sent out
 * by the watchdog's kick, and tasks that sleep in kernel functions the driver
 * called: these are woken, so that they return.
 */
#include <linux/delay.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>

#include "kmod.h"

/* Between two rounds, and between the first ones, in which CPUs that are well answer; microseconds. */
#define ROUND_US 500
#define FIRST_US 50
#define FIRST_ROUNDS 4
/* Sleepers are looked for in every so many rounds, from the first. */
#define ROUNDS_PER_WAKE 16

/* One word of another task's stack, which may be gone at any time. */
static bool peek(unsigned long at, unsigned long *word)
{
	return !copy_from_kernel_nofault(word, (void *)at, sizeof(*word));
}

/* A live gate of D stands at AT. */
static bool gate_at(const struct sfi_domain *d, unsigned long at)
{
	unsigned long cookie, domain;

	return peek(at + offsetof(struct sfi_gate, cookie), &cookie) &&
	       cookie == (SFI_GATE_COOKIE ^ at) &&
	       peek(at + offsetof(struct sfi_gate, domain), &domain) &&
	       domain == (unsigned long)d;
}

/*
 * T sleeps inside D. Without a lock: T may wake and go on while it is looked
 * at. Then nothing needs to be done about it, and waking it once more does no
 * harm, because every sleeper of the kernel has to expect that.
 */
static bool sleeps_inside(struct task_struct *t, const struct sfi_domain *d)
{
	unsigned long stack = (unsigned long)task_stack_page(t);
	unsigned long sp = sfi_port_sleeper_sp(t);

	if (task_is_running(t) || !stack || sp < stack)
		return false;
	for (sp = ALIGN(sp, sizeof(long)); sp < stack + THREAD_SIZE - sizeof(struct sfi_gate);
	     sp += sizeof(long)) {
		if (gate_at(d, sp))
			return true;
	}
	return false;
}

void sfi_wake_sleepers(const struct sfi_domain *d)
{
	struct task_struct *p, *t;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (sleeps_inside(t, d))
			wake_up_process(t);
	}
	rcu_read_unlock();
}

int sfi_evict(struct sfi_domain *d, unsigned int timeout_ms)
{
	u64 deadline = ktime_get_ns() + timeout_ms * (u64)NSEC_PER_MSEC;
	unsigned int barrier = sfi_watchdog_round(), round = 0, us;

	/*
	 * Once every CPU has answered, who is not counted as inside has seen the domain closed. A CPU
	 * that loops in the driver with interrupts off answers when it has been sent out.
	 */
	while (!sfi_watchdog_passed(barrier) || sfi_domain_inside(d)) {
		if (ktime_get_ns() > deadline && sfi_domain_inside(d))
			return -ETIMEDOUT;
		sfi_watchdog_kick_all();
		if (round++ % ROUNDS_PER_WAKE == 0)
			sfi_wake_sleepers(d);
		us = round <= FIRST_ROUNDS ? FIRST_US : ROUND_US;
		usleep_range(us, 2 * us);
	}
	return 0;
}
