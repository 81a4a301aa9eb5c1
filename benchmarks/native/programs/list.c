// SPDX-License-Identifier: GPL-2.0-only
/*
 * list: doubly linked lists, as the kernel has them: entries are taken out of one
 * and put into another. Four stores to three nodes, and little else.
 *
 * What the optimizer cannot leave out: which entry is moved depends on the lists; their
 * order is added up and returned.
 */
#include <bench/random.h>

#define ENTRIES 512

struct link {
	struct link *next, *prev;
};

struct entry {
	struct link link;
	u64 value;
};

static struct entry *lists; /* the heads */
static struct entry *entries;
static u64 state = 6;

static void insert(struct link *link, struct link *after)
{
	struct link *next = after->next;

	next->prev = link;
	link->next = next;
	link->prev = after;
	after->next = link;
}

static void take_out(struct link *link)
{
	link->next->prev = link->prev;
	link->prev->next = link->next;
}

int list_start(void)
{
	lists = bench_alloc(2 * sizeof(*lists));
	entries = bench_alloc(ENTRIES * sizeof(*entries));
	if (!lists || !entries)
		return -1;
	for (u32 n = 0; n < 2; n++)
		lists[n].link.next = lists[n].link.prev = &lists[n].link;
	for (u32 n = 0; n < ENTRIES; n++) {
		entries[n].value = n;
		insert(&entries[n].link, &lists[n & 1].link);
	}
	return 0;
}

u64 list_run(u64 turns)
{
	u64 sum = 0;

	while (turns--) {
		struct entry *e = &entries[next_random(&state) % ENTRIES];

		take_out(&e->link);
		insert(&e->link, &lists[state >> 40 & 1].link);
		sum = fold(sum, ((struct entry *)(state >> 41 & 1 ? e->link.next : e->link.prev))->value);
	}
	return sum;
}
