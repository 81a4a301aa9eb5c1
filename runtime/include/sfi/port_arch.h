/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What port_kernel.h has to know of the architecture: x86-64. The kernel that
 * is a process (kmod/um) has a header of this name in front of this one.
 */
#ifndef SFI_PORT_ARCH_H
#define SFI_PORT_ARCH_H

#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <asm/asm.h>
#include <asm/processor-flags.h>

/* Per-CPU counters: exact sums once the counted have stopped. */
#define sfi_port_cpu_inc(p, field) this_cpu_inc((p)->field)
#define sfi_port_cpu_add(p, field, n) this_cpu_add_return((p)->field, n)
#define sfi_port_cpu_get(p, field) this_cpu_read((p)->field)
#define sfi_port_cpu_swap(p, field, value) this_cpu_xchg((p)->field, value)

/* Of what arch_local_save_flags() returns: interrupts are on. */
#define SFI_PORT_IRQS_ON X86_EFLAGS_IF

/* ADDR is in the kernel's half of the address space. */
static __always_inline bool sfi_port_is_kernel(u64 addr)
{
	return (s64)addr < 0;
}

/* Rights exist for the kernel's part of it only. */
static __always_inline bool sfi_port_grantable(u64 first, u64 last)
{
	return (s64)first < 0 && (s64)last < 0;
}

/* A process may have memory at ADDR. */
static __always_inline bool sfi_port_is_user(u64 addr)
{
	return addr < TASK_SIZE_MAX;
}

/* The stack pointer of T, which sleeps; a value of no use if it does not. */
static __always_inline unsigned long sfi_port_sleeper_sp(const struct task_struct *t)
{
	return READ_ONCE(t->thread.sp);
}

#endif
