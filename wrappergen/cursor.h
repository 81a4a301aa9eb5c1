/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * libclang's cursors and types, for the parser's files only: nothing behind
 * the model sees them.
 */
#ifndef WRAPGEN_CURSOR_H
#define WRAPGEN_CURSOR_H

#include <clang-c/Index.h>

#include "names.h"
#include "util.h"

/* The header that is being parsed. */
struct parser {
	struct model *model;
	const struct module *module;
	struct header *header;
	CXTranslationUnit unit;
	struct names names;
};

/* cursor.c */
/* PATH, or the file it stands for in UNSAVED (may be NULL), with those of FLAGS that matter; NULL on failure.
 * OPTIONS: enum CXTranslationUnit_Flags. */
CXTranslationUnit parse_unit(CXIndex index, const char *path, const char *const *flags, int nflags,
			     struct CXUnsavedFile *unsaved, unsigned options);
/* Where it stands once macros are expanded: in the annotated header, not in annotate.h. */
struct loc location(CXSourceLocation at);
struct loc location_of(CXCursor c);
bool in_main_file(CXCursor c);
char *spelling_of(CXCursor c);
char *type_spelling(CXType type);
/* Tag of a structure type, or NULL. */
const char *record_tag(CXType type);
bool is_function(CXType type);
struct ctype make_type(CXType type);

/* record.c */
/* Field PATH ("a.b[2].c") of structure TAG; a null cursor if there is none. */
CXCursor resolve_path(const struct parser *p, const char *tag, const char *path);
/* The record of structure TAG and of all that it embeds, if the unit defines it. */
struct record *add_record(struct parser *p, const char *tag);

#endif
