/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Small things the parts of sfi-wrapgen share: an arena, growing text,
 * diagnostics, files that appear whole or not at all.
 */
#ifndef WRAPGEN_UTIL_H
#define WRAPGEN_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "model.h"

#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Zeroed memory until arena_free(); exits when there is none. */
void *arena_alloc(size_t size);
void *arena_grow(const void *old, size_t used, size_t size);
void arena_free(void);
char *arena_copy(const char *s, size_t n);
char *format(const char *fmt, ...) PRINTF(1, 2);

static inline bool same(const char *a, const char *b)
{
	return a && b && __builtin_strcmp(a, b) == 0;
}

/* Text that grows; text_end() gives the string (in the arena). */
struct text {
	char *data;
	size_t size;
	FILE *stream;
};
void text_begin(struct text *t);
void text_add(struct text *t, const char *fmt, ...) PRINTF(2, 3);
char *text_end(struct text *t);

/* "file:line:col: error: ..." on stderr, counted in the model; note() belongs to the one before. */
void error_at(struct model *m, struct loc at, const char *fmt, ...) PRINTF(3, 4);
void note_at(struct loc at, const char *fmt, ...) PRINTF(2, 3);

/* Splits at commas outside parentheses, trims blanks; empty text gives an empty list. */
string_list split(const char *text);

/* Next identifier of an expression at or after *s that is no field (after . or ->), keyword or tag; NULL at the end. */
char *next_identifier(const char **s);

/* Writes DIR/NAME through a temporary file; false, with a message, if that fails. */
bool write_file(const char *dir, const char *name, const char *text);
bool make_dir(const char *path);

#endif
