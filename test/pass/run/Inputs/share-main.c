// SPDX-License-Identifier: GPL-2.0-only
// Runs the functions of share.c, and takes rights away meanwhile.
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SIZE 496 /* of struct object */

void apart(char *p), backwards(char *p), looped(char *p), stepped(char *p), branched(char *p);

static char *object;
static int take_at;	       /* number of the call that takes a right away; -1: none */
static size_t take, take_size; /* which */
static bool evict;	       /* that call makes the directory forget, and takes nothing */
static int wrong, runs;

const void *world_target(const void *fn, uint32_t type)
{
	(void)fn, (void)type;
	return NULL;
}

void sfi_w_thing_free(int number, char *p)
{
	if (number != take_at)
		return;
	if (evict)
		world_evict(p);
	else
		world_allow(p + take, take_size, false);
}

static void start(void *fn)
{
	((void (*)(char *))fn)(object);
}

/* FN, on an object with all rights: is it a violation? */
static void expect(const char *what, void (*fn)(char *p), bool violation)
{
	runs++;
	if (world_violates(start, (void *)fn) == violation)
		return;
	printf("%s at %p, right at %zu taken in call %d: %s\n", what, (void *)object, take, take_at,
	       violation ? "no violation" : "a violation");
	wrong++;
}

static void fresh(int at, size_t offset, size_t size)
{
	take_at = at, take = offset, take_size = size;
	world_init();
	memset(object, 0, SIZE);
	world_allow(object, SIZE, true);
}

#define TRY(fn, at, offset, violation) (fresh(at, offset, 8), expect(#fn, fn, violation))

static void try_all(void)
{
	TRY(apart, -1, 0, false);
	TRY(apart, 0, 0, false); /* it is written already */
	TRY(apart, 0, 128, true);
	TRY(apart, 1, 128, false);
	TRY(apart, 0, 136 + 40 * 8, true);
	TRY(apart, 1, 136 + 40 * 8, true);
	TRY(backwards, -1, 0, false);
	TRY(backwards, 0, 128, true);
	TRY(backwards, 1, 128, false);
	TRY(backwards, 0, 0, true);
	TRY(backwards, 1, 0, true);
	TRY(looped, -1, 0, false);
	TRY(looped, 0, 24, true);
	TRY(looped, 2, 24, true);
	TRY(looped, 3, 24, false); /* the last one */
	TRY(stepped, -1, 0, false);
	TRY(stepped, 0, 32, true);
	TRY(stepped, 1, 32, false); /* it is written already */
	TRY(stepped, 1, 64, true);
	TRY(stepped, 2, 96, true);
	TRY(stepped, 3, 96, false);
	TRY(branched, -1, 0, false);
	TRY(branched, 0, 136, false);
	TRY(branched, 0, 136 + 44 * 8, true);
	/* The directory forgets: slow paths, and no violation. */
	evict = true;
	for (int at = 0; at < 2; at++) {
		TRY(stepped, at, 0, false);
		TRY(apart, at, 0, false);
		TRY(backwards, at, 0, false);
		TRY(looped, at, 0, false);
	}
	evict = false;
}

int main(void)
{
	const size_t chunk = 1UL << SFI_CHUNK_SHIFT;
	char *window = mmap(NULL, 4 * chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *edge = (char *)(((uintptr_t)window + 2 * chunk) & ~(chunk - 1));

	/* Within a leaf; across the edge of one, at each slot; up to it; off the slots. */
	for (object = edge - SIZE - 64; object <= edge + 64; object += 8)
		try_all();
	for (object = edge + 1024; object < edge + 1032; object++)
		try_all();
	/* Shared lookups, and a chunk that is kept, do what they are for: fast paths only. */
	world_slow = 0;
	object = edge + 4096;
	TRY(apart, -1, 0, false);
	TRY(looped, -1, 0, false);
	TRY(stepped, -1, 0, false);
	if (world_slow)
		printf("%lu slow paths\n", world_slow), wrong++;
	printf("%d runs\n%s\n", runs, wrong ? "wrong" : "right");
	return wrong != 0;
}
