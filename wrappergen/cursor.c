// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * Translation units, and what a cursor or type of libclang is in the model's
 * terms. See cursor.h.
 */
#include "cursor.h"

#include <string.h>

/* --- flags --- */

/* Flags that can change what a declaration means; all others are left out (many of GCC's clang
 * refuses). */
static bool wanted_flag(const char *flag)
{
	static const char *const prefixes[] = {
		"-D",
		"-U",
		"-I",
		"-i",
		"-nostdinc",
		"-std=",
		"-working-directory",
		"--target=",
		"-m64",
		"-m32",
		"-mcmodel=",
		"-O",
		"-fshort-wchar",
		"-funsigned-char",
		"-fms-extensions",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strncmp(flag, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static bool takes_argument(const char *flag)
{
	static const char *const flags[] = {
		"-I",	   "-D",	 "-U",	     "-include",	   "-isystem",
		"-iquote", "-idirafter", "-imacros", "-working-directory",
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (same(flag, flags[i]))
			return true;
	return false;
}

CXTranslationUnit parse_unit(CXIndex index, const char *path, const char *const *flags, int nflags,
			     struct CXUnsavedFile *unsaved, unsigned options)
{
	LIST(const char *) args = {0};
	CXTranslationUnit unit = NULL;

	PUSH(args, "-xc");
	PUSH(args, "-ferror-limit=0");
	PUSH(args, "-Wno-everything");
	PUSH(args, "-Wignored-attributes");
	for (int i = 0; i < nflags; i++) {
		if (!wanted_flag(flags[i]))
			continue;
		PUSH(args, flags[i]);
		if (takes_argument(flags[i]) && i + 1 < nflags)
			PUSH(args, flags[++i]);
	}
	clang_parseTranslationUnit2(index, path, args.v, args.n, unsaved, unsaved ? 1 : 0, options,
				    &unit);
	return unit;
}

/* --- small questions about cursors --- */

struct loc location(CXSourceLocation at)
{
	struct loc loc = {0};
	CXFile file;

	clang_getExpansionLocation(at, &file, &loc.line, &loc.col, NULL);
	loc.file = file ? cx_string(clang_getFileName(file)) : "<unknown>";
	return loc;
}

struct loc location_of(CXCursor c)
{
	return location(clang_getCursorLocation(c));
}

/* By expansion: a name that a macro pasted together has no spelling in any file. */
bool in_main_file(CXCursor c)
{
	CXTranslationUnit unit = clang_Cursor_getTranslationUnit(c);
	CXString name = clang_getTranslationUnitSpelling(unit);
	CXFile file, main = clang_getFile(unit, clang_getCString(name));

	clang_disposeString(name);
	clang_getExpansionLocation(clang_getCursorLocation(c), &file, NULL, NULL, NULL);
	return file && clang_File_isEqual(file, main);
}

char *spelling_of(CXCursor c)
{
	return cx_string(clang_getCursorSpelling(c));
}

/* A type's spelling without __attribute__((...)), which the emitted code has no use for. */
char *type_spelling(CXType type)
{
	char *s = cx_string(clang_getTypeSpelling(type)), *at, *end;

	while ((at = strstr(s, "__attribute__(("))) {
		for (end = strstr(at, "))") + 2; *end == ' '; end++)
			;
		memmove(at, end, strlen(end) + 1);
	}
	for (end = s + strlen(s); end > s && end[-1] == ' '; end--)
		end[-1] = '\0';
	return s;
}

/* Tag of a structure type, or NULL. */
const char *record_tag(CXType type)
{
	char *s = cx_string(
		clang_getTypeSpelling(clang_getUnqualifiedType(clang_getCanonicalType(type))));

	if (clang_getCanonicalType(type).kind != CXType_Record || strncmp(s, "struct ", 7) ||
	    strchr(s, '('))
		return NULL;
	return s + 7;
}

bool is_function(CXType type)
{
	return type.kind == CXType_FunctionProto || type.kind == CXType_FunctionNoProto;
}

/* Name of the typedef that names a function type or a pointer to one. */
static const char *typedef_of(CXType type)
{
	if (clang_getCursorKind(clang_getTypeDeclaration(type)) == CXCursor_TypedefDecl)
		return spelling_of(clang_getTypeDeclaration(type));
	type = clang_getPointeeType(type);
	if (clang_getCursorKind(clang_getTypeDeclaration(type)) == CXCursor_TypedefDecl)
		return spelling_of(clang_getTypeDeclaration(type));
	return NULL;
}

struct ctype make_type(CXType type)
{
	CXType canonical = clang_getCanonicalType(type), pointee = {0};
	struct ctype t = {.spelling = type_spelling(type), .canonical = type_spelling(canonical)};

	switch (canonical.kind) {
	case CXType_Void:
		t.shape = SHAPE_VOID;
		return t;
	case CXType_Pointer:
		pointee = clang_getCanonicalType(clang_getPointeeType(canonical));
		break;
	case CXType_ConstantArray:
	case CXType_IncompleteArray:
	case CXType_VariableArray:
		pointee = clang_getCanonicalType(clang_getArrayElementType(canonical));
		break;
	default:
		t.shape = SHAPE_SCALAR;
		t.is_int = canonical.kind == CXType_Int;
		t.record = record_tag(canonical);
		return t;
	}
	if (is_function(pointee)) {
		t.shape = SHAPE_FUNCTION;
		t.typedef_name = typedef_of(type);
		return t;
	}
	t.shape = SHAPE_POINTER;
	t.pointee_const = clang_isConstQualifiedType(pointee);
	t.pointee_void = pointee.kind == CXType_Void;
	t.pointee_sized = !t.pointee_void && clang_Type_getSizeOf(pointee) > 0;
	t.record = record_tag(pointee);
	return t;
}
