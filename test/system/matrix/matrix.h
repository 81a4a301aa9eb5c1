/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of matrix.sh that runs in the guest. A cell is one misbehaviour in one
 * context. One process does them all: they are many, and most take milliseconds.
 */
#ifndef MATRIX_H
#define MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define DRIVER "sfi_misbehave"

/* One row of `expect`: what it says there. */
struct row {
	char *name, *contexts, *report, *blamed, *returned;
};

/* It is not found, which is documented: README.md. */
static inline bool is_limit(const struct row *row)
{
	return !strncmp(row->report, "limit:", 6);
}

/*
 * Contexts: contexts.c
 */
struct context {
	const char *name;
	bool sleeps; /* one of those that "task" stands for */
	/* Patterns of what the report says: kind of the entry, context. */
	const char *entry, *level;
	bool rare;      /* none of those that "all" stands for */
	bool forgiving; /* whoever called the driver is not told that it has failed */
};
extern const struct context contexts[];
/* Return: the next context of list @contexts ("all", "task", names) from *@i on; NULL: no more. */
const struct context *next_context(const char *contexts, size_t *i);
/* Whether all words of @list are such. */
bool known_contexts(const char *list);

/*
 * Of the cell in progress: judge.c
 */
/* Adds to what is wrong with it. */
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
void same(const char *what, int is, int should_be);
/* What is in the log is no cell's. */
void skip_log(void);
/* Begins a cell. */
void judge_nothing(void);
/* Looks at the log since the last cell. @reports: how many violations there should be. */
void judge_log(const struct row *row, const struct context *where, int reports);
/* Looks at what sfi_victim says. */
void judge_kernel(void);
/* Prints the verdict on the cell of @row in @context. Return: whether it has passed. */
bool conclude(const struct row *row, const char *context);
/* Reads a line without its end; "" if it cannot be. */
void read_line(const char *path, char *line, size_t size);

#endif
