// SPDX-License-Identifier: GPL-2.0-only
/*
 * The port to the Linux kernel, the parts that are not inline: leaves, stacks
 * and traces, restoring what a gate saved, and words for reports.
 */
#include <linux/bottom_half.h>
#include <linux/interrupt.h>
#include <linux/kallsyms.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "internal.h"

/* === Leaves === */

void *sfi_port_alloc_leaf(void)
{
	return (void *)__get_free_page(GFP_ATOMIC | __GFP_ZERO | __GFP_NOWARN);
}

void sfi_port_free_leaf(void *leaf)
{
	free_page((unsigned long)leaf);
}

/*
 * Every CPU takes an interrupt and answers: each has passed a full barrier, and no handler of an
 * interrupt or NMI that ran before still runs. Waits for ever on a CPU that keeps its interrupts
 * off: evict first.
 */
void sfi_port_barrier_all(void)
{
	kick_all_cpus_sync();
}

/* === Memory === */

bool sfi_port_readable(u64 first, u64 last)
{
	u8 byte;

	for (; first <= last; first = (first | (PAGE_SIZE - 1)) + 1) {
		if (copy_from_kernel_nofault(&byte, (const void *)first, 1))
			return false;
		if ((first | (PAGE_SIZE - 1)) == U64_MAX)
			break;
	}
	return true;
}

/* === What a gate saves === */

/* Only what differs is set: kernels that watch the interrupt flag say that the rest is bogus. */
static void restore_irqs(unsigned long flags)
{
	if (irqs_disabled() == irqs_disabled_flags(flags))
		return;
	if (irqs_disabled_flags(flags))
		local_irq_disable();
	else
		local_irq_enable();
}

static void restore_preempt(u32 want)
{
	/* Properly where possible: pending softirqs run, a due reschedule happens. */
	while (!in_hardirq() &&
	       (preempt_count() & SOFTIRQ_MASK) >= (want & SOFTIRQ_MASK) + SOFTIRQ_DISABLE_OFFSET) {
		if (irqs_disabled())
			_local_bh_enable();
		else
			local_bh_enable();
	}
	while ((preempt_count() & PREEMPT_MASK) > (want & PREEMPT_MASK))
		preempt_enable();
	/* What is left is a driver that gave back more than it had. */
	if (preempt_count() != want)
		__preempt_count_add((int)(want - preempt_count()));
}

void sfi_port_gate_restore(const struct sfi_gate *g)
{
	while (rcu_preempt_depth() > g->rcu_depth)
		rcu_read_unlock();
	while (rcu_preempt_depth() < g->rcu_depth)
		rcu_read_lock();
	restore_irqs((unsigned long)g->irq_flags);
	restore_preempt(g->preempt_count);
}

void sfi_port_gate_describe(const struct sfi_gate *g, char *buf, size_t size)
{
	int rcu = rcu_preempt_depth() - g->rcu_depth,
	    preempt = preempt_count() - (int)g->preempt_count, n = 0;

	if ((arch_local_save_flags() ^ g->irq_flags) & SFI_PORT_IRQS_ON)
		n += scnprintf(buf + n, size - n, "interrupts %s, ",
			       irqs_disabled() ? "off" : "on");
	if (preempt)
		n += scnprintf(buf + n, size - n, "preempt count %+d, ", preempt);
	if (rcu)
		n += scnprintf(buf + n, size - n, "RCU nesting %+d, ", rcu);
	if (n > 2)
		buf[n - 2] = '\0';
}

/* === Stacks === */

/*
 * The interrupt stack this CPU was last seen on; interrupt stacks never move. Written by its own
 * CPU with no chance of being preempted, and not from NMI.
 */
struct stack_bounds {
	u64 low, high;
};
static DEFINE_PER_CPU(struct stack_bounds, seen_stack);

static bool readable(u64 addr)
{
	u64 value;

	return !get_kernel_nofault(value, (u64 *)(unsigned long)addr);
}

/*
 * Interrupt stacks are mapped with a hole on each side, and their bounds are no module's to know.
 */
static void probe_stack(u64 sp, u64 *low, u64 *high)
{
	*low = sp & PAGE_MASK;
	*high = *low + PAGE_SIZE;
	while (*high - *low < THREAD_SIZE && readable(*high))
		*high += PAGE_SIZE;
	while (*high - *low < THREAD_SIZE && readable(*low - PAGE_SIZE))
		*low -= PAGE_SIZE;
}

void sfi_port_stack_bounds(u64 sp, u64 *low, u64 *high)
{
	u64 base = (u64)(unsigned long)task_stack_page(current);

	if (likely(sp - base < THREAD_SIZE)) {
		*low = base;
		*high = base + THREAD_SIZE;
		return;
	}
	*low = this_cpu_read(seen_stack.low);
	*high = this_cpu_read(seen_stack.high);
	if (likely(sp >= *low && sp < *high))
		return;
	/*
	 * The first instructions of a system call run with the process's stack pointer, and an NMI
	 * may come there: nothing is read from where that points to.
	 */
	if (unlikely(!sfi_port_is_kernel(sp))) {
		*low = sp;
		*high = sp;
		return;
	}
	probe_stack(sp, low, high);
	if (!in_nmi()) {
		this_cpu_write(seen_stack.low, *low);
		this_cpu_write(seen_stack.high, *high);
	}
}
SFI_EXPORT(sfi_port_stack_bounds);

unsigned int sfi_port_trace(const struct sfi_domain *d, u64 *ips, unsigned int max)
{
	unsigned long entries[32];
	unsigned int n = stack_trace_save(entries, ARRAY_SIZE(entries), 0), i, k = 0;

	for (i = 0; i < n && entries[i] - d->text >= d->text_size; i++)
		;
	for (; i < n && k < max; i++)
		ips[k++] = entries[i];
	return k;
}

u64 sfi_port_blame(const struct sfi_domain *d)
{
	u64 ip;

	return sfi_port_trace(d, &ip, 1) ? ip : 0;
}

/* === Words === */

int sfi_port_symbol(char *buf, size_t size, const struct sfi_domain *d, u64 ip)
{
	return scnprintf(buf, size, "%pS", (void *)(unsigned long)ip);
}

static bool on_this_stack(u64 addr)
{
	u64 low, high;

	sfi_port_stack_bounds(sfi_here(), &low, &high);
	return addr >= low && addr < high;
}

int sfi_port_describe(char *buf, size_t size, u64 addr)
{
	void *p = (void *)(unsigned long)addr;
	const char *what = "unknown";

	if (sfi_port_is_user(addr))
		what = "user memory";
	else if (!sfi_port_is_kernel(addr) || !readable(addr & ~7ULL))
		what = "not mapped";
	else if (on_this_stack(addr))
		what = "this stack, not a granted local";
	else if (is_vmalloc_addr(p))
		what = "vmalloc memory of the kernel";
	else if (!virt_addr_valid(p))
		what = "code or data of the kernel or a module";
	else if (folio_test_slab(page_folio(virt_to_page(p))))
		what = "slab memory of the kernel";
	else
		what = "page of the kernel";
	return scnprintf(buf, size, "%s", what);
}

int sfi_port_context(char *buf, size_t size)
{
	const char *level = in_nmi()		   ? "nmi"
			    : in_hardirq()	   ? "hardirq"
			    : in_serving_softirq() ? "softirq"
						   : "task";

	return scnprintf(buf, size, "%s on CPU %d, %s/%d", level, raw_smp_processor_id(),
			 current->comm, task_pid_nr(current));
}

void sfi_port_lost(struct sfi_domain *d)
{
	pr_emerg("sfi: %s: no gate on this stack to return to\n", d->name);
	BUG();
}
