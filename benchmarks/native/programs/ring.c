// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring: a network card's descriptors are filled in and taken back, as in the
 * transmit path of e1000: 16 bytes of descriptor, a record of what was queued.
 *
 * What the optimizer cannot leave out: ring and records are memory that the kernel knows
 * of; the sum of what is taken back is returned.
 */
#include <bench/random.h>

#define ENTRIES 256
#define BATCH 16

struct descriptor {
	u64 address;
	u32 command;
	u32 status;
};

struct record {
	u64 address;
	u32 length;
	u16 next;
	u16 last;
};

struct ring {
	struct descriptor *descriptors;
	struct record *records;
	u32 use, clean;
	u64 packets, bytes;
};

static struct ring *ring;
static u64 state = 3;

int ring_start(void)
{
	ring = bench_alloc(sizeof(*ring));
	if (!ring)
		return -1;
	ring->descriptors = bench_alloc(ENTRIES * sizeof(*ring->descriptors));
	ring->records = bench_alloc(ENTRIES * sizeof(*ring->records));
	return ring->descriptors && ring->records ? 0 : -1;
}

static void queue(struct ring *r, u64 address, u32 length)
{
	u32 n = r->use;
	struct descriptor *d = &r->descriptors[n];
	struct record *b = &r->records[n];

	b->address = address;
	b->length = length;
	b->next = (n + 1) % ENTRIES;
	b->last = n;
	d->address = address;
	d->command = 0xb000000 | length;
	d->status = 0;
	r->use = (n + 1) % ENTRIES;
}

/* What the card would do. */
static void complete(struct ring *r)
{
	for (u32 n = r->clean; n != r->use; n = (n + 1) % ENTRIES)
		r->descriptors[n].status |= 1;
}

static u64 clean(struct ring *r, u64 sum)
{
	u32 n = r->clean;

	while (n != r->use && r->descriptors[n].status & 1) {
		struct record *b = &r->records[n];

		r->packets++;
		r->bytes += b->length;
		sum = fold(sum, b->address);
		b->address = 0;
		r->descriptors[n].status = 0;
		n = b->next;
	}
	r->clean = n;
	return sum;
}

u64 ring_run(u64 turns)
{
	u64 sum = 0;

	while (turns--) {
		for (u32 n = 0; n < BATCH; n++)
			queue(ring, state * n, next_random(&state) % 1500);
		complete(ring);
		sum = clean(ring, sum);
	}
	return fold(sum, ring->bytes);
}
