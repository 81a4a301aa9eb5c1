// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the programs of csmith include, for programs that are a driver: arithmetic
 * without undefined results, a checksum, and no main(). Some of the arithmetic calls
 * the kernel, so that calls which may take rights away, and calls which keep them, are
 * all over a program. The checksum is not csmith's own, as nobody compares it with that.
 */
#ifndef CSMITH_H
#define CSMITH_H

#include <random/kernel.h>

#define HELPER static __attribute__((unused))

#define UNARY(name, T, U, s) \
	HELPER T safe_unary_minus_func_##name##_##s(T a) { return (T)(0 - (U)a); }
#define BINARY(op, sign, name, T, U, suffix) \
	HELPER T safe_##op##_func_##name##_##suffix(T a, T b) { return (T)((unsigned long)(U)a sign (unsigned long)(U)b); }
/* By zero, and the least by minus one: as if it were not there. */
#define DIVIDE(op, sign, name, T, suffix, bad, first) \
	HELPER T safe_##op##_func_##name##_##suffix(T a, T b) { first; return b == 0 || (bad) ? a : (T)(a sign b); }
#define SHIFT(op, sign, name, T, U, suffix, By) \
	HELPER T safe_##op##_func_##name##_##suffix(T a, By b) \
	{ return (unsigned long)b >= 8 * sizeof(T) || a < 0 ? a : (T)((U)a sign b); }

#define INTEGER(name, T, U, s, bad, Signed, Unsigned) \
	UNARY(name, T, U, s) \
	BINARY(add, +, name, T, U, s##_##s) \
	BINARY(sub, -, name, T, U, s##_##s) \
	BINARY(mul, *, name, T, U, s##_##s) \
	DIVIDE(div, /, name, T, s##_##s, bad, random_may_revoke()) \
	DIVIDE(mod, %, name, T, s##_##s, bad, random_keeps()) \
	SHIFT(lshift, <<, name, T, U, s##_s, Signed) \
	SHIFT(lshift, <<, name, T, U, s##_u, Unsigned) \
	SHIFT(rshift, >>, name, T, U, s##_s, Signed) \
	SHIFT(rshift, >>, name, T, U, s##_u, Unsigned)
#define SIGNED(bits) \
	INTEGER(int##bits##_t, int##bits##_t, uint##bits##_t, s, b == -1, int, unsigned int)
#define UNSIGNED(bits) \
	INTEGER(uint##bits##_t, uint##bits##_t, uint##bits##_t, u, 0, int, unsigned int)
SIGNED(8)
SIGNED(16)
SIGNED(32)
SIGNED(64)
UNSIGNED(8)
UNSIGNED(16)
UNSIGNED(32)
UNSIGNED(64)

static uint64_t random_sum;

HELPER void transparent_crc(uint64_t value, const char *name, int flag)
{
	(void)name, (void)flag;
	random_sum = (random_sum ^ value) * 0x9e3779b97f4a7c15 + (random_sum >> 29);
}

HELPER void transparent_crc_bytes(const void *p, int size, const char *name, int flag)
{
	for (int n = 0; n < size; n++)
		transparent_crc(((const unsigned char *)p)[n], name, flag);
}

#define crc32_gentab() ((void)0)
#define crc32_context 0
#define platform_main_begin() ((void)0)
#define platform_main_end(sum, flag) ((void)(sum), (void)(flag))
#define printf(...) ((void)0)

/* The program's main() is what the kernel calls; it may only be run once. */
#define main(...) main_of_program(void); \
	static u64 run(void) { main_of_program(); return random_sum; } \
	const struct random_ops random_program = { .run = run }; \
	int main_of_program(void)

#endif
