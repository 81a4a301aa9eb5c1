/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of sfi.ko share: the host's half of a domain, and each file's
 * interface. The order of files follows a domain's life: load, watchdog, hook, fault, warn,
 * irq, patrol, growth, recover (with evict and shadow), sysfs.
 */
#ifndef SFI_KMOD_H
#define SFI_KMOD_H

#include <linux/kobject.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/ratelimit_types.h>
#include <linux/workqueue.h>

#include <sfi/runtime.h>
#include <sfi/shadow.h>

#undef pr_fmt
#define pr_fmt(fmt) "sfi: " fmt

/* Most restarts in one window that the policy can ask for. */
#define SFI_RESTARTS_KEPT 64
/* State changes not yet announced to user space. */
#define SFI_CHANGES_KEPT 16

/* Interrupt lines that one domain can have masked at its failure. */
#define SFI_LINES_MASKED 16

/* What the operator has asked for; the worker sees to it. */
enum sfi_order {
	SFI_ORDER_NONE,
	SFI_ORDER_RESTART, /* not counted by the restart policy */
	SFI_ORDER_STOP,    /* release, then leave dead */
};

/*
 * The host's half of a domain: sfi_domain.host. Made and removed by load.c in
 * task context; between the two, the module is loaded.
 */
struct sfi_host {
	struct sfi_domain *d;            /* set once sfi_domain_create() returns */
	const struct sfi_entry *init;    /* const: module_init's entry */
	struct kobject kobj;             /* /sys/kernel/sfi/NAME; owns this structure */
	struct kthread_worker *worker;   /* const: recovers this domain and nothing else */
	struct kthread_work recover;     /* queued by sfi_port_failed() and by orders */
	struct kthread_work revive;      /* queued by order: starts a dead domain again */
	struct kthread_work clear;       /* queued by the patrol and at the end: releases what was inhabited */
	struct work_struct announce;     /* uevents; queued by sfi_port_state_changed() */

	/* Kernel functions that instrumented code may call directly: sorted; const once loaded. */
	unsigned long *direct;
	unsigned int nr_direct;

	bool loading;                    /* first init has not succeeded yet: no restart */
	bool leaving;                    /* module is going: no restart. Set under lock, read by the worker */
	enum sfi_order order;            /* lock */
	unsigned int init_failures;      /* so often in a row init returned an error at restart. The worker's */
	bool inhabited;                  /* dead, but a call has not left: nothing was released. The worker's */
	struct mutex lock;               /* orders, against loading and leaving */
	struct mutex shadows_lock;
	struct list_head shadows;        /* shadows_lock */

	const struct task_struct *failed_in; /* the last failure's, if in task context; only compared */
	u64 failed_at;                   /* ktime_get_ns() of the last failure. The worker's */
	bool down;                       /* failed, and not everything is configured again. The worker's */
	u64 down_at;                     /* failed_at of the first failure since it was up. The worker's */
	u64 driver_ns;                   /* of the outage, what the driver itself has taken. The worker's */
	/* Of the last outage: all of it, without what the driver took, and that. Written by the worker */
	u64 last_recovery_us, last_outage_us, last_driver_us;
	u32 restarts;                    /* since load; written by the worker */
	u64 restarted_at[SFI_RESTARTS_KEPT]; /* ktime_get_ns() of the last restarts, a ring; the worker's */
	const char *dead_why;            /* why it was left dead; written by the worker */
	atomic64_t warnings;             /* WARN()s of the driver */
	struct ratelimit_state warnings_said;

	struct sfi_irq_time __percpu *irq_time; /* irq.c's, these four */
	struct sfi_irq_row __percpu *irq_row, *timer_row, *soft_timer_row;
	raw_spinlock_t irq_lock;         /* guards the next three */
	unsigned int masked[SFI_LINES_MASKED];
	unsigned int nr_masked;
	bool irq_quiet;                  /* devices are quiet, though the domain is closed */
	u64 irq_opened;                  /* since when handlers run; ktime_get_mono_fast_ns() */

	struct sfi_patrol *patrol;       /* patrol.c's */
	atomic_t overdue;                /* calls over their soft limit */
	const struct sfi_entry *ran;     /* one that ran for ran_ms and did not sleep, and nothing was said about it; or NULL */
	unsigned int ran_ms;
	unsigned int growths;            /* times that objects grew; written by the patrol */

	raw_spinlock_t changes_lock;     /* guards the next two */
	u8 changes[SFI_CHANGES_KEPT];    /* states entered, oldest first */
	unsigned int nr_changes;
};

/* main.c: module parameters */
extern unsigned int sfi_restart_max;      /* restarts in one window */
extern unsigned int sfi_restart_window_s; /* length of the window */
extern unsigned int sfi_hang_soft_ms;     /* one call that has run for so long is reported; 0: never */
extern unsigned int sfi_hang_ms;          /* CPU time budget of one call into a driver; 0: none */
extern unsigned int sfi_irq_percent;      /* of a CPU's time that interrupt handlers may take */
extern unsigned int sfi_irq_window_ms;    /* measured over that long */
extern unsigned int sfi_irq_cost_us;      /* of what the kernel takes for an interrupt, so much counts */

/* Limits of a call, ms; 0: none. Of elapsed time, of CPU time; reported, acted on. */
extern unsigned int sfi_call_soft_ms, sfi_call_hard_ms, sfi_cpu_soft_ms, sfi_cpu_hard_ms;
extern unsigned int sfi_growth_objects;   /* more objects in a period than this is growth; 0: never */
extern unsigned int sfi_growth_kb;        /* or so many more KiB; 0: never */
extern unsigned int sfi_growth_period_s;  /* length of the period */
extern unsigned int sfi_growth_periods;   /* so many in a row are a leak */
extern bool sfi_growth_recovers;          /* which is acted on */

/* Of two limits, of which 0 is none. */
static inline unsigned int sfi_shortest(unsigned int a, unsigned int b)
{
	return a && b ? min(a, b) : a + b;
}

extern unsigned int sfi_memory_percent;   /* of the machine's memory that a domain may hold; 0: all */

/* load.c */
int sfi_load_init(void);
void sfi_load_exit(void);
/* Address of a kernel function that D's module imports directly and that IP is in, or 0. Any context and NMI. */
unsigned long sfi_direct_call(const struct sfi_domain *d, unsigned long ip);

/* Callbacks of this kind may wait for ever. Sleeps. */
bool sfi_kind_waits(const char *kind);

/* hook.c */
struct ftrace_ops;
/* The address of what the kernel calls NAME; NULL: nothing. Sleeps. */
void *sfi_find_symbol(const char *name);
/*
 * OPS->func is called at the entry of FUNCTION of the kernel, may change its registers, and where it
 * goes on. Until sfi_unhook(). An error is printed. Sleeps.
 */
int sfi_hook(struct ftrace_ops *ops, const char *function);
void sfi_unhook(struct ftrace_ops *ops);

/* fault.c */
int sfi_fault_init(void);
void sfi_fault_exit(void);
struct pt_regs;
/*
 * The context that REGS interrupted, in driver code of D, goes no further: it
 * lands in the runtime and unwinds. VALUE as in enum sfi_fault. Any context;
 * from an NMI handler only through sfi_redirect_nmi().
 */
void sfi_redirect(struct sfi_domain *d, struct pt_regs *regs, enum sfi_fault fault, u64 value, u64 code);

/* warn.c */
int sfi_warn_init(void);
void sfi_warn_exit(void);
void sfi_warn_prepare(struct sfi_host *h);

/* irq.c */
int sfi_irq_prepare(struct sfi_host *h);
/* Looks at what this CPU has spent in D's handlers. True: the next look is to be close. Hard interrupts only. */
bool sfi_irq_look(struct sfi_domain *d);
/* The devices of the closed domain are quiet: lines that were masked go on. Sleeps. */
void sfi_irq_quiet(struct sfi_host *h);
/* The domain opens again. */
void sfi_irq_open(struct sfi_host *h);

/* patrol.c */
int sfi_patrol_init(void);
void sfi_patrol_exit(void);
int sfi_patrol_start(struct sfi_host *h);
/* Also of one that was not started. Sleeps. */
void sfi_patrol_stop(struct sfi_host *h);

/* growth.c */
/* The patrol's. */
struct sfi_growth {
	u64 looked_at; /* ktime, ns; 0: not yet */
	u64 entered;   /* calls of the driver until then */
	/* What is held of something. */
	struct sfi_series {
		u64 held;             /* then */
		unsigned int periods; /* in a row in which it grew */
		u64 began_with;
		u64 calls;            /* in the first of these periods */
	} objects, memory;
};
void sfi_growth_look(struct sfi_host *h, struct sfi_growth *g);

/* watchdog.c: runs while there are domains. The first and the last call sleep. */
int sfi_watchdog_get(void);
void sfi_watchdog_put(void);
int sfi_watchdog_init(void);
void sfi_watchdog_exit(void);
/* Of PASSED ns since the last of looks that are close, what the CPU has run as far as they show. */
u64 sfi_charge(u64 passed);
/* The timer's look on this CPU is overdue: interrupts have been off, or it was stopped. *LOOKED_AT: the last one. */
bool sfi_watchdog_late(u64 *looked_at);
/* Looks at what each CPU is doing now: contexts of failed domains are sent out of driver code. Task context. */
void sfi_watchdog_kick_all(void);
/*
 * A barrier that does not wait: every CPU that has answered a kick since sfi_watchdog_round() has passed a full
 * barrier, outside of interrupts and NMIs that ran before. sfi_watchdog_passed(): all CPUs that are online have.
 * Task context.
 */
unsigned int sfi_watchdog_round(void);
bool sfi_watchdog_passed(unsigned int round);

/* evict.c */
/* Every context leaves the closed domain D, within TIMEOUT_MS; -ETIMEDOUT if some did not. Sleeps. */
int sfi_evict(struct sfi_domain *d, unsigned int timeout_ms);
/* Tasks that sleep in calls from the closed domain D are woken, so that they return. Any task. */
void sfi_wake_sleepers(const struct sfi_domain *d);

/* recover.c */
int sfi_recover_start(struct sfi_host *h, const char *name);
void sfi_recover_stop(struct sfi_host *h);
/* The module's init function, through a gate; -EIO if it failed. Sleeps. */
int sfi_run_init(const struct sfi_entry *e);
/* Returns when no recovery is under way. Sleeps. */
void sfi_recover_settle(struct sfi_host *h);
/* For a host that is loading or leaving: closes the domain, releases all it has; it is dead then. Sleeps. */
void sfi_recover_finish(struct sfi_host *h);
/* If the host is left dead with a call inside, and that has left: the rest is done. Sleeps not. */
void sfi_recover_inhabited(struct sfi_host *h);
/* Sees to an operator's order and returns when it is done: -EBUSY, or -EIO if it had no success. Sleeps. */
int sfi_recover_order(struct sfi_host *h, enum sfi_order order);

/* shadow.c */
/*
 * Calls a phase of each shadow's class. The worker's. Without the lock: a shadow is attached by the
 * driver while it initialises, which the worker waits for, and stays as long as the domain.
 */
#define sfi_shadows_do(h, phase) do {					\
	struct sfi_shadow *s_;						\
									\
	list_for_each_entry(s_, &(h)->shadows, node)			\
		s_->class->phase(s_);					\
} while (0)
/* The domain is going; nothing is kept. Sleeps. */
void sfi_shadows_free(struct sfi_host *h);

/* sysfs.c */
int sfi_sysfs_init(void);
void sfi_sysfs_exit(void);
void sfi_sysfs_prepare(struct sfi_host *h);
int sfi_sysfs_add(struct sfi_host *h);
void sfi_sysfs_remove(struct sfi_host *h);

#endif
