// SPDX-License-Identifier: GPL-2.0-only
/*
 * bytes: loops that write buffers byte by byte: one that changes what it copies, one
 * that goes backwards, one that stops where the data says.
 *
 * What the optimizer cannot leave out: each loop reads what the one before has written;
 * some of the bytes are added up and returned.
 */
#include <bench/random.h>

#define SIZE 1024

static u8 *from, *to;
static u64 state = 5;

int bytes_start(void)
{
	from = bench_alloc(SIZE);
	to = bench_alloc(SIZE);
	if (!from || !to)
		return -1;
	for (u32 n = 0; n < SIZE; n++)
		from[n] = next_random(&state);
	return 0;
}

static void transform(u8 *restrict dst, const u8 *restrict src, size_t size, u8 key)
{
	for (size_t n = 0; n < size; n++)
		dst[n] = src[n] * 5 + key;
}

static void reverse(u8 *restrict dst, const u8 *restrict src, size_t size)
{
	for (size_t n = size; n--;)
		dst[size - 1 - n] = src[n];
}

/* Up to and with the first byte of that value, as a string is copied. */
static size_t copy_until(u8 *restrict dst, const u8 *restrict src, size_t size, u8 end)
{
	size_t n;

	for (n = 0; n < size; n++) {
		dst[n] = src[n];
		if (src[n] == end)
			break;
	}
	return n;
}

u64 bytes_run(u64 turns)
{
	u64 sum = 0;

	while (turns--) {
		u8 key = next_random(&state);

		transform(to, from, SIZE, key);
		reverse(from, to, SIZE);
		sum = fold(sum, copy_until(to, from, SIZE, key));
		sum = fold(sum, to[state % SIZE]);
	}
	return sum;
}
