/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the benchmark programs share: the builds of the driver that are linked
 * in, the domain of the isolated one, and a clock.
 */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

#include <sfi/runtime.h>

#include <bench/kernel.h>
#include <json.h>

#define ARRAY_END(a) ((a) + ARRAY_SIZE(a))

/* The driver as one build made it. Plain comes first. */
struct variant {
	const char *name;
	const struct driver *driver; /* NULL: not linked in */
};
extern const struct variant variants[];
#define NR_VARIANTS 4
enum { PLAIN, ISOLATED, ASAN_WRITES, ASAN };

/* Pins this process, makes the isolated driver's domain, and lets it live. */
struct sfi_domain *host_init(void);
/* A further domain, of a module without code. SELF is all zero. */
struct sfi_domain *host_domain(struct sfi_self *self);

void die(const char *format, ...) __printf(1, 2) __noreturn;

/* Nanoseconds of CPU time of this thread: others' turns on the processor do not count. */
u64 now(void);

/* Adds NUMBER to ARRAY. */
void add_number(json_object *array, double number);

#endif
