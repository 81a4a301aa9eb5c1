/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/kthread.h>: threads of the driver. */
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <sfi/annotate.h>

/* Held with a reference to the task, so that a thread which has ended by itself can be stopped safely. */
SFI_TYPE(task_struct, ordered, none);

typedef int (*sfi_threadfn_t)(void *data);
int SFI_CB_TYPE(sfi_threadfn_t)(void *data SFI_OPAQUE) SFI_ON_FAILURE(-EINTR) SFI_WAITS;

struct task_struct *kthread_create_on_node(int (*threadfn)(void *data) SFI_CALLBACK(sfi_threadfn_t), void *data SFI_OPAQUE, int node, const char namefmt[], ...) SFI_BY_HAND(variadic) SFI_KEEPS;
int kthread_stop(struct task_struct *k) SFI_BY_HAND(drops the reference that kthread_create_on_node took);
bool kthread_should_stop(void) SFI_REQUIRES(current->flags & PF_KTHREAD) SFI_KEEPS;
bool kthread_should_park(void) SFI_REQUIRES(current->flags & PF_KTHREAD) SFI_KEEPS;
int wake_up_process(struct task_struct *tsk SFI_OWNED) SFI_KEEPS;
