/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Shared by the emitters of C: layout of what a person is going to read, and
 * the pieces of one wrapper file. None of them looks at anything but the model.
 */
#ifndef WRAPGEN_EMIT_H
#define WRAPGEN_EMIT_H

#include "util.h"

#define EMIT_COLUMNS 100

/* "LEAD(args...)TRAIL" at so many tabs, broken within EMIT_COLUMNS, aligned behind the parenthesis. */
void emit_call(struct text *t, unsigned tabs, const char *lead, string_list args, const char *trail);
/* The same; arguments as one text, split at its commas. */
void emit_calls(struct text *t, unsigned tabs, const char *lead, const char *trail, const char *fmt, ...) PRINTF(5, 6);
/* "T lead(first, parameters...)" of F; FIRST may be NULL. No newline of its own but those of breaking. */
void emit_prototype(struct text *t, const char *lead, const char *first, const struct function *f);
/* "a, b, c" */
const char *parameter_names(const struct function *f);
/* First line of every emitted file, and what it is. */
void emit_banner(struct text *t, bool makefile, const char *what);

/* emit_types.c: definitions of the header's object types. */
void emit_type_definitions(struct text *t, const struct header *h);
bool emit_module_files(const struct model *m, const struct module *module, const char *dir);
bool emit_types_header(const struct model *m, const char *out, unsigned long long policy_hash);

/* emit_callbacks.c: checks of structures with callbacks that the header's functions need; entry wrappers. */
void emit_callback_checks(struct text *t, const struct model *m, const struct header *h);
/* Prototypes of the exported ones, for types.h. */
void emit_check_prototypes(struct text *t, const struct model *m);
/* Name of the function that checks the callbacks in what P points to. */
const char *callback_check(const struct model *m, const struct param *p);
/* True if P's pointee is checked for callbacks. */
bool checks_callbacks(const struct model *m, const struct param *p);
/* The declared types are the kernel's, whatever compiler builds the file. */
void emit_callback_types(struct text *t, const struct header *h);
void emit_entry(struct text *t, const struct model *m, const struct callback *cb);

/* emit_locks.c */
/* What the kinds of locks are called, for the file's wrappers that take or drop one. */
void emit_lock_kinds(struct text *t, const struct header *h);
/* F has taken its lock P; the lock P is going to be dropped. */
void emit_lock_taken(struct text *t, unsigned tabs, const struct function *f,
		     const struct param *p);
void emit_lock_dropped(struct text *t, const struct param *p);
/* static void undo_F(void *obj): drops the lock that F took. */
void emit_unlock_helper(struct text *t, const struct function *f);

/* emit_imports.c */
/* F has a wrapper, or a passthrough, that is not written by hand. */
bool is_emitted(const struct function *f);
void emit_import(struct text *t, const struct model *m, const struct function *f);
/* Expression that holds where F succeeded, or NULL: it cannot fail. */
const char *success(const struct function *f);
/* Its opposite; only where F can fail. */
const char *failure_condition(const struct function *f);

#endif
