// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * A hash set of names, filled from a translation unit. See names.h.
 */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

static unsigned hash(const char *s)
{
	unsigned h = 2166136261u; /* FNV-1a */

	while (*s)
		h = (h ^ (unsigned char)*s++) * 16777619u;
	return h;
}

/* The slot of NAME, or the empty one where it belongs. */
static struct name *probe(struct name *slots, unsigned room, const char *name)
{
	unsigned i = hash(name) & (room - 1);

	while (slots[i].name && strcmp(slots[i].name, name))
		i = (i + 1) & (room - 1);
	return &slots[i];
}

static void make_room(struct names *names)
{
	unsigned room = names->room ? 2 * names->room : 1024;
	struct name *slots = calloc(room, sizeof(*slots));

	if (!slots) {
		fputs("sfi-wrapgen: out of memory\n", stderr);
		exit(1);
	}
	for (unsigned i = 0; i < names->room; i++)
		if (names->slots[i].name)
			*probe(slots, room, names->slots[i].name) = names->slots[i];
	free(names->slots);
	names->slots = slots;
	names->room = room;
}

struct name *names_add(struct names *names, const char *name)
{
	struct name *slot;

	if (2 * names->used >= names->room)
		make_room(names);
	slot = probe(names->slots, names->room, name);
	if (!slot->name) {
		slot->name = strdup(name);
		slot->cursor = clang_getNullCursor();
		names->used++;
	}
	return slot;
}

struct name *names_find(const struct names *names, const char *name)
{
	struct name *slot = names->room ? probe(names->slots, names->room, name) : NULL;

	return slot && slot->name ? slot : NULL;
}

void names_free(struct names *names)
{
	for (unsigned i = 0; i < names->room; i++)
		free((char *)names->slots[i].name);
	free(names->slots);
	*names = (struct names){0};
}

char *cx_string(CXString s)
{
	const char *c = clang_getCString(s);
	char *copy = arena_copy(c ? c : "", c ? strlen(c) : 0);

	clang_disposeString(s);
	return copy;
}

/* File one cursor under NAME; the first declaration, for a structure its definition, is kept. */
static void file(struct names *names, CXCursor c, enum CXCursorKind kind, const char *name)
{
	struct name *entry;
	char tagged[256];

	if (kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl) {
		snprintf(tagged, sizeof(tagged), "struct %s", name);
		if (!clang_isCursorDefinition(c))
			return;
		name = tagged;
	}
	entry = names_add(names, name);
	if (kind == CXCursor_MacroDefinition)
		entry->function_macro |= clang_Cursor_isMacroFunctionLike(c);
	else if (clang_Cursor_isNull(entry->cursor))
		entry->cursor = c;
}

static enum CXChildVisitResult collect(CXCursor c, CXCursor parent, CXClientData data)
{
	enum CXCursorKind kind = clang_getCursorKind(c);
	CXString spelling = clang_getCursorSpelling(c);
	const char *name = clang_getCString(spelling);

	(void)parent;
	if (name && *name && kind != CXCursor_FieldDecl && kind != CXCursor_MacroExpansion)
		file(data, c, kind, name);
	clang_disposeString(spelling);
	if (kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl || kind == CXCursor_EnumDecl)
		return CXChildVisit_Recurse;
	return CXChildVisit_Continue;
}

void names_collect(struct names *names, CXTranslationUnit unit)
{
	clang_visitChildren(clang_getTranslationUnitCursor(unit), collect, names);
}
