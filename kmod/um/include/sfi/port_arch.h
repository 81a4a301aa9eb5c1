/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of <sfi/port_arch.h> of the runtime, where the kernel is a process of
 * another (User Mode Linux). The kernel's memory is between its first page and
 * the end of its address space; processes have spaces of their own, so that an
 * address of theirs can be one of the kernel's, too.
 */
#ifndef SFI_PORT_ARCH_H
#define SFI_PORT_ARCH_H

#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/types.h>
#include <asm/asm.h>
#include <as-layout.h>
#include <sfi/port_swap.h>

/* This kernel does not count where tasks may not be preempted, and to its own macro they never may. */
#undef preemptible
#define preemptible() (preempt_count() == 0 && !irqs_disabled())

/*
 * Per-CPU counters, of the one CPU, by the instructions that count where there are more. The kernel's own macros
 * keep signals off around each, which takes more than all else in a gate.
 */
#define sfi_port_cpu_inc(p, field) asm volatile("incq %0" : "+m"(raw_cpu_ptr(p)->field) : : "cc")
#define sfi_port_cpu_add(p, field, n) ({				\
	s64 n_ = (n), was_ = n_;					\
									\
	asm volatile("xaddq %0, %1" : "+r"(was_), "+m"(raw_cpu_ptr(p)->field) : : "cc"); \
	(typeof((p)->field))(was_ + n_);				\
})
#define sfi_port_cpu_get(p, field) READ_ONCE(raw_cpu_ptr(p)->field)
#define sfi_port_cpu_swap(p, field, value) SFI_PORT_SWAP(&raw_cpu_ptr(p)->field, value)

/* Of what arch_local_save_flags() returns: interrupts are on. */
#define SFI_PORT_IRQS_ON 1

static __always_inline bool sfi_port_is_kernel(u64 addr)
{
	return addr >= uml_physmem && addr < TASK_SIZE;
}

static __always_inline bool sfi_port_grantable(u64 first, u64 last)
{
	return first >= uml_physmem && last < TASK_SIZE;
}

/* Nothing tells: whatever is the kernel's is taken to be that. */
static __always_inline bool sfi_port_is_user(u64 addr)
{
	return addr < uml_physmem;
}

/* Where it sleeps stands in a jump buffer, of a layout that is the C library's: all of its stack is looked at. */
static __always_inline unsigned long sfi_port_sleeper_sp(const struct task_struct *t)
{
	return (unsigned long)task_stack_page(t);
}

#endif
