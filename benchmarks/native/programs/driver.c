// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel side sees of one build of the driver. DRIVER is its name there.
 */
#include <bench/kernel.h>

#define PROGRAMS(X) X(hotlist) X(lld) X(md5) X(ring) X(structs) X(bytes) X(list) X(bits)
#define X(name) \
	int name##_start(void); \
	u64 name##_run(u64 turns);
PROGRAMS(X)
#undef X

static const struct program programs[] = {
#define X(name) { #name, { name##_start, name##_run } },
	PROGRAMS(X)
#undef X
};
extern const struct import imports[];

extern const struct crossing_ops crossings;


const struct driver DRIVER = {
	.programs = programs,
	.nr_programs = sizeof(programs) / sizeof(programs[0]),
	.imports = imports,
	.crossings = &crossings,
};
