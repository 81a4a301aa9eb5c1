// SPDX-License-Identifier: GPL-2.0-only
// Instrumented, with line numbers: each function does something wrong on the
// line that LINE names.
#include <stddef.h>

volatile int line;
volatile long zero;

#define LINE (line = __LINE__)

static inline __attribute__((always_inline)) void inlined(volatile char *p)
{
	LINE; *p = 1;
}

void plain_store(volatile char *p)
{
	long a = zero;

	LINE; *p = a;
}

void second_store(volatile char *p)
{
	zero = 1;
	LINE; *p = 1;
	zero = 0;
}

void in_inlined_code(volatile char *p)
{
	zero = 0;
	inlined(p);
	zero = 0;
}

void in_loop(volatile char *p)
{
	for (int n = 0; n < 10; n++) {
		zero = n;
		if (n == 3) {
			LINE; p[n] = 1;
		}
	}
}

void bad_read(volatile char *p)
{
	zero = 0;
	LINE; zero += p[0];
	zero = 0;
}

void division(volatile char *p)
{
	zero = 0;
	LINE; zero = 5 / zero;
	zero = (size_t)p;
}
