// SPDX-License-Identifier: GPL-2.0-only
// Instrumented: loops that write neighbours, whose guards keep a range.
#include <stdint.h>

#include "ranges.h"

void sfi_w_thing_free(int number, char *p);

/* At any address. */
typedef uint8_t byte;
typedef uint16_t __attribute__((aligned(1), may_alias)) half;
typedef uint32_t __attribute__((aligned(1), may_alias)) word;
typedef uint64_t __attribute__((aligned(1), may_alias)) whole;

/* COUNT stores of TYPE, each STEP bytes on. */
#define FILL(name, type, step)                                                 \
	void name##_fill(char *p)                                              \
	{                                                                      \
		_Pragma("clang loop unroll(disable)")                          \
		for (long n = 0; n < COUNT; n++)                               \
			*(type *)(p + n * (step)) = (type)(MARK * n);                \
	}
/* Two in each turn, MORE bytes apart. */
#define FILL_PAIRS(name, type, step, more)                                     \
	void name##_fill(char *p)                                              \
	{                                                                      \
		_Pragma("clang loop unroll(disable)")                          \
		for (long n = 0; n < COUNT; n++) {                             \
			*(type *)(p + n * (step)) = (type)(MARK * n);          \
			*(type *)(p + n * (step) + (more)) = (type)(MARK * n); \
		}                                                              \
	}
/* Several turns in one: they have one guard. */
#define FILL_BY_FOUR(name, type, step)                                         \
	void name##_fill(char *p)                                              \
	{                                                                      \
		_Pragma("clang loop unroll_count(4)")                          \
		for (long n = 0; n < COUNT; n++)                               \
			*(type *)(p + n * (step)) = (type)(MARK * n);                \
	}
/* Rights are taken away where the inner loop is not running: it has to look again. */
#define FILL_TWICE(name, type, step)                                           \
	void name##_fill(char *p)                                              \
	{                                                                      \
		_Pragma("clang loop unroll(disable)")                          \
		for (int turn = 0; turn < 2; turn++) {                         \
			_Pragma("clang loop unroll(disable)")                  \
			for (long n = 0; n < COUNT; n++)                       \
				*(type *)(p + n * (step)) += (type)1;          \
			sfi_w_thing_free(turn, p);                             \
		}                                                              \
	}
LOOPS(FILL, FILL_PAIRS, FILL_BY_FOUR, FILL_TWICE)
