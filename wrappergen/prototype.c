// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * Prototypes out of a kernel header, as the lines to add to an annotated one.
 */
#include "cursor.h"

#include <string.h>

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

static enum CXChildVisitResult match_prototype(CXCursor c, CXCursor parent, CXClientData data)
{
	struct prototype_search *search = data;
	const char *name;

	(void)parent;
	if (clang_getCursorKind(c) != CXCursor_FunctionDecl)
		return CXChildVisit_Continue;
	name = spelling_of(c);
	for (unsigned i = 0; i < search->n; i++)
		if (!search->wanted[i].line && same(name, search->wanted[i].name))
			search->wanted[i].line = prototype_line(c, name);
	return CXChildVisit_Continue;
}

void parse_prototypes(const char *header, struct prototype *wanted, unsigned n,
		      const char *const *flags, int nflags)
{
	char *source = format("#include <linux/module.h>\n#include <%s>\n", header);
	struct CXUnsavedFile unsaved = {"suggestion.c", source, strlen(source)};
	struct prototype_search search = {wanted, n};
	CXIndex index = clang_createIndex(0, 0);
	CXTranslationUnit unit = parse_unit(index, unsaved.Filename, flags, nflags, &unsaved);

	if (unit) {
		clang_visitChildren(clang_getTranslationUnitCursor(unit), match_prototype, &search);
		clang_disposeTranslationUnit(unit);
	}
	clang_disposeIndex(index);
}
