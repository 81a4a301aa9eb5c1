// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the driver's programs, all builds of each in turn, and prints every
 * single time as JSON. A round is one call of each build with the same number of turns,
 * so that whatever disturbs the machine for longer than a round disturbs all alike.
 * Each build returns a checksum of all its work; the report refuses rows in which they
 * differ.
 *
 *	micro ROUNDS SLICE_US	measure
 *	micro count TURNS	under callgrind: a dump of counts for each program and build
 */
#include <stdio.h>
#include <valgrind/callgrind.h>

#include "host.h"

static u64 checksum[NR_VARIANTS];

static const struct program *program_of(u32 variant, size_t n)
{
	return &variants[variant].driver->programs[n];
}

/* One call; nanoseconds. */
static u64 run(u32 variant, size_t n, u64 turns)
{
	u64 (*fn)(u64 turns) = program_of(variant, n)->ops.run;
	u64 start = now(), sum = fn(turns), end = now();

	checksum[variant] = (checksum[variant] ^ sum) * 0x9e3779b97f4a7c15ULL;
	return end - start;
}

static void start(size_t n)
{
	for (u32 v = 0; v < NR_VARIANTS; v++) {
		checksum[v] = 0;
		if (variants[v].driver && program_of(v, n)->ops.start())
			die("%s: it does not start as %s", program_of(v, n)->name, variants[v].name);
	}
}

/* Turns that keep the plain build busy for NS. Every build takes part, to stay in step. */
static u64 calibrate(size_t n, u64 ns)
{
	u64 turns, took = 0;

	for (turns = 1; took < ns; turns *= 2)
		for (u32 v = 0; v < NR_VARIANTS; v++) {
			u64 t = variants[v].driver ? run(v, n, turns) : 0;

			took = v == PLAIN ? t : took;
		}
	return turns / 2;
}

static json_object *measure(size_t n, u32 rounds, u64 slice)
{
	json_object *row = json_object_new_object(), *samples = json_object_new_object();
	json_object *sums = json_object_new_object(), *of[NR_VARIANTS];
	u64 turns;
	char text[32];

	start(n);
	turns = calibrate(n, slice);
	for (u32 v = 0; v < NR_VARIANTS; v++)
		of[v] = json_object_new_array();
	for (u32 r = 0; r < rounds; r++)
		for (u32 v = 0; v < NR_VARIANTS; v++)
			if (variants[v].driver)
				add_number(of[v], (double)run(v, n, turns));
	for (u32 v = 0; v < NR_VARIANTS; v++) {
		if (!variants[v].driver)
			continue;
		json_object_object_add(samples, variants[v].name, of[v]);
		snprintf(text, sizeof(text), "%016llx", (unsigned long long)checksum[v]);
		json_object_object_add(sums, variants[v].name, json_object_new_string(text));
	}
	json_object_object_add(row, "row", json_object_new_string(program_of(PLAIN, n)->name));
	json_object_object_add(row, "turns", json_object_new_int64((int64_t)turns));
	json_object_object_add(row, "checksums", sums);
	json_object_object_add(row, "samples", samples);
	return row;
}

/* Callgrind names a dump after its cause. */
static void count(size_t n, u64 turns)
{
	char name[64];

	start(n);
	for (u32 v = PLAIN; v <= ISOLATED; v++) {
		u64 (*fn)(u64 turns) = program_of(v, n)->ops.run;

		snprintf(name, sizeof(name), "%s %s", program_of(v, n)->name, variants[v].name);
		CALLGRIND_ZERO_STATS;
		fn(turns);
		CALLGRIND_DUMP_STATS_AT(name);
	}
}

int main(int argc, char **argv)
{
	json_object *rows = json_object_new_array();
	struct sfi_domain *d = host_init();

	if (argc != 3)
		die("usage: micro ROUNDS SLICE_US | micro count TURNS");
	for (size_t n = 0; n < variants[PLAIN].driver->nr_programs; n++) {
		if (!strcmp(argv[1], "count"))
			count(n, strtoull(argv[2], NULL, 10));
		else
			json_object_array_add(rows, measure(n, (u32)strtoul(argv[1], NULL, 10),
							    strtoull(argv[2], NULL, 10) * 1000));
	}
	if (strcmp(argv[1], "count"))
		printf("%s\n", json_object_to_json_string_ext(rows, JSON_C_TO_STRING_SPACED));
	json_object_put(rows);
	return sfi_domain_count(d, SFI_COUNT_entered) ? 0 : 1;
}
