// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * A function's prototype out of a kernel header, as the line to add to an
 * annotated header.
 */
#include "cursor.h"

#include <string.h>

struct prototype_search {
	const char *name;
	const char *line;
};

static enum CXChildVisitResult match_prototype(CXCursor c, CXCursor parent, CXClientData data)
{
	struct prototype_search *search = data;
	struct ctype result;
	struct text t;
	int n;

	(void)parent;
	if (clang_getCursorKind(c) != CXCursor_FunctionDecl || !same(spelling_of(c), search->name))
		return CXChildVisit_Continue;
	result = make_type(clang_getResultType(clang_getCursorType(c)));
	n = clang_Cursor_getNumArguments(c);
	text_begin(&t);
	text_add(&t, "%s(", declare(&result, search->name));
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
	search->line = text_end(&t);
	return CXChildVisit_Break;
}

const char *parse_prototype(const char *header, const char *name, const char *const *flags,
			    int nflags)
{
	char *source = format("#include <linux/module.h>\n#include <%s>\n", header);
	struct CXUnsavedFile unsaved = {"suggestion.c", source, strlen(source)};
	struct prototype_search search = {name, NULL};
	CXIndex index = clang_createIndex(0, 0);
	CXTranslationUnit unit = parse_unit(index, unsaved.Filename, flags, nflags, &unsaved);

	if (unit) {
		clang_visitChildren(clang_getTranslationUnitCursor(unit), match_prototype, &search);
		clang_disposeTranslationUnit(unit);
	}
	clang_disposeIndex(index);
	return search.line;
}
