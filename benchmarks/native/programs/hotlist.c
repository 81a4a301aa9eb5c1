// SPDX-License-Identifier: GPL-2.0-only
/*
 * hotlist: a linked list is searched for keys, as a kernel searches its list of
 * recently used pages. Reads alone, and a call now and then.
 *
 * The nodes are linked in an order of their own, so that the next one's address
 * is known only when this one was read. What the optimizer cannot leave out: the
 * sum of the values found is returned.
 */
#include <bench/random.h>

#define NODES 512

struct node {
	struct node *next;
	u64 key;
	u64 value;
	u64 unused;
};

static struct node *first;
static u64 state = 1;

int hotlist_start(void)
{
	struct node *nodes = bench_alloc(NODES * sizeof(*nodes));

	if (!nodes)
		return -1;
	for (u32 n = 0; n < NODES; n++) {
		struct node *node = &nodes[n * 197 % NODES];

		node->key = n;
		node->value = next_random(&state);
		node->next = first;
		first = node;
	}
	return 0;
}

static const struct node *find(u64 key)
{
	for (const struct node *node = first; node; node = node->next)
		if (node->key == key)
			return node;
	return NULL;
}

u64 hotlist_run(u64 turns)
{
	u64 random = turns, sum = 0;

	while (turns--) {
		/* One key in eight is in no node. */
		const struct node *node = find(next_random(&random) % (NODES + NODES / 8));

		sum = fold(sum, node ? node->value : 1);
	}
	return sum;
}
