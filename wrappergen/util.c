// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * Arena, text, diagnostics, output files. See util.h.
 */
#include "util.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every block of the arena, newest first. */
struct block {
	struct block *next;
	max_align_t data[];
};
static struct block *blocks;

void *arena_alloc(size_t size)
{
	struct block *b = calloc(1, sizeof(*b) + size);

	if (!b) {
		fputs("sfi-wrapgen: out of memory\n", stderr);
		exit(1);
	}
	b->next = blocks;
	blocks = b;
	return b->data;
}

void *arena_grow(const void *old, size_t used, size_t size)
{
	void *new = arena_alloc(size);

	if (used)
		memcpy(new, old, used);
	return new;
}

void arena_free(void)
{
	while (blocks) {
		struct block *next = blocks->next;

		free(blocks);
		blocks = next;
	}
}

char *arena_copy(const char *s, size_t n)
{
	char *copy = arena_alloc(n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *format(const char *fmt, ...)
{
	va_list args;
	char *s;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	s = arena_alloc(n + 1);
	va_start(args, fmt);
	vsnprintf(s, n + 1, fmt, args);
	va_end(args);
	return s;
}

void text_begin(struct text *t)
{
	t->stream = open_memstream(&t->data, &t->size);
	if (!t->stream) {
		perror("sfi-wrapgen");
		exit(1);
	}
}

void text_add(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(t->stream, fmt, args);
	va_end(args);
}

char *text_end(struct text *t)
{
	char *s;

	fclose(t->stream);
	s = arena_copy(t->data, t->size);
	free(t->data);
	return s;
}

static void diagnose(struct loc at, const char *severity, const char *fmt, va_list args)
{
	if (at.file)
		fprintf(stderr, "%s:%u:%u: ", at.file, at.line, at.col);
	fprintf(stderr, "%s: ", severity);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void error_at(struct model *m, struct loc at, const char *fmt, ...)
{
	va_list args;

	m->errors++;
	va_start(args, fmt);
	diagnose(at, "error", fmt, args);
	va_end(args);
}

void note_at(struct loc at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	diagnose(at, "note", fmt, args);
	va_end(args);
}

static char *trimmed(const char *s, const char *end)
{
	while (s < end && isspace((unsigned char)*s))
		s++;
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	return arena_copy(s, end - s);
}

string_list split(const char *text)
{
	string_list list = {0};
	const char *start = text;
	int depth = 0;

	for (const char *s = text;; s++) {
		if (*s == '(' || *s == '[' || *s == '{')
			depth++;
		else if (*s == ')' || *s == ']' || *s == '}')
			depth--;
		else if (!*s || (*s == ',' && depth == 0)) {
			PUSH(list, trimmed(start, s));
			if (!*s)
				break;
			start = s + 1;
		}
	}
	if (list.n == 1 && !*list.v[0])
		list.n = 0;
	return list;
}

static bool is_keyword(const char *word)
{
	static const char *const keywords[] = {
		"sizeof",   "typeof", "__typeof__", "const",	   "volatile",
		"void",	    "char",   "short",	    "int",	   "long",
		"unsigned", "signed", "_Bool",	    "__alignof__", "__builtin_offsetof",
		"offsetof",
	};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (same(word, keywords[i]))
			return true;
	return false;
}

/* Past a literal at *s: a number, a string, a character. False if there is none. */
static bool skip_literal(const char **s)
{
	char quote = **s;

	if (isdigit((unsigned char)quote)) {
		while (isalnum((unsigned char)**s) || **s == '.')
			++*s;
		return true;
	}
	if (quote != '"' && quote != '\'')
		return false;
	for (++*s; **s && **s != quote; ++*s)
		if (**s == '\\' && (*s)[1])
			++*s;
	if (**s)
		++*s;
	return true;
}

char *next_identifier(const char **s)
{
	bool field = false; /* the next word is a structure's field or tag */

	while (**s) {
		const char *start = *s;
		char *word;

		if (skip_literal(s))
			continue;
		if (!isalpha((unsigned char)**s) && **s != '_') {
			if (**s == '.' || (**s == '-' && (*s)[1] == '>' && ++*s))
				field = true;
			else if (!isspace((unsigned char)**s))
				field = false;
			++*s;
			continue;
		}
		while (isalnum((unsigned char)**s) || **s == '_')
			++*s;
		word = arena_copy(start, *s - start);
		if (same(word, "struct") || same(word, "union") || same(word, "enum")) {
			field = true;
			continue;
		}
		if (!field && !is_keyword(word))
			return word;
		field = false;
	}
	return NULL;
}

bool make_dir(const char *path)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return true;
	fprintf(stderr, "sfi-wrapgen: %s: %s\n", path, strerror(errno));
	return false;
}

bool write_file(const char *dir, const char *name, const char *text)
{
	char *path = format("%s/%s", dir, name), *temporary = format("%s.tmp", path);
	FILE *f = fopen(temporary, "w");
	bool ok = f && fputs(text, f) >= 0;

	if (f && fclose(f))
		ok = false;
	if (ok && rename(temporary, path) == 0)
		return true;
	fprintf(stderr, "sfi-wrapgen: %s: %s\n", path, strerror(errno));
	unlink(temporary);
	return false;
}
