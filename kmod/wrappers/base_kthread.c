// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads of the driver.
 *
 * By hand: kthread_create_on_node() is variadic, and the object holds a
 * reference to the task, which kthread_stop() drops: a thread that has ended by
 * itself can still be stopped, by the driver or by recovery.
 */
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "wrappers/by_hand.h"

static void stop_thread(void *task, const u64 args[4])
{
	kthread_stop(task);
	put_task_struct(task);
}

struct task_struct *sfi_w_kthread_create_on_node(struct sfi_self *self, int (*threadfn)(void *data),
						 void *data, int node, const char namefmt[], ...)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct va_format vaf = { .fmt = namefmt };
	struct task_struct *task;
	va_list args;

	SFI_CHECK_SLEEPS(d, "kthread_create");
	sfi_check_that(d, threadfn, SFI_ARG("kthread_create", "threadfn is not NULL"));
	sfi_check_callback(d, threadfn, "sfi_threadfn_t", SFI_ARG("kthread_create", "threadfn"));
	sfi_check_that(d, node == NUMA_NO_NODE ||
			  (node >= 0 && node < MAX_NUMNODES && node_online(node)),
		       SFI_ARG("kthread_create", "node is online"));
	va_start(args, namefmt);
	sfi_check_format(d, namefmt, args,
			 SFI_ARG("kthread_create", "namefmt and what it prints can be read"));
	vaf.va = &args;
	task = kthread_create_on_node(threadfn, data, node, "%pV", &vaf);
	va_end(args);
	if (!IS_ERR(task)) {
		get_task_struct(task);
		sfi_acquire(d, &sfi_type_task_struct, task, 0, stop_thread, 0, 0, 0, 0);
	}
	sfi_import_leave(d);
	return task;
}
EXPORT_SYMBOL_GPL(sfi_w_kthread_create_on_node);

int sfi_w_kthread_stop(struct sfi_self *self, struct task_struct *task)
{
	struct sfi_domain *d = sfi_import_enter(self);
	int ret;

	SFI_CHECK_SLEEPS(d, "kthread_stop");
	sfi_check_that(d, task != current,
		       SFI_ARG("kthread_stop", "a thread does not stop itself"));
	sfi_release(d, &sfi_type_task_struct, task, SFI_ARG("kthread_stop", "task"));
	ret = kthread_stop(task);
	put_task_struct(task);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_kthread_stop);
