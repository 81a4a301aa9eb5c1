/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The names one translation unit declares: what an EXPR may refer to, and
 * where a declaration stands. Structures are filed as "struct TAG".
 */
#ifndef WRAPGEN_NAMES_H
#define WRAPGEN_NAMES_H

#include <clang-c/Index.h>
#include <stdbool.h>

struct name {
	const char *name;
	CXCursor cursor;     /* null for macros */
	bool function_macro;
};
struct names {
	struct name *slots;
	unsigned used, room; /* room: a power of two */
};

/* The entry of that name, made if it is new. */
struct name *names_add(struct names *names, const char *name);
/* Or NULL. */
struct name *names_find(const struct names *names, const char *name);
/* Every macro, declaration, enumerator and structure of the unit. */
void names_collect(struct names *names, CXTranslationUnit unit);
void names_free(struct names *names);

/* The string, copied; "" for none. Disposes of S. */
char *cx_string(CXString s);

#endif
