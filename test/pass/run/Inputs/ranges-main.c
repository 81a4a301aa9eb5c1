// SPDX-License-Identifier: GPL-2.0-only
// Runs the loops of ranges.c, from each byte of a line on, with each slot in turn not to be written: from the
// beginning, or once it has been written. Objects begin at some of the slots, and the directory knows of them or not.
#include "world.h"
#include "ranges.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define REACH (COUNT * 8 + 80) /* bytes to either side of where a loop begins */
#define OBJECT (2 * REACH + 64)

typedef uint8_t byte;
typedef uint16_t half;
typedef uint32_t word;
typedef uint64_t whole;

#define DECLARE(name, ...) void name##_fill(char *p);
LOOPS(DECLARE, DECLARE, DECLARE, DECLARE)

static const struct loop {
	const char *name;
	void (*fill)(char *p);
	long size, step;
	long more;    /* bytes to the second store of a turn; 0: none */
	int turns;    /* that it goes through all of it */
	bool strict;  /* each store has a guard of its own: what comes before a violation is written */
} loops[] = {
#define ONE(name, type, step) { #name, name##_fill, sizeof(type), step, 0, 1, true },
#define PAIRS(name, type, step, more) { #name, name##_fill, sizeof(type), step, more, 1, false },
#define BY_FOUR(name, type, step) { #name, name##_fill, sizeof(type), step, 0, 1, false },
#define TWICE(name, type, step) { #name, name##_fill, sizeof(type), step, 0, 2, true },
	LOOPS(ONE, PAIRS, BY_FOUR, TWICE)
};

static char *object, *missing; /* a slot, or null */
static bool later;	       /* it may be written at first */
static bool forgotten;	       /* the directory does not know of the object at first */
static int wrong, runs, violations;

const void *world_target(const void *fn, uint32_t type)
{
	(void)fn, (void)type;
	return NULL;
}

void sfi_w_thing_free(int number, char *p)
{
	(void)p;
	if (!number && later && missing)
		world_mark(missing, 0);
}

static bool touches(const struct loop *l, const char *at)
{
	return at < missing + SFI_SLOT_SIZE && at + l->size > missing;
}

/* The first turn that touches what is missing; COUNT: none. */
static long first_wrong(const struct loop *l, const char *p)
{
	long n = 0;

	for (; missing && n < COUNT; n++)
		if (touches(l, p + n * l->step) || (l->more && touches(l, p + n * l->step + l->more)))
			return n;
	return COUNT;
}

struct run {
	const struct loop *loop;
	char *p;
};

static void start(void *arg)
{
	struct run *r = arg;

	r->loop->fill(r->p);
}

/* What the object is like after UNTIL of the stores, the first TURNS times all of them. */
static void model(const struct loop *l, const char *p, char *bytes, int turns, long until)
{
	memset(bytes, 0, OBJECT);
	for (int turn = 0; turn <= turns; turn++)
		for (long n = 0; n < (turn < turns ? COUNT : until); n++) {
			char *at = bytes + (p - object) + n * l->step;
			uint64_t value = MARK * n;

			if (l->turns > 1) {
				memcpy(&value, at, l->size);
				value++;
			}
			memcpy(at, &value, l->size);
			if (l->more)
				memcpy(at + l->more, &value, l->size);
		}
}

static void fail(const struct run *r, const char *what)
{
	if (!wrong++)
		printf("%s from %p on, slot %p missing%s: %s\n", r->loop->name, (void *)r->p, (void *)missing,
		       later ? " later" : "", what);
}

static void run(const struct loop *l, char *p)
{
	struct run r = { l, p };
	long first = first_wrong(l, p);
	int turns = later ? 1 : 0;
	static char want[OBJECT];
	bool violates;

	if (first == COUNT)
		turns = l->turns - 1;
	memset(object, 0, OBJECT);
	world_allow(object, OBJECT, true);
	/* Objects begin there, or what is missing is one that the driver must not write. */
	for (size_t n = runs % 5 * SFI_SLOT_SIZE; n < OBJECT; n += 5 * SFI_SLOT_SIZE)
		world_mark(object + n, SFI_RIGHT_WRITE | 1 << SFI_RIGHT_TYPE_SHIFT);
	if (missing && !later)
		world_mark(missing, runs % 2 << SFI_RIGHT_TYPE_SHIFT);
	if (forgotten)
		world_evict(object);
	violates = world_violates(start, &r);
	runs++;
	violations += violates;
	if (violates != first < COUNT)
		fail(&r, violates ? "a violation" : "no violation");
	model(l, p, want, turns, first);
	if ((l->strict || !violates) && memcmp(want, object, OBJECT))
		fail(&r, "other bytes are written");
	if (missing && !later)
		for (int n = 0; n < SFI_SLOT_SIZE; n++)
			if (missing[n])
				fail(&r, "what may not be written is");
}

/* L, begun at P, writes to what is missing, or next to it. */
static bool is_near(const struct loop *l, const char *p)
{
	return first_wrong(l, p - SFI_SLOT_SIZE) < COUNT || first_wrong(l, p) < COUNT ||
	       first_wrong(l, p + SFI_SLOT_SIZE) < COUNT;
}

static void run_from(const struct loop *l, char *p)
{
	for (int turn = 0; turn < l->turns; turn++) {
		later = turn;
		for (missing = object; missing < object + OBJECT; missing += SFI_SLOT_SIZE)
			if (is_near(l, p))
				run(l, p);
	}
	later = false;
	missing = NULL;
	run(l, p);
	forgotten = true;
	run(l, p);
	forgotten = false;
}

static void run_all(char *begin)
{
	object = begin;
	for (const struct loop *l = loops; l < loops + sizeof(loops) / sizeof(*loops); l++)
		for (char *p = object + REACH; p < object + REACH + 64; p++)
			run_from(l, p);
}

int main(void)
{
	const size_t chunk = 1UL << SFI_CHUNK_SHIFT;
	char *window = mmap(NULL, 4 * chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *edge = (char *)(((uintptr_t)window + 2 * chunk) & ~(chunk - 1));

	world_init();
	/* Within a leaf, and across the edge of one. */
	run_all(edge + 4096);
	run_all(edge - OBJECT / 2);
	/* Aligned loops stay on the fast path, with or without a range to keep. */
	world_slow = 0;
	object = edge + 4096;
	for (const struct loop *l = loops; l < loops + sizeof(loops) / sizeof(*loops); l++)
		if (l->step % l->size == 0)
			run(l, object + REACH);
	if (world_slow)
		printf("%lu slow paths\n", world_slow), wrong++;
	printf("%d runs, %d violations\n%s\n", runs, violations, wrong ? "wrong" : "right");
	return wrong != 0;
}
