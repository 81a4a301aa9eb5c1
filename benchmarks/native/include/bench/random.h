/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers that look random, and are the same in every build and run. */
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <bench/kernel.h>

/* Knuth's MMIX generator; its upper half is the better one. */
static inline u32 next_random(u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 32;
}

static inline u64 fold(u64 sum, u64 value)
{
	return (sum ^ value) * 0x9e3779b97f4a7c15ULL;
}

#endif
