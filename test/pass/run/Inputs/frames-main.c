// SPDX-License-Identifier: GPL-2.0-only
// Runs what frames.c defines: each function is a case, with its verdict.
#include "world.h"

#include <stdio.h>
#include <string.h>

/* X(name, is a violation, locals granted, stack checks, indirect calls) */
#define CASES(X) \
	X(local_in_bounds, false, 1, 0, 0) \
	X(local_overflow, true, 1, 0, 0) \
	X(local_underflow, true, 1, 0, 0) \
	X(return_address, true, 0, 0, 0) \
	X(dangling, true, 1, 0, 0) \
	X(dynamic, false, 38, 38, 0) \
	X(dynamic_overflow, true, 1, 1, 0) \
	X(dynamic_dangling, true, 38, 38, 0) \
	X(rare_taken, false, 1, 0, 0) \
	X(rare_not_taken, false, 0, 0, 0) \
	X(argument, false, 1, 0, 0) \
	X(argument_overflow, true, 1, 0, 0) \
	X(private_array, false, 0, 0, 0) \
	X(indirect, false, 0, 1, 1) \
	X(indirect_again, false, 0, 4, 1) \
	X(indirect_again_wild, true, 0, 4, 2) \
	X(indirect_null, true, 0, 2, 1) \
	X(indirect_detour, false, 0, 1, 1) \
	X(indirect_registers, false, 0, 1, 1) \
	X(indirect_wrong_type, true, 0, 1, 1) \
	X(indirect_wild, true, 0, 1, 1) \
	X(recursion, false, 11, 11, 0)

#define X(name, ...) void name(void);
CASES(X)
#undef X
long twice(long n), gate(long n), sum(long a, long b, long c, long d, long e, long f, long g);
extern void *pointer, *wrong_type;
extern long number;

static unsigned long wrong;
/* The type that twice() was first called as. */
static uint32_t type_of_twice;

const void *world_target(const void *fn, uint32_t type)
{
	if (fn == sum)
		return sum;
	if (!type_of_twice)
		type_of_twice = type;
	return (fn == twice || fn == gate) && type == type_of_twice ? twice : NULL;
}

static void run(void *fn)
{
	((void (*)(void))fn)();
}

/* Rights left anywhere on the stack below us? */
static bool anything_left(void)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);

	for (uint64_t p = here - 65536; p < here; p += SFI_SLOT_SIZE)
		if (world_may_write(p, 1))
			return true;
	return false;
}

static void expect(const char *name, const char *what, unsigned long is, unsigned long should)
{
	if (is == should)
		return;
	wrong++;
	printf("%s: %s: %lu, not %lu\n", name, what, is, should);
}

static void try(const char *name, void (*fn)(void), bool violation, unsigned long grants,
		unsigned long stacks, unsigned long icalls)
{
	bool violates;

	world_init();
	world_allow(&pointer, 8, true);
	world_allow(&wrong_type, 8, true);
	world_allow(&number, 8, true);
	world_grants = world_stacks = world_icalls = 0;
	number = 3;
	violates = world_violates(run, fn);
	expect(name, "violation", violates, violation);
	expect(name, "locals granted", world_grants, grants);
	expect(name, "stack checks", world_stacks, stacks);
	expect(name, "indirect calls", world_icalls, icalls);
	if (!violates)
		expect(name, "rights left on the stack", anything_left(), false);
}

int main(void)
{
#define X(name, ...) try(#name, name, __VA_ARGS__);
	CASES(X)
#undef X
	printf("%s\n", wrong ? "wrong" : "right");
	return wrong != 0;
}
