// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking mutexes.
 *
 * By hand: whoever waits in the kernel's code waits until the mutex is free, even when that is never
 * and the driver has failed of it. Here it leaves as soon as the domain is closed. A task that waits
 * for itself is stopped at once.
 */
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>

#include "wrappers/by_hand.h"

/* From one try to the next; it doubles. */
#define FIRST_WAIT_US 20
#define LONGEST_WAIT_US 1000

struct mutex_args {
	const struct sfi_arg *lock, *other, *sleeps;
};

#define ARGS(function) \
	&(const struct mutex_args){ SFI_ARG(function, "lock"),               \
				    SFI_ARG(function, "!SFI_HOLDS(lock)"),   \
				    SFI_ARG(function, "preemptible() && !rcu_preempt_depth()") }

/* As sfi-wrapgen calls it, by the type of what unlocks. */
SFI_LOCK_KIND(struct_smutex_s_p, "struct mutex *");

static void undo(void *lock)
{
	mutex_unlock(lock);
}

/* LOCK stays one meanwhile: who has it may free it otherwise. */
static bool try(struct sfi_domain *d, struct mutex *lock, const struct sfi_arg *arg)
{
	bool taken;
	u64 flags;

	do {
		sfi_embed(d, &sfi_type_mutex, lock, sizeof(*lock), arg);
	} while (!sfi_embedded_hold(d, &sfi_type_mutex, lock, &flags));
	taken = mutex_trylock(lock);
	sfi_embedded_let_go(d, flags);
	return taken;
}

/* STATE: how the task waits, which says what signals end that. 0 or -EINTR. */
static int take(struct sfi_self *self, struct mutex *lock, unsigned int state,
		const struct mutex_args *args)
{
	struct sfi_domain *d = sfi_import_enter(self);
	unsigned int us = FIRST_WAIT_US;
	int ret = 0;

	sfi_check_sleeps(d, args->sleeps);
	sfi_check_that(d, !SFI_HOLDS(lock), args->other);
	while (!try(d, lock, args->lock)) {
		if (unlikely(sfi_closed(d)))
			sfi_unwind(d);
		if (signal_pending_state(state, current)) {
			ret = -EINTR;
			break;
		}
		usleep_range(us, 2 * us);
		us = min(2 * us, (unsigned int)LONGEST_WAIT_US);
	}
	if (!ret)
		sfi_lock_taken(d, lock, sfi_kind_struct_smutex_s_p, undo, args->lock);
	sfi_import_leave(d);
	return ret;
}

/* With lockdep, the kernel's names are macros over others. */
#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define NAME(function) sfi_w_##function##_nested
#define PARAMETERS struct sfi_self *self, struct mutex *lock, unsigned int subclass
#else
#define NAME(function) sfi_w_##function
#define PARAMETERS struct sfi_self *self, struct mutex *lock
#endif
#define EXPORT(name) EXPORT_SYMBOL_GPL(name)

void NAME(mutex_lock)(PARAMETERS)
{
	take(self, lock, TASK_UNINTERRUPTIBLE, ARGS("mutex_lock"));
}
EXPORT(NAME(mutex_lock));

int NAME(mutex_lock_interruptible)(PARAMETERS)
{
	return take(self, lock, TASK_INTERRUPTIBLE, ARGS("mutex_lock_interruptible"));
}
EXPORT(NAME(mutex_lock_interruptible));

int NAME(mutex_lock_killable)(PARAMETERS)
{
	return take(self, lock, TASK_KILLABLE, ARGS("mutex_lock_killable"));
}
EXPORT(NAME(mutex_lock_killable));
