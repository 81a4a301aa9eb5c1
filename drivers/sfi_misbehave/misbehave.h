/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of sfi_misbehave share. A misbehaviour is a function of one
 * parameter: it does something that drivers do, rightly where @wrong is false and
 * with exactly one thing wrong where it is true, by the same instructions as far
 * as can be. So each is its own control. To add one: a function in the file of its
 * theme, a row in `expect`.
 *
 * What a misbehaviour does must survive the optimizer: OPTIMIZER_HIDE_VAR() keeps
 * it from knowing an address, READ_ONCE() and WRITE_ONCE() from dropping an access.
 */
#ifndef SFI_MISBEHAVE_H
#define SFI_MISBEHAVE_H

#include <linux/compiler.h>
#include <linux/types.h>

#define MISBEHAVIOUR(name) void name(bool wrong)
#define X(name) MISBEHAVIOUR(name);
#include "list.h"
#undef X

struct misbehaviour {
	const char *name;
	void (*run)(bool wrong);
};

/* Return: NULL if there is none of that name. */
const struct misbehaviour *misbehaviour_find(const char *name);

/* What is aimed at, by module parameters; none of it is this driver's. */
#define TARGETS(X) \
	X(object) /* a word in an object of another module */ \
	X(lock)   /* a spin lock of that module */ \
	X(timer)  /* its timer, which is armed */ \
	X(text)   /* a function of that module */ \
	X(stale)  /* a function that is no longer there */ \
	X(domain) /* data of another isolated driver */
#define X(name) void *foreign_##name(void);
TARGETS(X)
#undef X
/* The buffer of the process that asks. */
void __user *user_memory(void);
/*
 * An own object of @size bytes, zeroed: what is to be stored is not there before. The size is
 * hidden, or FORTIFY_SOURCE would find some misbehaviours before anybody else does.
 */
void *object_of(size_t size);

/*
 * Contexts: where a misbehaviour runs. One job at a time.
 */
struct context {
	const char *name;
	long (*start)(void); /* runs the job, returns when it has run: 0, or a negative errno */
};

const struct context *context_find(const char *name);
/* Before anything else. */
void job_setup(void);
/* @wrong: after the control, misbehave. */
void job_set(const struct misbehaviour *what, bool wrong);
/* Runs it here. */
void job_perform(void);
/* Runs what was armed for this context. Return: 0, or -ENOENT if nothing was. */
long job_perform_armed(const char *context);
long job_perform_ioctl(void);
/* Before the start() of a context returns: waits until the job has run; after the context is over, did it get there? */
void job_wait(void);
long job_outcome(void);
/* The job waits to be run by job_perform_armed(@context). Return: 0. */
long job_arm(const char *context);
/* What the callback that runs it, or the write() or init that started it, is to return instead of @usual; 0: nothing special. */
void job_answer(long result);
long job_take_answer(long usual);
/* In a context of a high-resolution timer: starts it anew, for a time that is over, or never comes. */
void job_start_timer(bool at_once);

/* Start functions of contexts.c's table that are elsewhere. */
long in_device_irq(void);
long in_device_thread(void);
long in_napi(void);
long in_notifier(void);
/* Takes back what was registered for these contexts and is kept. */
void network_exit(void);

#endif
