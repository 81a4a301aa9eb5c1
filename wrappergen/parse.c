// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * Annotated headers into the model. With cursor.c, names.c, record.c and
 * prototype.c all that knows libclang.
 *
 * Every header is a translation unit of its own, parsed with the flags that
 * the kernel is built with. A diagnostic of severity error stops generation:
 * libclang would go on with `int` for every type it does not know.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

/* --- annotations --- */

static const char *macro_name(const char *attribute)
{
	char *s = format("SFI_%s", attribute);

	for (char *c = s; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c += 'A' - 'a';
	return s;
}

/* "sfi:name:text" taken apart. */
static struct annotation make_annotation(const char *attribute, struct loc loc)
{
	const char *name = attribute + strlen("sfi:"), *colon = strchr(name, ':');
	struct annotation a = {.loc = loc};
	string_list parts;

	if (!colon)
		colon = name + strlen(name);
	name = arena_copy(name, colon - name);
	a.text = *colon ? colon + 1 : colon;
	a.name = macro_name(name);
	while (a.id < A_UNKNOWN && !same(annotation_rows[a.id].name, name))
		a.id++;
	switch (annotation_rows[a.id].argument) {
	case ARG_TYPE:
		a.type = a.text;
		break;
	case ARG_EXPR:
	case ARG_RET_EXPR:
	case ARG_CALL:
		a.expr = a.text;
		break;
	case ARG_TYPE_EXPR:
		parts = split(a.text);
		a.type = parts.n ? parts.v[0] : "";
		a.expr = parts.n > 1 && *parts.v[1] ? parts.v[1] : NULL;
		break;
	default:
		break;
	}
	return a;
}

static bool same_place(struct loc a, struct loc b)
{
	return same(a.file, b.file) && a.line == b.line && a.col == b.col;
}

static enum CXChildVisitResult add_annotation(CXCursor c, CXCursor parent, CXClientData data)
{
	annotation_list *list = data;
	struct annotation *old, a;
	char *text;

	(void)parent;
	if (clang_getCursorKind(c) != CXCursor_AnnotateAttr)
		return CXChildVisit_Continue;
	text = spelling_of(c);
	if (strncmp(text, "sfi:", 4))
		return CXChildVisit_Continue;
	a = make_annotation(text, location_of(c));
	/* A redeclaration inherits the attributes of the one before: same place, same annotation.
	 */
	for (EACH(old, *list))
		if (same_place(old->loc, a.loc))
			return CXChildVisit_Continue;
	PUSH(*list, a);
	return CXChildVisit_Continue;
}

/* First identifier of EXPR that is no parameter, not `ret` where there is one, and not declared. */
static const char *unknown_identifier(const struct parser *p, const struct function *f,
				      const char *expr, bool ret)
{
	const struct param *param;
	char *word;

	while ((word = next_identifier(&expr))) {
		bool known = (ret && f->result.shape != SHAPE_VOID && same(word, "ret")) ||
			     !strncmp(word, "__builtin_", strlen("__builtin_")) ||
			     same(word, "d") || same(word, "true") || names_find(&p->names, word);

		if (same(word, "ret") && !ret)
			known = false;
		for (EACH(param, f->params))
			known |= same(param->name, word);
		if (!known)
			return word;
	}
	return NULL;
}

/* Types of the parameters of the function that a call is of. */
static string_list called_types(const struct parser *p, const char *call)
{
	const struct name *entry = names_find(&p->names, arena_copy(call, strcspn(call, "( ")));
	string_list types = {0};
	int n;

	if (!entry || clang_getCursorKind(entry->cursor) != CXCursor_FunctionDecl)
		return types;
	n = clang_Cursor_getNumArguments(entry->cursor);
	for (int i = 0; i < n; i++)
		PUSH(types, type_spelling(clang_getCursorType(
				    clang_Cursor_getArgument(entry->cursor, i))));
	return types;
}

static void resolve_expressions(const struct parser *p, const struct function *f,
				const annotation_list *list)
{
	struct annotation *a;

	for (EACH(a, *list)) {
		if (!a->expr)
			continue;
		a->unknown = unknown_identifier(p, f, a->expr,
						annotation_rows[a->id].argument != ARG_EXPR);
		if (annotation_rows[a->id].argument == ARG_CALL)
			a->types = called_types(p, a->expr);
	}
}

/* --- declarations --- */

static void add_params(struct parser *p, CXCursor c, struct function *f)
{
	int n = clang_Cursor_getNumArguments(c);

	for (int i = 0; i < n; i++) {
		CXCursor arg = clang_Cursor_getArgument(c, i);
		struct param param = {.name = spelling_of(arg),
				      .type = make_type(clang_getCursorType(arg)),
				      .loc = location_of(arg)};

		if (!*param.name)
			param.name = format("p%d", i);
		clang_visitChildren(arg, add_annotation, &param.annotations);
		if (param.type.record)
			add_record(p, param.type.record);
		PUSH(f->params, param);
	}
}

static void fill_function(struct parser *p, CXCursor c, struct function *f, const char *name)
{
	CXType type = clang_getCursorType(c);
	const struct name *entry = names_find(&p->names, name);
	struct param *param;

	f->name = name;
	f->result = make_type(clang_getResultType(type));
	f->variadic = clang_isFunctionTypeVariadic(type);
	f->noreturn = strstr(cx_string(clang_getTypeSpelling(type)), "noreturn");
	f->macro = entry && entry->function_macro;
	f->canonical = type_spelling(clang_getCanonicalType(type));
	f->loc = location_of(c);
	add_params(p, c, f);
	clang_visitChildren(c, add_annotation, &f->annotations);
	resolve_expressions(p, f, &f->annotations);
	for (EACH(param, f->params))
		resolve_expressions(p, f, &param->annotations);
}

/* The function of that name that the kernel's headers declare; a null cursor if none does. */
static CXCursor kernel_function(const struct parser *p, const char *name)
{
	const struct name *entry = names_find(&p->names, name);

	if (!entry || clang_getCursorKind(entry->cursor) != CXCursor_FunctionDecl ||
	    in_main_file(entry->cursor))
		return clang_getNullCursor();
	return entry->cursor;
}

/* --- bodies of interface inlines --- */

static void add_once(string_list *list, const char *name, bool *is_new)
{
	const char **old;

	*is_new = false;
	for (EACH(old, *list))
		if (same(*old, name))
			return;
	PUSH(*list, name);
	*is_new = true;
}

/* Every function and variable with linkage that is referred to, also by the static functions that
 * are called. */
static enum CXChildVisitResult add_reference(CXCursor c, CXCursor parent, CXClientData data)
{
	string_list *list = data;
	CXCursor target, body;
	const char *name;
	bool is_new;

	(void)parent;
	if (clang_getCursorKind(c) != CXCursor_DeclRefExpr)
		return CXChildVisit_Recurse;
	target = clang_getCursorReferenced(c);
	if (clang_getCursorKind(target) != CXCursor_FunctionDecl &&
	    (clang_getCursorKind(target) != CXCursor_VarDecl ||
	     clang_getCursorLinkage(target) != CXLinkage_External))
		return CXChildVisit_Recurse;
	name = spelling_of(target);
	if (!strncmp(name, "__builtin_", 10) || !strncmp(name, "__compiletime_assert_", 21))
		return CXChildVisit_Recurse;
	add_once(list, name, &is_new);
	body = clang_getCursorDefinition(target);
	if (is_new && clang_getCursorKind(target) == CXCursor_FunctionDecl &&
	    !clang_Cursor_isNull(body))
		clang_visitChildren(body, add_reference, list);
	return CXChildVisit_Recurse;
}

static void add_function(struct parser *p, CXCursor c, const char *name, bool interface)
{
	CXCursor kernel = kernel_function(p, name);
	struct function *f = arena_alloc(sizeof(*f)), **old;
	bool is_inline = !clang_Cursor_isNull(kernel) &&
			 clang_Cursor_getStorageClass(kernel) == CX_SC_Static;

	for (EACH(old, p->header->functions))
		if (same((*old)->name, name)) {
			clang_visitChildren(c, add_annotation, &(*old)->annotations);
			resolve_expressions(p, *old, &(*old)->annotations);
			return;
		}
	fill_function(p, c, f, name);
	f->interface = interface;
	f->noreturn |=
		!clang_Cursor_isNull(kernel) &&
		strstr(cx_string(clang_getTypeSpelling(clang_getCursorType(kernel))), "noreturn");
	if (clang_Cursor_isNull(kernel))
		f->mismatch = "no kernel header declares it";
	else if (is_inline && !interface)
		f->mismatch = format("it is a static inline: write SFI_INTERFACE(%s)", name);
	else if (interface && !is_inline)
		f->mismatch = "it is no static inline: SFI_INTERFACE is not for it";
	else if (interface)
		clang_visitChildren(clang_getCursorDefinition(kernel), add_reference, &f->inlined);
	if (!f->mismatch && !clang_equalTypes(clang_getCanonicalType(clang_getCursorType(c)),
					      clang_getCanonicalType(clang_getCursorType(kernel))))
		f->mismatch =
			format("the kernel's is '%s'", type_spelling(clang_getCursorType(kernel)));
	PUSH(p->header->functions, f);
}

/* Splits "structure__field" where such a structure has such a field. */
static CXCursor split_callback(const struct parser *p, struct callback *cb, const char *name)
{
	CXCursor field = clang_getNullCursor();

	for (const char *at = strstr(name, "__"); at; at = strstr(at + 1, "__")) {
		cb->structure = arena_copy(name, at - name);
		cb->field = at + 2;
		field = resolve_path(p, cb->structure, cb->field);
		if (!clang_Cursor_isNull(field))
			return field;
	}
	return field;
}

/* Sets fn.mismatch unless TYPE, a function or pointer to one, is the declaration's. */
static void match_callback(struct callback *cb, CXCursor decl, CXType type)
{
	CXType target = clang_getCanonicalType(type);

	if (target.kind == CXType_Pointer)
		target = clang_getCanonicalType(clang_getPointeeType(target));
	cb->typedef_is_function = is_function(clang_getCanonicalType(type));
	if (!is_function(target))
		cb->fn.mismatch = "it is no pointer to a function";
	else if (!clang_equalTypes(target, clang_getCanonicalType(clang_getCursorType(decl))))
		cb->fn.mismatch = format("the kernel's is '%s'", type_spelling(target));
}

static void add_field_callback(struct parser *p, CXCursor c, const char *name)
{
	struct callback *cb = arena_alloc(sizeof(*cb));
	CXCursor field = split_callback(p, cb, name);

	fill_function(p, c, &cb->fn, name);
	if (clang_Cursor_isNull(field)) {
		cb->structure = NULL;
		cb->key = name;
		cb->fn.mismatch = "no structure of the kernel has such a field";
	} else {
		cb->key = format("%s.%s", cb->structure, cb->field);
		match_callback(cb, c, clang_getCursorType(field));
		add_record(p, cb->structure);
	}
	PUSH(p->header->callbacks, cb);
	PUSH(p->model->callbacks, cb);
}

static void add_typedef_callback(struct parser *p, CXCursor c, const char *name)
{
	const struct name *entry = names_find(&p->names, name);
	struct callback *cb = arena_alloc(sizeof(*cb));

	fill_function(p, c, &cb->fn, name);
	cb->typedef_name = cb->key = name;
	cb->typedef_is_ours = entry && in_main_file(entry->cursor);
	if (entry && clang_getCursorKind(entry->cursor) == CXCursor_TypedefDecl)
		match_callback(cb, c, clang_getTypedefDeclUnderlyingType(entry->cursor));
	else
		cb->fn.mismatch = "the kernel has no such typedef";
	PUSH(p->header->callbacks, cb);
	PUSH(p->model->callbacks, cb);
}

static void add_object_type(struct parser *p, const char *name, const struct annotation *a,
			    bool abstract)
{
	struct object_type *type = arena_alloc(sizeof(*type)), *old = find_type(p->model, name);
	string_list parts = split(a->text);

	*type = (struct object_type){
		.name = name, .abstract = abstract, .module = p->module, .loc = a->loc};
	if (parts.n != 2 || (!same(parts.v[0], "hot") && !same(parts.v[0], "ordered")))
		error_at(p->model, a->loc,
			 "%s wants a name, `ordered` or `hot`, and a release function or `none`",
			 a->name);
	else
		type->release = same(parts.v[1], "none") ? NULL : parts.v[1];
	type->hot = parts.n && same(parts.v[0], "hot");
	if (!abstract && !names_find(&p->names, format("struct %s", name)))
		error_at(
			p->model, a->loc,
			"structure '%s' is not defined here: include its header, or use SFI_TYPE_ABSTRACT",
			name);
	if (type->release && strncmp(type->release, "sfi_", 4) &&
	    !names_find(&p->names, type->release))
		error_at(p->model, a->loc, "release function '%s' is not declared", type->release);
	if (old) {
		error_at(p->model, a->loc, "type '%s' is declared twice", name);
		note_at(old->loc, "the other declaration is here");
		return;
	}
	PUSH(p->header->types, type);
	PUSH(p->model->types, type);
}

/* First identifier in an expression over `obj` (and `size`, if SIZE) that nothing declares. */
static const char *unknown_in_conditions(const struct parser *p, const char *text, bool size)
{
	char *word;

	while ((word = next_identifier(&text)))
		if (!same(word, "obj") && !same(word, "true") && !same(word, "false") &&
		    !(size && same(word, "size")) && !names_find(&p->names, word))
			return word;
	return NULL;
}

static bool names_fields(const struct annotation *a)
{
	return a->id == A_FIELDS || a->id == A_FIELDS_UNTIL || a->id == A_PART;
}

static void add_row(struct parser *p, const char *structure, const struct annotation *a)
{
	struct decl_row *row = arena_alloc(sizeof(*row));
	string_list paths = split(a->text);
	CXCursor field;

	row->structure = structure;
	row->annotation = *a;
	if (a->id == A_EMBEDDED || a->id == A_MEMORY)
		row->unknown = unknown_in_conditions(p, a->text, a->id == A_MEMORY);
	for (unsigned i = a->id == A_FIELDS_UNTIL; i < paths.n && names_fields(a); i++) {
		field = resolve_path(p, structure, paths.v[i]);
		if (clang_Cursor_isNull(field)) {
			row->unknown = paths.v[i];
			break;
		}
		if (a->id == A_PART)
			row->part_type = record_tag(clang_getCursorType(field));
	}
	PUSH(p->model->rows, row);
}

/*
 * The record may have been made by a unit that only declares the table's structure, and could not
 * know the field for one.
 */
static void add_table_field(struct record *r, const struct table *t)
{
	struct record_field field = {.path = t->field, .what = FIELD_TABLE, .record = t->record};
	const struct record_field *f;

	for (EACH(f, r->fields))
		if (same(f->path, t->field))
			return;
	PUSH(r->fields, field);
}

static void add_table(struct parser *p, const char *structure, const struct annotation *a)
{
	CXCursor field = resolve_path(p, structure, a->text);
	struct table table = {.structure = structure, .field = a->text, .loc = a->loc};

	if (clang_Cursor_isNull(field)) {
		error_at(p->model, a->loc, "structure '%s' has no field '%s'", structure, a->text);
		return;
	}
	table.record = record_tag(
		clang_getPointeeType(clang_getCanonicalType(clang_getCursorType(field))));
	if (!table.record) {
		error_at(p->model, a->loc,
			 "field '%s' of structure '%s' is no pointer to a structure", a->text,
			 structure);
		return;
	}
	add_table_field(add_record(p, structure), &table);
	add_record(p, table.record);
	PUSH(p->model->tables, table);
}

/* A variable: one that carries an annotation about something else, or kernel data. */
static void add_variable(struct parser *p, CXCursor c)
{
	annotation_list list = {0};
	const struct annotation *a;
	const char *name = spelling_of(c), *about;
	struct data data = {name, location_of(c)};
	const char *structure = record_tag(clang_getCursorType(c));

	clang_visitChildren(c, add_annotation, &list);
	for (EACH(a, list)) {
		about = strstr(name, "__") ? strstr(name, "__") + 2 : name;
		/* Inherited from an earlier declaration of that name, which was seen. */
		if (!same_place(a->loc, data.loc))
			continue;
		if (a->id == A_DATA)
			PUSH(p->header->data, data);
		else if (a->id == A_TYPE)
			add_object_type(p, about, a, !structure);
		else if (a->id == A_TABLE)
			add_table(p, structure, a);
		else if (a->id == A_MEMORY)
			add_row(p, about, a);
		else if (a->id < A_UNKNOWN && structure)
			add_row(p, structure, a);
		else
			error_at(p->model, a->loc, "%s has no meaning here", a->name);
	}
}

static const char *after_prefix(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(name, prefix, n) ? NULL : arena_copy(name + n, strlen(name + n));
}

static enum CXChildVisitResult add_declaration(CXCursor c, CXCursor parent, CXClientData data)
{
	struct parser *p = data;
	enum CXCursorKind kind = clang_getCursorKind(c);
	const char *name, *rest;

	(void)parent;
	if (!in_main_file(c) || (kind != CXCursor_FunctionDecl && kind != CXCursor_VarDecl))
		return CXChildVisit_Continue;
	name = spelling_of(c);
	if (kind == CXCursor_VarDecl)
		add_variable(p, c);
	else if ((rest = after_prefix(name, "sfi_cbtype__")))
		add_typedef_callback(p, c, rest);
	else if ((rest = after_prefix(name, "sfi_cb__")))
		add_field_callback(p, c, rest);
	else if ((rest = after_prefix(name, "sfi_interface__")))
		add_function(p, c, rest, true);
	else
		add_function(p, c, name, false);
	return CXChildVisit_Continue;
}

/* --- headers --- */

static void add_include(struct header *h, const char *name)
{
	const char **old;

	for (EACH(old, h->includes))
		if (same(*old, name))
			return;
	PUSH(h->includes, name);
}

/* True if FILE lies in a folder of annotated headers: what it includes is included by the emitted
 * file. */
static bool is_annotated(const struct model *m, const char *file)
{
	struct module *const *module;

	for (EACH(module, m->modules))
		if (!strncmp(file, (*module)->dir, strlen((*module)->dir)))
			return true;
	return false;
}

static enum CXChildVisitResult add_inclusion(CXCursor c, CXCursor parent, CXClientData data)
{
	struct parser *p = data;
	CXFile file;
	const char *path, *name;

	(void)parent;
	if (clang_getCursorKind(c) != CXCursor_InclusionDirective ||
	    !is_annotated(p->model, location_of(c).file))
		return CXChildVisit_Continue;
	file = clang_getIncludedFile(c);
	path = file ? cx_string(clang_getFileName(file)) : "";
	name = spelling_of(c);
	if (!is_annotated(p->model, path) && !same(name, "sfi/annotate.h"))
		add_include(p->header, name);
	return CXChildVisit_Continue;
}

/* Prints what the compiler says; true if the unit can be trusted. */
static bool report_diagnostics(struct model *m, CXTranslationUnit unit)
{
	unsigned before = m->errors, n = clang_getNumDiagnostics(unit);

	for (unsigned i = 0; i < n; i++) {
		CXDiagnostic d = clang_getDiagnostic(unit, i);
		CXSourceLocation at = clang_getDiagnosticLocation(d);
		bool ignored =
			same(cx_string(clang_getDiagnosticOption(d, NULL)), "-Wignored-attributes");

		if (clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error ||
		    (ignored && clang_Location_isFromMainFile(at)))
			error_at(m, location(at), "%s", cx_string(clang_getDiagnosticSpelling(d)));
		clang_disposeDiagnostic(d);
	}
	return m->errors == before;
}

static void parse_header(struct model *m, struct module *module, struct header *header,
			 CXIndex index, const char *const *flags, int nflags)
{
	struct parser p = {.model = m, .module = module, .header = header};
	CXCursor top;

	p.unit = parse_unit(index, header->path, flags, nflags, NULL,
			    CXTranslationUnit_DetailedPreprocessingRecord);
	if (!p.unit) {
		error_at(m, (struct loc){header->path, 1, 1},
			 "cannot be parsed at all: check the compiler flags");
		return;
	}
	if (report_diagnostics(m, p.unit)) {
		names_collect(&p.names, p.unit);
		top = clang_getTranslationUnitCursor(p.unit);
		clang_visitChildren(top, add_inclusion, &p);
		clang_visitChildren(top, add_declaration, &p);
	}
	names_free(&p.names);
	clang_disposeTranslationUnit(p.unit);
}

static int is_header(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 2 && entry->d_name[0] != '.' && same(entry->d_name + n - 2, ".h");
}

int parse_module(struct model *m, struct module *module, const char *const *flags, int nflags)
{
	CXIndex index = clang_createIndex(0, 0);
	struct dirent **entries;
	int n = scandir(module->dir, &entries, is_header, alphasort);

	for (int i = 0; i < n; i++) {
		struct header *h = arena_alloc(sizeof(*h));
		const char *file = entries[i]->d_name;

		h->path = format("%s/%s", module->dir, file);
		h->name = arena_copy(file, strlen(file) - 2);
		PUSH(module->headers, h);
		parse_header(m, module, h, index, flags, nflags);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	clang_disposeIndex(index);
	return n;
}
