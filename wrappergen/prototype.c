// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * Prototypes out of kernel headers, as the lines to add to an annotated one.
 *
 * Most of what a kernel header includes is what every module includes: tens of
 * thousands of lines. These are parsed once, for all headers: libclang keeps them
 * as the precompiled beginning of one unit, of which only the rest is parsed again,
 * and looked at. Several headers at a time: they too share much of what they include.
 */
#include "cursor.h"

#include <stdlib.h>
#include <string.h>

#define NAME "suggestion.c"
#define COMMON "#include <linux/module.h>\n"
/* The beginning ends where something else than a directive does. */
#define END_OF_COMMON "struct sfi_suggestion;\n"

struct prototype_search {
	struct prototype *wanted;
	unsigned n;
};

/* The declaration at C as a line, with a placeholder for what only a reader of the function can
 * say. */
static const char *prototype_line(CXCursor c, const char *function)
{
	struct ctype result = make_type(clang_getResultType(clang_getCursorType(c)));
	int n = clang_Cursor_getNumArguments(c);
	struct text t;

	text_begin(&t);
	text_add(&t, "%s(", declare(&result, function));
	for (int i = 0; i < n; i++) {
		CXCursor arg = clang_Cursor_getArgument(c, i);
		struct ctype type = make_type(clang_getCursorType(arg));
		const char *name = spelling_of(arg);

		text_add(&t, "%s%s", i ? ", " : "",
			 declare(&type, *name ? name : format("p%d", i)));
		if (type.shape == SHAPE_POINTER && !type.pointee_const)
			text_add(&t, " SFI_...");
	}
	text_add(&t, "%s);",
		 clang_isFunctionTypeVariadic(clang_getCursorType(c)) ? ", ..."
		 : n						      ? ""
								      : "void");
	return text_end(&t);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct prototype *)a)->name, ((const struct prototype *)b)->name);
}

static enum CXChildVisitResult match_prototype(CXCursor c, CXCursor parent, CXClientData data)
{
	struct prototype_search *search = data;
	struct prototype key = {0}, *found;

	(void)parent;
	if (clang_getCursorKind(c) != CXCursor_FunctionDecl)
		return CXChildVisit_Continue;
	key.name = spelling_of(c);
	found = bsearch(&key, search->wanted, search->n, sizeof(key), by_name);
	if (found && !found->line)
		found->line = prototype_line(c, found->name);
	return CXChildVisit_Continue;
}

static void match_all(CXTranslationUnit unit, struct prototype *wanted, unsigned n)
{
	struct prototype_search search = {wanted, n};

	if (unit && n)
		clang_visitChildren(clang_getTranslationUnitCursor(unit), match_prototype, &search);
}

void parse_common_prototypes(struct prototype *wanted, unsigned n, const char *const *flags,
			     int nflags)
{
	struct CXUnsavedFile unsaved = {NAME, COMMON, strlen(COMMON)};
	CXIndex index = clang_createIndex(0, 0);
	CXTranslationUnit unit = parse_unit(index, NAME, flags, nflags, &unsaved, 0);

	match_all(unit, wanted, n);
	if (unit)
		clang_disposeTranslationUnit(unit);
	clang_disposeIndex(index);
}

/* The unit whose beginning is kept; NULL: none yet, or libclang has given it up. */
static struct {
	CXIndex index;
	CXTranslationUnit unit;
} kept;

void prototypes_end(void)
{
	if (kept.unit)
		clang_disposeTranslationUnit(kept.unit);
	if (kept.index)
		clang_disposeIndex(kept.index);
	kept.unit = NULL;
	kept.index = NULL;
}

static void keep(struct CXUnsavedFile *unsaved, const char *const *flags, int nflags)
{
	CXIndexOptions options = {
		.Size = sizeof(options),
		.ExcludeDeclarationsFromPCH = 1,
		.StorePreamblesInMemory = 1,
	};

	kept.index = clang_createIndexWithOptions(&options);
	if (kept.index)
		kept.unit = parse_unit(kept.index, NAME, flags, nflags, unsaved,
				       CXTranslationUnit_PrecompiledPreamble |
					       CXTranslationUnit_CreatePreambleOnFirstParse);
}

static bool has_errors(CXTranslationUnit unit)
{
	unsigned n = clang_getNumDiagnostics(unit), errors = 0;

	for (unsigned i = 0; i < n && !errors; i++) {
		CXDiagnostic d = clang_getDiagnostic(unit, i);

		errors += clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error;
		clang_disposeDiagnostic(d);
	}
	return errors;
}

bool parse_prototypes(const char *const *headers, unsigned nheaders, struct prototype *wanted,
		      unsigned n, const char *const *flags, int nflags)
{
	struct CXUnsavedFile unsaved = {.Filename = NAME};
	struct text t;

	text_begin(&t);
	text_add(&t, COMMON END_OF_COMMON);
	for (unsigned i = 0; i < nheaders; i++)
		text_add(&t, "#include <%s>\n", headers[i]);
	unsaved.Contents = text_end(&t);
	unsaved.Length = strlen(unsaved.Contents);
	if (!kept.unit)
		keep(&unsaved, flags, nflags);
	else if (clang_reparseTranslationUnit(kept.unit, 1, &unsaved,
					      clang_defaultReparseOptions(kept.unit)))
		prototypes_end();
	if (nheaders > 1 && (!kept.unit || has_errors(kept.unit)))
		return false;
	match_all(kept.unit, wanted, n);
	return true;
}
