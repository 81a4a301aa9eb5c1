/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel interface in small, for the tests: each declaration stands for a case. */
#ifndef LINUX_THINGS_H
#define LINUX_THINGS_H

#include <linux/kconfig.h>

#define __init __attribute__((section(".init.text")))
#define __exit __attribute__((section(".exit.text")))
#define __initdata __attribute__((section(".init.data")))
#define __ro_after_init __attribute__((section(".data..ro_after_init")))

struct thing;
struct pair { long a, b; };
struct big { long a[4]; };

typedef int (*handler_t)(int irq, void *data);

/* Imports that the policy knows, and how their wrappers are called. */
void *thing_alloc(unsigned long size, unsigned int flags) __attribute__((malloc));
void thing_free(const void *object);
int thing_printk(const char *format, ...);
_Bool thing_flag(struct thing *thing, signed char small);
struct big thing_big(struct thing *thing);
struct pair thing_mirror(struct pair pair);
struct pair thing_pair(struct pair pair, long a, long b, long c, long d);
void thing_panic(const char *why) __attribute__((noreturn));
/* Called without a wrapper. */
unsigned long thing_strlen(const char *text) __attribute__((pure));
/* Its address may be passed on. */
int thing_default_open(struct thing *thing);
/* Only that: there is no wrapper to call. */
int thing_default_close(struct thing *thing);

/* Not in the policy. */
int thing_unknown(struct thing *thing, const char *name);
extern int thing_secret;
extern int thing_table_data;
/* In the policy. */
extern int thing_jiffies;

/* Callbacks. ops.open and ops.close are kinds of their own, ops.suspend and
 * ops.freeze share one; ops.unknown is no callback of the policy. */
struct thing_ops {
	int (*open)(struct thing *thing);
	int (*close)(struct thing *thing);
	int (*suspend)(struct thing *thing);
	int (*freeze)(struct thing *thing);
	int (*unknown)(struct thing *thing);
	union {
		int (*nested)(struct thing *thing);
		long number;
	};
};
struct thing {
	const struct thing_ops *ops;
	handler_t handler;
	int state;
};
int thing_register(struct thing *thing, int (*poll)(struct thing *thing, int budget));
int thing_request(int irq, handler_t handler, void *data);
int thing_notify(int (*fn)(struct thing *thing));

/* Header inlines: interface, and code of whoever calls it. */
static inline void thing_stop(struct thing *thing)
{
	thing->state = 0;
}

static inline int thing_request_inline(int irq, handler_t handler, void *data)
{
	return thing_request(irq, handler, data);
}

static inline void thing_touch(struct thing *thing)
{
	thing->state++;
}

static inline int thing_inner_inline(struct thing *thing)
{
	return thing_unknown(thing, "inner");
}

static inline int thing_outer_inline(struct thing *thing)
{
	return thing_inner_inline(thing) + 1;
}

#define module_init(fn) int init_module(void) __attribute__((alias(#fn)));
#define module_exit(fn) void cleanup_module(void) __attribute__((alias(#fn)));

#endif
