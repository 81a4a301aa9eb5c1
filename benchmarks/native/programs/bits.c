// SPDX-License-Identifier: GPL-2.0-only
/*
 * bits: a bitmap as an allocator of numbers uses it: find a clear bit, set it; clear
 * another one.
 *
 * What the optimizer cannot leave out: the numbers that were found are added up and
 * returned, and decide where to search next.
 */
#include <bench/random.h>

#define BITS 4096

static u64 *map;
static u64 state = 7;

int bits_start(void)
{
	map = bench_alloc(BITS / 8);
	if (!map)
		return -1;
	for (u32 n = 0; n < BITS / 64; n++)
		map[n] = (u64)next_random(&state) << 32 | next_random(&state);
	return 0;
}

static void set_bit(u64 *bits, u32 n)
{
	bits[n / 64] |= 1ULL << n % 64;
}

static void clear_bit(u64 *bits, u32 n)
{
	bits[n / 64] &= ~(1ULL << n % 64);
}

static u32 find_clear(const u64 *bits, u32 from)
{
	for (u32 n = 0; n < BITS / 64; n++) {
		u64 word = ~bits[(from + n) % (BITS / 64)];

		if (word)
			return (from + n) % (BITS / 64) * 64 + __builtin_ctzll(word);
	}
	return 0;
}

u64 bits_run(u64 turns)
{
	u64 sum = 0;

	while (turns--) {
		u32 n = find_clear(map, next_random(&state) % (BITS / 64));

		set_bit(map, n);
		clear_bit(map, (n * 31 + state) % BITS);
		sum = fold(sum, n);
	}
	return sum;
}
