// SPDX-License-Identifier: GPL-2.0-only
/*
 * structs: structures are initialised, field by field, in an order that only the
 * data tells.
 *
 * What the optimizer cannot leave out: the structures are memory that the kernel knows
 * of; fields that were written earlier are added up and returned.
 */
#include <bench/random.h>

#define COUNT 256

struct request {
	u64 address;
	u32 length;
	u32 flags;
	struct request *next;
	u16 kind, tag;
	u32 retries;
	u64 deadline;
	u8 command[16];
	u64 result;
};

static struct request *requests;
static u64 state = 4;

int structs_start(void)
{
	requests = bench_alloc(COUNT * sizeof(*requests));
	return requests ? 0 : -1;
}

static void fill(struct request *r, struct request *next, u64 random)
{
	r->address = random << 12;
	r->length = random & 0xffff;
	r->flags = 1;
	r->next = next;
	r->kind = random >> 3;
	r->tag = random >> 7;
	r->retries = 3;
	r->deadline = random + 1000;
	__builtin_memset(r->command, 0, sizeof(r->command));
	r->command[0] = 0x28;
	r->command[4] = random;
	r->result = 0;
}

u64 structs_run(u64 turns)
{
	u64 sum = 0;

	while (turns--) {
		struct request *r = &requests[next_random(&state) % COUNT];

		sum = fold(sum, r->address + r->tag + r->command[4]);
		fill(r, &requests[turns % COUNT], state);
	}
	return sum;
}
