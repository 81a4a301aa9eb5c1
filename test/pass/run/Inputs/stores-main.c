// SPDX-License-Identifier: GPL-2.0-only
// Tries every store of stores.c around the edges of objects.
#include "world.h"
#include "stores.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define X(name, offset, size) void name(char *p);
STORES(X)
#undef X

static const struct kind {
	const char *name;
	void (*fn)(char *p);
	long offset, size;
} kinds[] = {
#define X(name, offset, size) { #name, name, offset, size },
	STORES(X)
#undef X
};
#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* A window of chunks at an address whose place in the directory is its last. */
#define WINDOW_SIZE (64 << SFI_CHUNK_SHIFT)
#define WINDOW_AT ((1UL << 40) + SFI_DIR_SPAN - (32UL << SFI_CHUNK_SHIFT))
static char *window;
static char before[16384];
static unsigned long calls, violations, wrong;

struct call {
	const struct kind *kind;
	char *p;
};

const void *world_target(const void *fn, uint32_t type)
{
	(void)fn, (void)type;
	return NULL;
}

static void run(void *arg)
{
	struct call *c = arg;

	c->kind->fn(c->p);
}

static void complain(const struct kind *k, const char *p, const char *what)
{
	if (wrong++ < 20)
		printf("%s at %p: %s\n", k->name, (void *)p, what);
}

/* One call; whatever it writes is put back. */
static void try(const struct kind *k, char *p)
{
	char *around = (char *)((uint64_t)(p - 4096) & ~63UL);
	struct call c = { k, p };
	bool may = world_may_write((uint64_t)p + k->offset, k->size);
	bool violates;

	memcpy(before, around, sizeof(before));
	violates = world_violates(run, &c);
	calls++;
	violations += violates;
	if (violates && may)
		complain(k, p, "a violation, but the bytes may be written");
	if (!violates && !may)
		complain(k, p, "no violation");
	for (size_t n = 0; n < sizeof(before); n++)
		if (around[n] != before[n] && !world_may_write((uint64_t)around + n, 1)) {
			complain(k, p, "wrote outside");
			break;
		}
	memcpy(around, before, sizeof(before));
}

/* All offsets from 160 before the object to 48 after it. */
static void sweep(char *object, size_t size, bool evicted)
{
	world_init();
	world_allow(object, size, true);
	/* So far into another chunk as what is behind the object: who looks there finds a right. */
	world_allow(object + size - (1L << SFI_CHUNK_SHIFT), 64, true);
	for (size_t k = 0; k < NR_KINDS; k++)
		for (char *p = object - 160; p < object + size + 48; p++) {
			if (evicted)
				world_evict(object);
			try(&kinds[k], p);
		}
}

/* No right to any of these, and no fault either. */
static void sweep_wild(void)
{
	static const uint64_t wild[] = {
		0, 1, 7, 4096, ~0UL, ~7UL, 1UL << 47, (1UL << 47) - 8, ~0UL << 47,
		0xdead000000000100, 0x6b6b6b6b6b6b6b6b, SFI_DIR_SPAN - 1, 1UL << 63,
	};

	for (size_t k = 0; k < NR_KINDS; k++)
		for (size_t n = 0; n < sizeof(wild) / sizeof(wild[0]); n++) {
			struct call c = { &kinds[k], (char *)wild[n] };

			if (!world_violates(run, &c))
				complain(&kinds[k], c.p, "no violation");
		}
}

int main(void)
{
	static const size_t sizes[] = { 8, 16, 24, 64, 136, 256 };
	const size_t chunk = 1UL << SFI_CHUNK_SHIFT;

	setvbuf(stdout, NULL, _IONBF, 0);
	window = mmap((void *)WINDOW_AT, WINDOW_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
	if (window == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		sweep(window + 8 * chunk + 4096, sizes[s], false);
		sweep(window + 8 * chunk + 4096, sizes[s], true);
		sweep(window + 9 * chunk - sizes[s], sizes[s], false);
		sweep(window + 9 * chunk, sizes[s], false);
		sweep(window + 10 * chunk - 8, sizes[s], false);
		/* Directory index 8191 and the next chunk's, 0. */
		sweep(window + 32 * chunk - 8, sizes[s], false);
		sweep(window + 32 * chunk - sizes[s], sizes[s], false);
	}
	sweep_wild();
	printf("%zu kinds, %lu calls, %lu violations, %lu slow paths\n", NR_KINDS, calls, violations,
	       world_slow);
	printf("%s\n", wrong ? "wrong" : "right");
	return wrong != 0;
}
