/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/sched.h>: giving up the CPU. */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/version.h>
#include <sfi/annotate.h>

void schedule(void) SFI_SLEEPS SFI_KEEPS;
signed long schedule_timeout(signed long timeout) SFI_SLEEPS SFI_KEEPS;
signed long schedule_timeout_interruptible(signed long timeout) SFI_SLEEPS SFI_KEEPS;
signed long schedule_timeout_uninterruptible(signed long timeout) SFI_SLEEPS SFI_KEEPS;
void yield(void) SFI_SLEEPS SFI_KEEPS;
int SFI_INTERFACE(_cond_resched)(void) SFI_KEEPS;
#ifdef CONFIG_DEBUG_ATOMIC_SLEEP
/* might_sleep() and cond_resched(), in kernels that tell when that is not allowed: the runtime tells first. */
void __might_sleep(const char *file, int line) SFI_SLEEPS SFI_KEEPS;
void __might_resched(const char *file, int line, unsigned int offsets) SFI_REQUIRES(offsets || (preemptible() && !rcu_preempt_depth())) SFI_KEEPS;
#endif
#ifdef CONFIG_HAVE_PREEMPT_DYNAMIC_CALL
/* Behind might_sleep(), in kernels that choose their preemption while booting. */
int __SCT__might_resched(void) SFI_KEEPS;
#endif
#ifdef CONFIG_PREEMPT_DYNAMIC
void SFI_INTERFACE(might_resched)(void) SFI_KEEPS;
#endif
