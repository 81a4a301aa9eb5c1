/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small functions, enumerated: all control-flow graphs of a few blocks, with all
 * sequences of a family's operations in them, up to a bound.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_BLOCKS 4
#define MAX_OPS 6 /* in all blocks together */
#define LOCAL_SIZE 16

enum kind {
	STORE,	/* size bytes at offset of the object */
	MAY,	/* a call that may take rights away */
	KEEP,	/* one that does not, says the policy */
	LOUD,	/* of an own function that makes the former */
	QUIET,	/* and of one that makes the latter */
	DEFINE, /* OTHER becomes the object that is its turn */
	EXPOSE, /* a call that is given LOCAL, and may take rights away */
	SCOPE,	/* DYNAMIC is made */
	LEAVE,	/* and is gone */
};

/* Whose bytes a store writes. */
enum object {
	PARAM, /* what the function's parameter points to */
	OTHER,
	LOCAL,
	DYNAMIC,
};

struct op {
	enum kind kind;
	enum object object;
	int offset, size;
	bool helped; /* a store to PARAM of 8 bytes at most: an own function makes it, which is called here alone */
	int times;   /* so often, one behind the other, in a loop that counts; 0: once */
};

struct block {
	int nr_ops, ops[MAX_OPS]; /* indices into the family's */
	int next[2];		  /* -1: none. Neither: it returns. Both: a choice */
};

struct shape {
	int nr_blocks;
	struct block blocks[MAX_BLOCKS];
};

struct family {
	const char *name;
	const struct op *ops;
	int nr_ops;
	int max_ops[MAX_BLOCKS + 1]; /* by number of blocks; 0: no such shapes */
	bool claims;		     /* stores claim to be aligned to their size */
	int slots;		     /* that stores to an object can touch */
};

const struct family *find_family(const char *name);
void print_families(void);

/* Calls SEEN for every shape of F; EXTRA more operations than usual. */
void each_shape(const struct family *f, int extra, void (*seen)(const struct family *f, const struct shape *s));

void print_shape(const struct family *f, const struct shape *s);

#endif
