// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guard costs with one layout of the rights table or another: how the byte of an address, one for
 * each 8 bytes of address space, is found. Each layout's guard is right for every 64-bit
 * value, and tells a store that is not aligned; here they are written by hand and compiled
 * like a driver. All make the same stores, in turns, to the same addresses, where there are
 * rights; the plain loop is without a guard.
 *
 *	flat     one array of bytes for all of a stretch of address space
 *	radix    three levels: 1 GiB, 32 KiB, 8 bytes
 *	tagged   a directory of 8192 words, each the tag of a 32 KiB chunk and the number of its leaf
 *	joined   the same with all leaves in one region: a word is the difference of leaf and slot number
 *	pair     the same with the chunk's address and its leaf's, two words, which are not replaced at once
 *	chunk    the same with the address of those two words: what Alcove has
 *
 * Prints lines "pattern|layout|picoseconds more"; called with "count", runs each once
 * under callgrind, which dumps what it has counted; with "refuse LAYOUT", says by its exit status whether that layout's
 * guard refuses what it must.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <valgrind/callgrind.h>

#include <sfi/abi.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#define unlikely(x) __builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CHUNK (1ULL << SFI_CHUNK_SHIFT)
#define INDEX(a) (((a) >> SFI_CHUNK_SHIFT) & (SFI_DIR_ENTRIES - 1))
#define SLOT(a) (((a) >> SFI_SLOT_SHIFT) & (SFI_LEAF_SLOTS - 1))
/* A low bit that is set becomes a high one. */
#define ROTATED(x) ((x) >> SFI_SLOT_SHIFT | (x) << (64 - SFI_SLOT_SHIFT))

/* Where the stores go: aligned to its size, a chunk for each entry of the directory. */
#define SPAN SFI_DIR_SPAN
#define LEAVES ((u64)SFI_DIR_ENTRIES << SFI_LEAF_SHIFT)
static u64 arena;

static void *reserve(u64 size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED) {
		perror("layouts: mmap");
		exit(1);
	}
	return p;
}

/* === The layouts === */

static u8 *flat;

static void flat_init(void)
{
	flat = reserve(SPAN >> SFI_SLOT_SHIFT);
}

static void flat_grant(u64 a)
{
	flat[(a - arena) >> SFI_SLOT_SHIFT] = SFI_RIGHT_WRITE;
}

static inline bool flat_may(u64 a)
{
	u64 x = a - arena;

	x = ROTATED(x);
	return x < SPAN >> SFI_SLOT_SHIFT && flat[x] & SFI_RIGHT_WRITE;
}

/* Of user space's 47 bits. Parts that nobody has used share tables of nothing. */
#define RADIX_TOP (1U << 17)
#define RADIX_MIDDLE (1U << 15)
static u8 ***radix, **radix_nowhere, *radix_zero;

static void radix_init(void)
{
	radix = reserve(RADIX_TOP * sizeof(*radix));
	radix_nowhere = reserve(RADIX_MIDDLE * sizeof(*radix_nowhere));
	radix_zero = reserve(SFI_LEAF_SLOTS);
	for (u32 i = 0; i < RADIX_MIDDLE; i++)
		radix_nowhere[i] = radix_zero;
	for (u32 i = 0; i < RADIX_TOP; i++)
		radix[i] = radix_nowhere;
}

static void radix_grant(u64 a)
{
	u8 ***middle = &radix[a >> 30], **leaf;

	if (*middle == radix_nowhere) {
		*middle = reserve(RADIX_MIDDLE * sizeof(**middle));
		memcpy(*middle, radix_nowhere, RADIX_MIDDLE * sizeof(**middle));
	}
	leaf = &(*middle)[(a >> SFI_CHUNK_SHIFT) & (RADIX_MIDDLE - 1)];
	if (*leaf == radix_zero)
		*leaf = reserve(SFI_LEAF_SLOTS);
	(*leaf)[SLOT(a)] = SFI_RIGHT_WRITE;
}

static inline bool radix_may(u64 a)
{
	u64 x = ROTATED(a);

	return x >> (30 - SFI_SLOT_SHIFT) < RADIX_TOP &&
	       radix[x >> (30 - SFI_SLOT_SHIFT)][(x >> SFI_LEAF_SHIFT) & (RADIX_MIDDLE - 1)][x & (SFI_LEAF_SLOTS - 1)] &
		       SFI_RIGHT_WRITE;
}

/* Leaves of tagged and joined, by index of the directory. */
static u8 *leaves;
static u64 tagged[SFI_DIR_ENTRIES];

static void leaves_init(void)
{
	if (!leaves)
		leaves = reserve(LEAVES + SFI_LEAF_SLOTS);
}

/* The lower 28 bits of an entry are the number of a leaf; the last is of nothing. */
#define TAG_SHIFT (SFI_CHUNK_SHIFT + SFI_DIR_BITS)
static void tagged_init(void)
{
	leaves_init();
	for (u32 i = 0; i < SFI_DIR_ENTRIES; i++)
		tagged[i] = SFI_DIR_ENTRIES;
}

static void tagged_grant(u64 a)
{
	tagged[INDEX(a)] = a >> TAG_SHIFT << TAG_SHIFT | INDEX(a);
	leaves[INDEX(a) << SFI_LEAF_SHIFT | SLOT(a)] = SFI_RIGHT_WRITE;
}

static inline bool tagged_may(u64 a)
{
	u64 entry = tagged[INDEX(a)];

	return !((entry ^ a) >> TAG_SHIFT | (a & (SFI_SLOT_SIZE - 1))) &&
	       leaves[(entry & ((1ULL << TAG_SHIFT) - 1)) << SFI_LEAF_SHIFT | SLOT(a)] & SFI_RIGHT_WRITE;
}

static u64 joined[SFI_DIR_ENTRIES];

/* An unused entry is of the lowest addresses. */
static void joined_init(void)
{
	leaves_init();
	for (u64 i = 0; i < SFI_DIR_ENTRIES; i++)
		joined[i] = LEAVES - (i << SFI_LEAF_SHIFT);
}

static void joined_grant(u64 a)
{
	joined[INDEX(a)] = (INDEX(a) << SFI_LEAF_SHIFT) - (a >> SFI_CHUNK_SHIFT << SFI_LEAF_SHIFT);
	leaves[INDEX(a) << SFI_LEAF_SHIFT | SLOT(a)] = SFI_RIGHT_WRITE;
}

static inline bool joined_may(u64 a)
{
	u64 x = joined[INDEX(a)] + ROTATED(a);

	return x < LEAVES && leaves[x] & SFI_RIGHT_WRITE;
}

static struct sfi_chunk pair[SFI_DIR_ENTRIES];

static void pair_init(void)
{
	u8 *zero = reserve(SFI_LEAF_SLOTS);

	for (u32 i = 0; i < SFI_DIR_ENTRIES; i++)
		pair[i] = (struct sfi_chunk){ 0, zero };
}

static void pair_grant(u64 a)
{
	struct sfi_chunk *c = &pair[INDEX(a)];

	if (!c->base)
		*c = (struct sfi_chunk){ a & ~(CHUNK - 1), reserve(SFI_LEAF_SLOTS) };
	c->slots[SLOT(a)] = SFI_RIGHT_WRITE;
}

static inline bool pair_may(u64 a)
{
	const struct sfi_chunk *c = &pair[INDEX(a)];
	u64 x = a - c->base;

	x = ROTATED(x);
	return x < SFI_LEAF_SLOTS && c->slots[x] & SFI_RIGHT_WRITE;
}

static struct sfi_chunk *chunk[SFI_DIR_ENTRIES], nowhere;

static void chunk_init(void)
{
	nowhere.slots = reserve(SFI_LEAF_SLOTS);
	for (u32 i = 0; i < SFI_DIR_ENTRIES; i++)
		chunk[i] = &nowhere;
}

static void chunk_grant(u64 a)
{
	struct sfi_chunk **c = &chunk[INDEX(a)];

	if (*c == &nowhere) {
		*c = malloc(sizeof(**c));
		**c = (struct sfi_chunk){ a & ~(CHUNK - 1), reserve(SFI_LEAF_SLOTS) };
	}
	(*c)->slots[SLOT(a)] = SFI_RIGHT_WRITE;
}

static inline bool chunk_may(u64 a)
{
	const struct sfi_chunk *c = chunk[INDEX(a)];
	u64 x = a - c->base;

	x = ROTATED(x);
	return x < SFI_LEAF_SLOTS && c->slots[x] & SFI_RIGHT_WRITE;
}

static inline bool plain_may(u64 a)
{
	(void)a;
	return true;
}

/* === Stores === */

static __attribute__((cold, noinline)) void slow(u64 a)
{
	fprintf(stderr, "layouts: no right at %llx\n", (unsigned long long)a);
	exit(1);
}

#define LAYOUTS(X) X(flat) X(radix) X(tagged) X(joined) X(pair) X(chunk)

#define RUN(name)                                                                           \
	static __attribute__((noinline, aligned(64))) void name##_run(const u64 *at, u32 n) \
	{                                                                                   \
		for (u32 i = 0; i < n; i++) {                                               \
			if (unlikely(!name##_may(at[i])))                                   \
				slow(at[i]);                                                \
			*(volatile u64 *)at[i] = i;                                         \
		}                                                                           \
	}
RUN(plain)
LAYOUTS(RUN)

#define ASK(name)                                              \
	static __attribute__((noinline)) bool name##_ask(u64 a) \
	{                                                      \
		return name##_may(a);                          \
	}
LAYOUTS(ASK)

struct layout {
	const char *name;
	void (*init)(void);
	void (*grant)(u64 a);
	void (*run)(const u64 *at, u32 n);
	bool (*ask)(u64 a);
};

#define LAYOUT(name) { #name, name##_init, name##_grant, name##_run, name##_ask },
static const struct layout layouts[] = { LAYOUTS(LAYOUT) };

/* === Patterns === */

struct pattern {
	const char *name;
	u32 chunks, words; /* so many chunks, so many words in each */
};
static const struct pattern patterns[] = {
	{ "one object", 1, 8 },
	{ "64 objects", 64, 8 },
	{ "8192 objects", SFI_DIR_ENTRIES, 8 },
};

#define STORES (1U << 16)
#define ROUNDS 101
static u64 at[STORES];

/* Xorshift, from the same seed: the same addresses in every run. */
static u32 random_below(u32 n)
{
	static u64 x = 88172645463325252ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (u32)(x >> 32) % n;
}

/* An object lies anywhere in its chunk. */
static void choose(const struct pattern *p)
{
	u64 *begin = malloc(p->chunks * sizeof(*begin));

	for (u32 i = 0; i < p->chunks; i++)
		begin[i] = arena + i * (SPAN / p->chunks) + random_below(SFI_LEAF_SLOTS / 8) * 64;
	for (u32 i = 0; i < STORES; i++)
		at[i] = begin[random_below(p->chunks)] + random_below(p->words) * SFI_SLOT_SIZE;
	free(begin);
}

static u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

/* Picoseconds a store. */
static int64_t took(void (*run)(const u64 *at, u32 n))
{
	u64 begin = now();

	run(at, STORES);
	return (int64_t)((now() - begin) * 1000 / STORES);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void measure(const struct pattern *p)
{
	static int64_t more[ARRAY_SIZE(layouts)][ROUNDS];

	for (int r = -3; r < ROUNDS; r++) {
		int64_t plain = took(plain_run);

		for (u32 l = 0; l < ARRAY_SIZE(layouts); l++) {
			int64_t t = took(layouts[l].run) - plain;

			if (r >= 0)
				more[l][r] = t;
		}
	}
	for (u32 l = 0; l < ARRAY_SIZE(layouts); l++) {
		qsort(more[l], ROUNDS, sizeof(more[l][0]), compare);
		printf("%s|%s|%lld\n", p->name, layouts[l].name, (long long)more[l][ROUNDS / 2]);
	}
}

/* Callgrind names a dump after its cause. */
static void count(const char *name, void (*run)(const u64 *at, u32 n))
{
	char cause[32];

	snprintf(cause, sizeof(cause), "any %s", name);
	CALLGRIND_ZERO_STATS;
	run(at, STORES);
	CALLGRIND_DUMP_STATS_AT(cause);
}

/* With a right to one slot: its neighbours, other chunks, those of the same index among them, and any alignment. */
static bool refuses(const struct layout *l)
{
	const u64 right = arena + 5 * CHUNK + 8 * SFI_SLOT_SIZE;

	l->grant(right);
	for (u32 bit = 0; bit < 64; bit++)
		if (l->ask(right ^ 1ULL << bit) || l->ask(right + (1ULL << bit)) || l->ask(right - (1ULL << bit)) ||
		    l->ask(1ULL << bit) || l->ask(-(1ULL << bit)))
			return false;
	return l->ask(right) && !l->ask(0);
}

static int refuse(const char *name)
{
	for (u32 l = 0; l < ARRAY_SIZE(layouts); l++)
		if (!strcmp(layouts[l].name, name))
			return !refuses(&layouts[l]);
	return 1;
}

int main(int argc, char **argv)
{
	bool counts = argc == 2 && !strcmp(argv[1], "count");
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	arena = ((u64)reserve(2 * SPAN) + SPAN - 1) & ~(SPAN - 1);
	for (u32 l = 0; l < ARRAY_SIZE(layouts); l++)
		layouts[l].init();
	if (argc == 3 && !strcmp(argv[1], "refuse"))
		return refuse(argv[2]);
	for (u32 p = 0; p < ARRAY_SIZE(patterns); p++) {
		choose(&patterns[p]);
		for (u32 i = 0; i < STORES; i++)
			for (u32 l = 0; l < ARRAY_SIZE(layouts); l++)
				layouts[l].grant(at[i]);
		if (!counts)
			measure(&patterns[p]);
	}
	if (!counts)
		return 0;
	count("plain", plain_run);
	for (u32 l = 0; l < ARRAY_SIZE(layouts); l++)
		count(layouts[l].name, layouts[l].run);
	return 0;
}
