/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/lockdep.h>, <linux/irqflags.h>, <linux/preempt.h>: what inlines and macros of the kernel call in kernels that
 * watch locks, interrupts and preemption. None of these exists in the stock kernel.
 *
 * A lock's map is memory of the driver's, as the lock itself is: a driver can lead lockdep astray with it (documented
 * limit). A key is an address to lockdep, and nothing that it follows.
 */
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <sfi/annotate.h>

#ifdef CONFIG_LOCKDEP
void lockdep_init_map_type(struct lockdep_map *lock SFI_WRITES(sizeof(*lock)), const char *name, struct lock_class_key *key SFI_OPAQUE, int subclass, u8 inner, u8 outer, u8 lock_type) SFI_REQUIRES(subclass >= 0 && subclass < MAX_LOCKDEP_SUBCLASSES) SFI_KEEPS;
#endif
#ifdef CONFIG_TRACE_IRQFLAGS
void trace_hardirqs_on(void) SFI_KEEPS;
void trace_hardirqs_off(void) SFI_KEEPS;
#endif
#ifdef CONFIG_DEBUG_IRQFLAGS
void warn_bogus_irq_restore(void) SFI_KEEPS;
#endif
#ifdef CONFIG_DEBUG_PREEMPT
void preempt_count_add(int val) SFI_REQUIRES(val == 1) SFI_KEEPS;
void preempt_count_sub(int val) SFI_REQUIRES(val == 1 && preempt_count() & PREEMPT_MASK) SFI_KEEPS;
unsigned int debug_smp_processor_id(void) SFI_KEEPS;
void __this_cpu_preempt_check(const char *op) SFI_KEEPS;
#endif
