// SPDX-License-Identifier: GPL-2.0-only
/*
 * MD5, written from RFC 1321. Almost all of it is arithmetic in registers.
 *
 * What the optimizer cannot leave out: each message begins with the digest of the one
 * before, and the last digest is returned. start() compares the RFC's own example.
 */
#include <bench/random.h>

#define BLOCK 64
#define MESSAGE 4096

struct md5 {
	u32 state[4];
	u64 length; /* bytes so far */
	u8 rest[BLOCK];
};

/* 2^32 times the sine of 1 to 64, made positive: the RFC's table T. */
static const u32 table[64] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
	0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
	0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
	0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
	0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
	0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const u8 shifts[4][4] = {
	{ 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 },
};

static struct md5 *context;
static u8 *message;

static u32 rotate(u32 x, u32 by)
{
	return x << by | x >> (32 - by);
}

static u32 mix(u32 round, u32 b, u32 c, u32 d)
{
	switch (round) {
	case 0:
		return (b & c) | (~b & d);
	case 1:
		return (b & d) | (c & ~d);
	case 2:
		return b ^ c ^ d;
	default:
		return c ^ (b | ~d);
	}
}

static u32 word_of(u32 round, u32 step)
{
	static const u8 first[4] = { 0, 1, 5, 0 }, distance[4] = { 1, 5, 3, 7 };

	return (first[round] + distance[round] * step) % 16;
}

/* Unrolled, as every implementation that is used is. */
static void transform(struct md5 *m, const u8 *block)
{
	u32 a = m->state[0], b = m->state[1], c = m->state[2], d = m->state[3], x[16];

	__builtin_memcpy(x, block, sizeof(x));
#pragma clang loop unroll(full)
	for (u32 n = 0; n < 64; n++) {
		u32 round = n / 16;
		u32 t = a + mix(round, b, c, d) + x[word_of(round, n % 16)] + table[n];

		a = d;
		d = c;
		c = b;
		b += rotate(t, shifts[round][n % 4]);
	}
	m->state[0] += a;
	m->state[1] += b;
	m->state[2] += c;
	m->state[3] += d;
}

static void begin(struct md5 *m)
{
	m->state[0] = 0x67452301;
	m->state[1] = 0xefcdab89;
	m->state[2] = 0x98badcfe;
	m->state[3] = 0x10325476;
	m->length = 0;
}

static void update(struct md5 *m, const u8 *data, size_t size)
{
	size_t have = m->length % BLOCK;

	m->length += size;
	if (have) {
		while (size && have < BLOCK) {
			m->rest[have++] = *data++;
			size--;
		}
		if (have < BLOCK)
			return;
		transform(m, m->rest);
	}
	for (; size >= BLOCK; size -= BLOCK, data += BLOCK)
		transform(m, data);
	for (have = 0; have < size; have++)
		m->rest[have] = data[have];
}

static void finish(struct md5 *m)
{
	static const u8 padding[BLOCK] = { 0x80 };
	u64 bits = m->length * 8;
	u8 length[8];

	for (u32 n = 0; n < sizeof(length); n++)
		length[n] = bits >> 8 * n;
	update(m, padding, 1 + (2 * BLOCK - 9 - m->length % BLOCK) % BLOCK);
	update(m, length, sizeof(length));
}

int md5_start(void)
{
	context = bench_alloc(sizeof(*context));
	message = bench_alloc(MESSAGE);
	if (!context || !message)
		return -1;
	begin(context);
	update(context, (const u8 *)"message digest", 14);
	finish(context);
	/* f96b697d7cb7938d525a2f31aaf161d0 */
	if (context->state[0] != 0x7d696bf9 || context->state[1] != 0x8d93b77c ||
	    context->state[2] != 0x312f5a52 || context->state[3] != 0xd061f1aa)
		return -1;
	return 0;
}

u64 md5_run(u64 turns)
{
	while (turns--) {
		begin(context);
		update(context, message, MESSAGE);
		finish(context);
		__builtin_memcpy(message, context->state, sizeof(context->state));
	}
	return fold(context->state[0], context->state[3]);
}
