// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host of the benchmarks' driver: stands where sfi.ko stands in the kernel.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "host.h"
#include "types.h"

/* The linker makes the bounds; units are given these names by build.mk. */
extern const char __start_driver_text[], __stop_driver_text[];
extern struct sfi_self __sfi_self;
#define UNITS(X) X(hotlist) X(lld) X(md5) X(ring) X(structs) X(bytes) X(list) X(bits) X(crossings) X(driver)
#define X(name) extern const struct sfi_unit unit_##name;
UNITS(X)
#undef X
static const struct sfi_unit *const units[] = {
#define X(name) &unit_##name,
	UNITS(X)
#undef X
};

extern const struct driver driver_plain, driver_isolated;
extern const struct driver driver_asan_writes __attribute__((weak));
extern const struct driver driver_asan __attribute__((weak));
const struct variant variants[NR_VARIANTS] = {
	[PLAIN] = { "plain", &driver_plain },
	[ISOLATED] = { "isolated", &driver_isolated },
	[ASAN_WRITES] = { "asan-writes", &driver_asan_writes },
	[ASAN] = { "asan", &driver_asan },
};

void die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

void add_number(json_object *array, double number)
{
	json_object_array_add(array, json_object_new_double(number));
}

/* To the last of the processors it may use: the first has the most interrupts. */
static void pin(void)
{
	cpu_set_t set;
	int cpu;

	if (sched_getaffinity(0, sizeof(set), &set))
		die("sched_getaffinity: %m");
	for (cpu = CPU_SETSIZE - 1; !CPU_ISSET(cpu, &set); cpu--)
		;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity: %m");
}

/* A figure of a driver that was stopped would be none. */
void sfi_port_failed(struct sfi_domain *d)
{
	die("the domain of %s failed", d->name);
}

struct sfi_domain *host_domain(struct sfi_self *self)
{
	const struct sfi_load load = {
		.name = self == &__sfi_self ? "bench" : "another",
		.module = (struct module *)self,
		.self = self,
		.units = units,
		.nr_units = self == &__sfi_self ? ARRAY_SIZE(units) : 0,
		.policy = SFI_POLICY_HASH,
		.text = (u64)(uintptr_t)__start_driver_text,
		.text_size = self == &__sfi_self ? (u64)(__stop_driver_text - __start_driver_text) : 0,
	};
	struct sfi_domain *d;
	char why[128];

	if (sfi_domain_create(&load, &d, why, sizeof(why)))
		die("no domain: %s", why);
	sfi_domain_move(d, SFI_LOADING, SFI_LIVE);
	return d;
}

struct sfi_domain *host_init(void)
{
	static const struct sfi_type *const types[] = {
		&sfi_type_bench_memory, &sfi_type_parcel, &sfi_type_thing, &sfi_type_visitor,
	};

	pin();
	if (sfi_types_register(types, ARRAY_SIZE(types), NULL))
		die("types were not registered");
	return host_domain(&__sfi_self);
}
