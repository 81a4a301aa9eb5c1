// SPDX-License-Identifier: GPL-2.0-only
/*
 * lld: a logical disk on a log, after de Jonge, Kaashoek and Hsieh (SOSP'93): blocks
 * have logical numbers, every write goes to the end of the log, a map tells
 * where a block is, and a cleaner copies what still lives out of the segment that
 * has least of it. The disk is memory of the driver's.
 *
 * The load writes random blocks, most of them from a small hot set, and reads some
 * back. What the optimizer cannot leave out: the sum of what was read and of the map's
 * entries is returned.
 */
#include <bench/random.h>

#define BLOCK_SIZE 512
#define SEGMENT_BLOCKS 32
#define SEGMENTS 64
#define BLOCKS (SEGMENTS * SEGMENT_BLOCKS)
#define LOGICAL (BLOCKS / 4 * 3)
#define NOWHERE (~0u)
/* The cleaner keeps so many segments free. */
#define SPARE 4

struct segment {
	u32 live; /* blocks of it that the map points to */
	u32 free; /* nothing was written to it since it was cleaned */
};

struct disk {
	u32 map[LOGICAL];  /* logical block to block of the log */
	u32 owner[BLOCKS]; /* and back: whose this block was when it was written */
	struct segment segments[SEGMENTS];
	u32 nr_free;
	u32 current;       /* segment that is being filled */
	u32 used;          /* its blocks that are */
	u64 cleaned;
	u8 blocks[BLOCKS][BLOCK_SIZE];
};

static struct disk *disk;
static u64 state = 2;

static void open_segment(struct disk *d)
{
	u32 n = d->current;

	do
		n = (n + 1) % SEGMENTS;
	while (!d->segments[n].free);
	d->segments[n].free = 0;
	d->nr_free--;
	d->current = n;
	d->used = 0;
}

static void append(struct disk *d, u32 logical, const u8 *data)
{
	u32 old = d->map[logical], at;

	if (d->used == SEGMENT_BLOCKS)
		open_segment(d);
	at = d->current * SEGMENT_BLOCKS + d->used++;
	__builtin_memcpy(d->blocks[at], data, BLOCK_SIZE);
	if (old != NOWHERE)
		d->segments[old / SEGMENT_BLOCKS].live--;
	d->segments[d->current].live++;
	d->owner[at] = logical;
	d->map[logical] = at;
}

static u32 emptiest(const struct disk *d)
{
	u32 best = NOWHERE, least = SEGMENT_BLOCKS + 1;

	for (u32 n = 0; n < SEGMENTS; n++)
		if (!d->segments[n].free && n != d->current && d->segments[n].live < least) {
			least = d->segments[n].live;
			best = n;
		}
	return best;
}

static void clean(struct disk *d)
{
	u32 victim = emptiest(d);

	for (u32 n = 0; n < SEGMENT_BLOCKS; n++) {
		u32 at = victim * SEGMENT_BLOCKS + n;

		if (d->map[d->owner[at]] == at)
			append(d, d->owner[at], d->blocks[at]);
	}
	d->segments[victim].free = 1;
	d->nr_free++;
	d->cleaned++;
}

static void write_block(struct disk *d, u32 logical, const u8 *data)
{
	append(d, logical, data);
	while (d->nr_free < SPARE)
		clean(d);
}

static const u8 *read_block(const struct disk *d, u32 logical)
{
	return d->blocks[d->map[logical]];
}

int lld_start(void)
{
	static u8 data[BLOCK_SIZE];

	disk = bench_alloc(sizeof(*disk));
	if (!disk)
		return -1;
	for (u32 n = 0; n < SEGMENTS; n++)
		disk->segments[n].free = 1;
	disk->nr_free = SEGMENTS;
	for (u32 n = 0; n < LOGICAL; n++)
		disk->map[n] = NOWHERE;
	open_segment(disk);
	for (u32 n = 0; n < LOGICAL; n++)
		write_block(disk, n, data);
	return 0;
}

u64 lld_run(u64 turns)
{
	static u8 data[BLOCK_SIZE];
	u64 sum = 0;

	while (turns--) {
		u32 random = next_random(&state);
		u32 logical = random % (random >> 30 ? LOGICAL / 8 : LOGICAL);

		data[random % BLOCK_SIZE] = random >> 8;
		write_block(disk, logical, data);
		sum = fold(sum, read_block(disk, next_random(&state) % LOGICAL)[random % BLOCK_SIZE]);
		sum = fold(sum, disk->map[logical]);
	}
	return fold(sum, disk->cleaned);
}
