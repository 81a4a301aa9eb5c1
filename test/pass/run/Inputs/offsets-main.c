// SPDX-License-Identifier: GPL-2.0-only
// Runs the functions of offsets.c where just one cell of each ring may be written.
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cell {
	unsigned int a, b;
};

struct ring {
	unsigned long head;
	struct cell cells[64];
};

#define RINGS 2
#define CELL 5

void once(struct ring *r, long j), twice(struct ring *r, long j);
void apart(struct ring *r, long j, long other);

static struct ring *rings;
static int wrong, runs;

const void *world_target(const void *fn, uint32_t type)
{
	(void)fn, (void)type;
	return NULL;
}

static void run_once(void *unused)
{
	(void)unused;
	once(rings, CELL);
}

static void run_twice(void *unused)
{
	(void)unused;
	twice(rings, CELL);
}

static void run_apart(void *unused)
{
	(void)unused;
	apart(rings, CELL, 0);
}

static void expect(const char *what, void (*call)(void *unused), size_t allowed)
{
	struct cell none = { 0, 0 };
	bool violates;

	runs++;
	world_init();
	memset(rings, 0, RINGS * sizeof(*rings));
	for (size_t r = 0; r < RINGS; r++)
		world_allow(&rings[r].cells[allowed], sizeof(struct cell), true);
	violates = world_violates(call, NULL);
	if (violates != (allowed != CELL) ||
	    (violates && memcmp(&rings[0].cells[CELL], &none, sizeof(none)))) {
		printf("%s, cell %zu may be written: %s\n", what, allowed,
		       violates ? "a violation" : "no violation");
		wrong++;
	}
}

int main(void)
{
	rings = aligned_alloc(4096, 4096);
	for (size_t allowed = CELL - 3; allowed <= CELL + 3; allowed++) {
		expect("once", run_once, allowed);
		expect("twice", run_twice, allowed);
		expect("apart", run_apart, allowed);
	}
	printf("%d runs\n%s\n", runs, wrong ? "wrong" : "right");
	return wrong != 0;
}
