/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/sched.h>: giving up the CPU. */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/version.h>
#include <sfi/annotate.h>

void schedule(void) SFI_KEEPS;
signed long schedule_timeout(signed long timeout) SFI_KEEPS;
signed long schedule_timeout_interruptible(signed long timeout) SFI_KEEPS;
signed long schedule_timeout_uninterruptible(signed long timeout) SFI_KEEPS;
void yield(void) SFI_KEEPS;
int SFI_INTERFACE(_cond_resched)(void) SFI_KEEPS;
