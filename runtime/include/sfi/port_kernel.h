/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The port to the Linux kernel: thin inline covers of kernel primitives. What
 * is not inline is in core/port_kernel.c, except for the hooks at the end,
 * which kmod/ implements. What depends on the architecture is in port_arch.h.
 */
#ifndef SFI_PORT_KERNEL_H
#define SFI_PORT_KERNEL_H

#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/types.h>
#include <asm/irqflags.h>

#include <sfi/port_arch.h>

struct sfi_domain;
struct sfi_gate;
struct sfi_report;

#define SFI_EXPORT(name) EXPORT_SYMBOL_GPL(name)
/* A function that KASAN leaves alone. */
#define SFI_PORT_NO_ASAN __no_sanitize_address
/* Unaligned words of bytes that others write and read beside it are fine. */
#define SFI_PORT_BYTEWISE 0

/* A lock that may be taken in any context but NMI; holders never sleep nor report a violation. */
typedef raw_spinlock_t sfi_port_lock_t;

/* A macro: to lockdep all that one statement sets up are the same lock. */
#define sfi_port_lock_init(lock) raw_spin_lock_init(lock)

static __always_inline u64 sfi_port_lock(sfi_port_lock_t *lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	return flags;
}

static __always_inline void sfi_port_unlock(sfi_port_lock_t *lock, u64 flags)
{
	raw_spin_unlock_irqrestore(lock, (unsigned long)flags);
}

/*
 * Nobody has it at this moment. Always so in a kernel for one CPU: there, who has it keeps
 * interrupts off, so that nobody else can ask.
 */
static __always_inline bool sfi_port_lock_is_free(sfi_port_lock_t *lock)
{
	return !raw_spin_is_locked(lock);
}

/* A lock for set-up work in task context. */
typedef struct mutex sfi_port_mutex_t;
#define SFI_PORT_MUTEX(name) DEFINE_MUTEX(name)
#define sfi_port_mutex_lock(m) mutex_lock(m)
#define sfi_port_mutex_unlock(m) mutex_unlock(m)

/* Zeroed memory. In any context but NMI; NULL when there is none. */
static __always_inline void *sfi_port_alloc(size_t size)
{
	return kzalloc(size, GFP_ATOMIC | __GFP_NOWARN);
}

static __always_inline void sfi_port_free(void *p)
{
	kfree(p);
}

/* Zeroed memory for tables. Sleeps. */
static __always_inline void *sfi_port_alloc_table(size_t size)
{
	return kvzalloc(size, GFP_KERNEL);
}

static __always_inline void sfi_port_free_table(void *p)
{
	kvfree(p);
}

/* A zeroed page. */
void *sfi_port_alloc_leaf(void);
void sfi_port_free_leaf(void *leaf);

/* Each page from FIRST to LAST is there to be read. Any context. */
bool sfi_port_readable(u64 first, u64 last);

/* Per-CPU counters; what counts is in port_arch.h. */
#define sfi_port_cpu_alloc(type) alloc_percpu(type)
#define sfi_port_cpu_free(p) free_percpu(p)
#define sfi_port_this_cpu() raw_smp_processor_id()
#define sfi_port_cpu_of(p, cpu) per_cpu_ptr(p, cpu)
#define sfi_port_for_each_cpu(cpu) for_each_possible_cpu(cpu)

/*
 * Which strand of execution this is: the task, or the interrupt level that sits
 * on top of it. The same for the whole of a strand's life, even across CPUs.
 */
static __always_inline u64 sfi_port_context_id(void)
{
	return (u64)(unsigned long)current | (in_hardirq() ? 1 : in_serving_softirq() ? 2 : 0);
}

/* Any context and NMI. */
static __always_inline u64 sfi_port_ns(void)
{
	return ktime_get_mono_fast_ns();
}

/* What must be the same when a gate is left as when it was entered. */
#define sfi_port_gate_save(g) do {					\
	(g)->irq_flags = arch_local_save_flags();			\
	(g)->preempt_count = preempt_count();				\
	(g)->rcu_depth = rcu_preempt_depth();				\
	(g)->entered = jiffies;						\
	(g)->switches = current->nvcsw;					\
} while (0)
#define sfi_port_gate_differs(g)					\
	(((arch_local_save_flags() ^ (g)->irq_flags) & SFI_PORT_IRQS_ON) | \
	 (preempt_count() ^ (g)->preempt_count) |			\
	 (u32)(rcu_preempt_depth() ^ (g)->rcu_depth))

/* Makes it the same again; locks are dropped already. */
void sfi_port_gate_restore(const struct sfi_gate *g);
/*
 * This context is about to leave all frames up to G's. In a kernel with KASAN the wrappers among them have marked the
 * memory around their locals, and do not come to take the marks away.
 */
#ifdef CONFIG_KASAN_STACK
/* As the compiler knows it. */
void __asan_allocas_unpoison(void *from, long to);
#define sfi_port_skip_frames(g)						\
	__asan_allocas_unpoison((void *)current_stack_pointer, (long)(g)->regs[SFI_GATE_SP])
#else
#define sfi_port_skip_frames(g)
#endif
/* What differs, in words ("interrupts off", "preempt count +1", "RCU nesting +1"). */
void sfi_port_gate_describe(const struct sfi_gate *g, char *buf, size_t size);

/* The stack that contains SP: lowest usable byte and first byte above it. */
void sfi_port_stack_bounds(u64 sp, u64 *low, u64 *high);

/* The innermost return address of the current stack that is in the domain's text; 0: none. */
u64 sfi_port_blame(const struct sfi_domain *d);
/*
 * Return addresses of the current stack, innermost first, from the domain's first one on; how many.
 */
unsigned int sfi_port_trace(const struct sfi_domain *d, u64 *ips, unsigned int max);

/* Waits until every context that ran when it was called has passed a full barrier. Sleeps. */
void sfi_port_barrier_all(void);

#define sfi_port_relax() cpu_relax()
#define sfi_port_snprintf scnprintf
#define sfi_port_print(...) pr_err(__VA_ARGS__)
/* "function+0x12/0x340 [module]" */
int sfi_port_symbol(char *buf, size_t size, const struct sfi_domain *d, u64 ip);
/* What lies at an address that is not this domain's, in a few words. */
int sfi_port_describe(char *buf, size_t size, u64 addr);
/* One line: task or interrupt, CPU, command. */
int sfi_port_context(char *buf, size_t size);

/* No gate is on the stack of a context that must not go on: there is nothing to return to. */
void sfi_port_lost(struct sfi_domain *d);

/*
 * Hooks: kmod/ implements these. All are called in any context but NMI, with no
 * lock of the runtime held.
 */
/* The domain has just become SFI_FAILED (once per failure): queue its recovery. */
void sfi_port_failed(struct sfi_domain *d);
/* State change, for uevents and the log; also called for the change to SFI_FAILED. */
void sfi_port_state_changed(struct sfi_domain *d, unsigned int from, unsigned int to);
/*
 * A report is complete: TEXT (first line, details) is to be printed; d->last_report has it already.
 */
void sfi_port_report(struct sfi_domain *d, const struct sfi_report *r, const char *text);

#endif
