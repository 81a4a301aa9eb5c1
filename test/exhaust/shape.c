// SPDX-License-Identifier: GPL-2.0-only
/*
 * The families, and their enumeration.
 */
#include "shape.h"

#include <stdio.h>
#include <string.h>

#define OPS(list) .ops = list, .nr_ops = sizeof(list) / sizeof((list)[0])

/* One object: what dominates, folds and shares, and what ends it. */
static const struct op object_ops[] = {
	{ STORE, PARAM, 0, 8 }, { .kind = MAY }, { STORE, PARAM, 8, 4 }, { .kind = KEEP }, { STORE, PARAM, 20, 2 },
};
static const struct op object_few_ops[] = { { STORE, PARAM, 0, 8 }, { .kind = MAY }, { STORE, PARAM, 8, 8 } };
static const struct op object_least_ops[] = { { STORE, PARAM, 0, 8 }, { .kind = MAY } };
/* Calls of own functions. */
static const struct op callee_ops[] = { { STORE, PARAM, 0, 8 }, { .kind = LOUD }, { .kind = QUIET }, { .kind = MAY } };
/* Stores of own functions, each of which is called once or more. */
static const struct op helper_ops[] = {
	{ STORE, PARAM, 0, 8 }, { STORE, PARAM, 0, 8, .helped = true }, { STORE, PARAM, 4, 8, .helped = true },
	{ .kind = MAY },
};
/* Loops that count, of which each store is a neighbour of the one before. */
static const struct op count_ops[] = {
	{ STORE, PARAM, 0, 1, .times = 12 }, { .kind = MAY }, { STORE, PARAM, 6, 2, .times = 9 }, { STORE, PARAM, 8, 8 },
};
/* A pointer that is another one each time. */
static const struct op other_ops[] = {
	{ STORE, OTHER, 0, 8 }, { .kind = DEFINE }, { STORE, OTHER, 8, 8 }, { .kind = MAY },
};
/* A local that others know of from a point on. */
static const struct op local_ops[] = {
	{ STORE, LOCAL, 0, 8 }, { .kind = EXPOSE }, { STORE, LOCAL, 12, 4 }, { .kind = MAY },
};
/* And what lies behind it. */
static const struct op local_end_ops[] = {
	{ STORE, LOCAL, 0, 8 }, { .kind = EXPOSE }, { STORE, LOCAL, LOCAL_SIZE, 8 }, { .kind = MAY },
};
/* One whose life ends before the function does. */
static const struct op dynamic_ops[] = {
	{ STORE, DYNAMIC, 0, 8 }, { .kind = SCOPE }, { .kind = LEAVE }, { STORE, DYNAMIC, 8, 8 }, { .kind = MAY },
};

/* Places and sizes: which bytes a guard answers for. */
#define AT(offset) \
	{ STORE, PARAM, offset, 1 }, { STORE, PARAM, offset, 2 }, { STORE, PARAM, offset, 4 }, \
	{ STORE, PARAM, offset, 8 }
static const struct op extent_ops[] = {
	AT(0), AT(1), AT(3), AT(4), AT(6), AT(8), AT(12), AT(15), AT(16), AT(24), AT(56), AT(60), AT(64),
	{ STORE, PARAM, 0, 3 }, { STORE, PARAM, 0, 24 }, { STORE, PARAM, 5, 17 }, { STORE, PARAM, 8, 32 },
	{ STORE, PARAM, 8, 40 }, { .kind = MAY },
};

/* Some are there once more, with more blocks and fewer operations: what is enumerated stays small. */
static const struct family families[] = {
	{ .name = "object", OPS(object_ops), .max_ops = { 0, 5, 4 }, .slots = 3 },
	{ .name = "object-3", OPS(object_few_ops), .max_ops = { 0, 0, 0, 3 }, .slots = 2 },
	{ .name = "object-4", OPS(object_least_ops), .max_ops = { 0, 0, 0, 0, 2 }, .slots = 1 },
	{ .name = "claimed", OPS(object_ops), .max_ops = { 0, 4, 3 }, .claims = true, .slots = 3 },
	{ .name = "claimed-3", OPS(object_few_ops), .max_ops = { 0, 0, 0, 3 }, .claims = true, .slots = 2 },
	{ .name = "callee", OPS(callee_ops), .max_ops = { 0, 4, 4 }, .slots = 1 },
	{ .name = "helper", OPS(helper_ops), .max_ops = { 0, 5, 4, 2 }, .slots = 2 },
	{ .name = "count", OPS(count_ops), .max_ops = { 0, 4, 3, 2 }, .slots = 4 },
	{ .name = "other", OPS(other_ops), .max_ops = { 0, 4, 4, 3 }, .claims = true, .slots = 2 },
	{ .name = "local", OPS(local_ops), .max_ops = { 0, 4, 3, 3 }, .slots = 2 },
	{ .name = "local-end", OPS(local_end_ops), .max_ops = { 0, 4 }, .slots = 1 },
	{ .name = "dynamic", OPS(dynamic_ops), .max_ops = { 0, 5, 4, 3 }, .claims = true, .slots = 2 },
	{ .name = "extents", OPS(extent_ops), .max_ops = { 0, 2 }, .slots = 10 },
	{ .name = "claimed-extents", OPS(extent_ops), .max_ops = { 0, 2 }, .claims = true, .slots = 10 },
};

void print_families(void)
{
	for (size_t n = 0; n < sizeof(families) / sizeof(families[0]); n++)
		printf("%s\n", families[n].name);
}

const struct family *find_family(const char *name)
{
	for (size_t n = 0; n < sizeof(families) / sizeof(families[0]); n++)
		if (!strcmp(families[n].name, name))
			return &families[n];
	return NULL;
}

/* === Which shapes are well formed, and worth it === */

/* Blocks that can be come to without passing AVOID (-1: all). */
static unsigned int reachable(const struct shape *s, int avoid)
{
	unsigned int seen = avoid == 0 ? 0 : 1, before = 0;

	while (seen != before) {
		before = seen;
		for (int b = 0; b < s->nr_blocks; b++)
			for (int n = 0; n < 2; n++)
				if (seen >> b & 1 && s->blocks[b].next[n] >= 0 && s->blocks[b].next[n] != avoid)
					seen |= 1u << s->blocks[b].next[n];
	}
	return seen;
}

/* Are blocks numbered in the order in which they are come to? Of graphs that differ in numbers alone one will do. */
static bool is_numbered(const struct shape *s)
{
	int known = 1;

	for (int b = 0; b < known; b++)
		for (int n = 0; n < 2; n++)
			if (s->blocks[b].next[n] == known)
				known++;
			else if (s->blocks[b].next[n] > known)
				return false;
	return known == s->nr_blocks;
}

/* Does each turn of each loop make a choice? It would not end otherwise. */
static bool ends(const struct shape *s)
{
	for (int b = 0; b < s->nr_blocks; b++) {
		int at = b;

		for (int n = 0; n <= s->nr_blocks; n++) {
			if (s->blocks[at].next[0] < 0 || s->blocks[at].next[1] >= 0)
				break;
			if (n == s->nr_blocks)
				return false;
			at = s->blocks[at].next[0];
		}
	}
	return true;
}

static bool has_loop(const struct shape *s)
{
	for (int b = 1; b < s->nr_blocks; b++)
		for (int n = 0; n < 2; n++)
			if (s->blocks[b].next[n] >= 0 && s->blocks[b].next[n] <= b)
				return true;
	return false;
}

/* Where the operation of KIND is: number of the block * MAX_OPS + place in it; -1: not there, -2: more than one. */
static int find_op(const struct family *f, const struct shape *s, enum kind kind)
{
	int at = -1;

	for (int b = 0; b < s->nr_blocks; b++)
		for (int n = 0; n < s->blocks[b].nr_ops; n++)
			if (f->ops[s->blocks[b].ops[n]].kind == kind)
				at = at == -1 ? b * MAX_OPS + n : -2;
	return at;
}

static bool needs(const struct op *op, enum kind kind)
{
	return kind == DEFINE ? op->kind == STORE && op->object == OTHER :
				op->kind == LEAVE || (op->kind == STORE && op->object == DYNAMIC);
}

/* Is what DEFINE or SCOPE makes there, once, on all ways to where it is needed? */
static bool is_defined(const struct family *f, const struct shape *s, enum kind kind)
{
	int at = find_op(f, s, kind);

	for (int b = 0; b < s->nr_blocks; b++)
		for (int n = 0; n < s->blocks[b].nr_ops; n++) {
			if (!needs(&f->ops[s->blocks[b].ops[n]], kind))
				continue;
			if (at < 0)
				return false;
			if (b == at / MAX_OPS ? n < at % MAX_OPS : reachable(s, at / MAX_OPS) >> b & 1)
				return false;
		}
	return at != -2;
}

static bool is_wanted(const struct family *f, const struct shape *s)
{
	int stores = 0;

	for (int b = 0; b < s->nr_blocks; b++)
		for (int n = 0; n < s->blocks[b].nr_ops; n++)
			stores += f->ops[s->blocks[b].ops[n]].kind == STORE ? 1 + !!f->ops[s->blocks[b].ops[n]].times : 0;
	/* A lone store can be dominated by itself only. */
	return stores + has_loop(s) >= 2 && is_defined(f, s, DEFINE) && is_defined(f, s, SCOPE);
}

/* === All of them === */

struct walk {
	const struct family *f;
	struct shape s;
	int left;
	void (*seen)(const struct family *f, const struct shape *s);
};

/* All ways to go on at operation N of block B. */
static void fill(struct walk *w, int b)
{
	struct block *block = &w->s.blocks[b];

	if (b == w->s.nr_blocks) {
		if (is_wanted(w->f, &w->s))
			w->seen(w->f, &w->s);
		return;
	}
	fill(w, b + 1);
	if (!w->left)
		return;
	w->left--;
	block->nr_ops++;
	for (int op = 0; op < w->f->nr_ops; op++) {
		block->ops[block->nr_ops - 1] = op;
		fill(w, b);
	}
	block->nr_ops--;
	w->left++;
}

/* All ways to leave block B. The first cannot be come back to. */
static void link_blocks(struct walk *w, int b)
{
	struct block *block = &w->s.blocks[b];

	if (b == w->s.nr_blocks) {
		if (is_numbered(&w->s) && ends(&w->s))
			fill(w, 0);
		return;
	}
	for (block->next[0] = -1; block->next[0] < w->s.nr_blocks; block->next[0]++) {
		block->next[1] = -1;
		if (block->next[0] == 0)
			continue;
		link_blocks(w, b + 1);
		for (block->next[1] = block->next[0] + 1; block->next[0] > 0 && block->next[1] < w->s.nr_blocks;
		     block->next[1]++)
			link_blocks(w, b + 1);
	}
}

void each_shape(const struct family *f, int extra, void (*seen)(const struct family *f, const struct shape *s))
{
	for (int blocks = 1; blocks <= MAX_BLOCKS; blocks++) {
		struct walk w = { .f = f, .s = { .nr_blocks = blocks }, .left = f->max_ops[blocks], .seen = seen };

		if (!w.left)
			continue;
		/* Two at least: there is nothing to see in one. */
		w.left += extra;
		w.left = w.left < 2 ? 2 : w.left > MAX_OPS ? MAX_OPS : w.left;
		link_blocks(&w, 0);
	}
}

void print_shape(const struct family *f, const struct shape *s)
{
	static const char *const kinds[] = { "store", "may", "keep", "loud", "quiet", "define", "expose", "scope", "leave" };
	static const char objects[] = "pqld";

	for (int b = 0; b < s->nr_blocks; b++) {
		printf("  block %d:", b);
		for (int n = 0; n < s->blocks[b].nr_ops; n++) {
			const struct op *op = &f->ops[s->blocks[b].ops[n]];

			printf(" %s", kinds[op->kind]);
			if (op->kind == STORE)
				printf("(%c+%d,%d%s; %d)", objects[op->object], op->offset, op->size, op->helped ? ", helped" : "",
				       op->times);
		}
		printf(" -> %d %d\n", s->blocks[b].next[0], s->blocks[b].next[1]);
	}
}
