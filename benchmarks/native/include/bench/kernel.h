/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel that the native benchmarks' driver is written for: an interface
 * of few functions, one for each kind of crossing. kernel.c has the functions;
 * headers/kernel.h annotates them, so that wrappers and gates are generated and
 * bound as a real driver's are.
 */
#ifndef BENCH_KERNEL_H
#define BENCH_KERNEL_H

#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* An object as a driver gets it from the kernel: it may write the second half. */
struct thing {
	u64 of_kernel[4];
	u64 of_driver[4];
};

/* One that circulates: made and given away for each use, as a packet is. */
struct parcel {
	u64 words[8];
};

/* One that is the kernel's, and the driver's for the time of a call only, as an open file is. */
struct visitor {
	u64 of_kernel[4];
	u64 of_driver[4];
};

/* Own memory of the driver's, for as long as it runs. Zeroed. */
void *bench_alloc(size_t size);
void bench_free(void *memory);

struct thing *thing_make(void);
void thing_drop(struct thing *thing);
/* Do nothing: what is measured is the way there and back. */
void bench_nothing(u64 number);
void thing_touch(struct thing *thing);
void thing_touch_two(struct thing *thing, struct thing *other);
void bench_fill(void *buffer, size_t size);
struct parcel *parcel_make(void);
void parcel_send(struct parcel *parcel);

/* What the kernel calls. */
struct program_ops {
	int (*start)(void);
	u64 (*run)(u64 turns); /* a checksum of what it did */
};
struct crossing_ops {
	void (*nothing)(struct thing *thing);
	void (*borrow)(struct thing *thing);
	void (*borrow_hot)(struct visitor *visitor);
	void (*lend)(void *buffer);
	void (*take)(struct parcel *parcel);
};
/* Calls from the driver to the kernel, TURNS times each. */
struct import_ops {
	void (*run)(struct thing *thing, u64 turns);
};

struct program {
	const char *name;
	struct program_ops ops;
};
struct import {
	const char *name;
	struct import_ops ops;
};

/* One build of all of it; build.mk compiles it several times. */
struct driver {
	const struct program *programs;
	size_t nr_programs;
	const struct import *imports; /* ends with one without a name */
	const struct crossing_ops *crossings;
};

#endif
