// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * Structures of the kernel: fields by name, and the records of those fields
 * that matter where callbacks are checked. See cursor.h.
 */
#include "cursor.h"

#include <string.h>

/* A member without a name: libclang spells its type there. */
static bool is_unnamed(CXCursor field)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(field));

	return !*spelling_of(field) ||
	       clang_Cursor_isAnonymousRecordDecl(clang_getTypeDeclaration(type));
}

struct field_search {
	const char *name;
	CXCursor found;
};

static enum CXVisitorResult match_field(CXCursor c, CXClientData data)
{
	struct field_search *search = data;

	if (is_unnamed(c))
		clang_Type_visitFields(clang_getCanonicalType(clang_getCursorType(c)), match_field,
				       data);
	else if (same(spelling_of(c), search->name))
		search->found = c;
	return clang_Cursor_isNull(search->found) ? CXVisit_Continue : CXVisit_Break;
}

/* Field NAME of a structure, also within its anonymous members; a null cursor if it has none. */
static CXCursor find_field(CXType record, const char *name)
{
	struct field_search search = {name, clang_getNullCursor()};

	clang_Type_visitFields(clang_getCanonicalType(record), match_field, &search);
	return search.found;
}

/* Field PATH ("a.b[2].c") of structure TAG; a null cursor if there is none. */
CXCursor resolve_path(const struct parser *p, const char *tag, const char *path)
{
	const struct name *entry = names_find(&p->names, format("struct %s", tag));
	CXCursor field = clang_getNullCursor();
	CXType type;

	if (!entry)
		return field;
	type = clang_getCursorType(entry->cursor);
	while (*path) {
		size_t n = strcspn(path, ".[");

		field = find_field(type, arena_copy(path, n));
		if (clang_Cursor_isNull(field))
			return field;
		type = clang_getCanonicalType(clang_getCursorType(field));
		for (path += n; *path == '['; path += strcspn(path, ".["))
			type = clang_getCanonicalType(clang_getArrayElementType(type));
		path += *path == '.';
	}
	return field;
}

struct record_builder {
	struct parser *parser;
	struct record *record;
	const char *prefix; /* of paths within named members of unnamed type */
	bool in_union;
};

struct record *add_record(struct parser *p, const char *tag);
static enum CXVisitorResult add_record_field(CXCursor c, CXClientData data);

/* Does a structure type have a function pointer of its own? Then a constant pointer to it is a
 * callback table. */
static enum CXVisitorResult is_callback_field(CXCursor c, CXClientData data)
{
	CXType type = clang_getCanonicalType(clang_getCursorType(c));

	if (type.kind == CXType_Pointer &&
	    is_function(clang_getCanonicalType(clang_getPointeeType(type)))) {
		*(bool *)data = true;
		return CXVisit_Break;
	}
	return CXVisit_Continue;
}

static bool is_callback_table(CXType pointee)
{
	bool found = false;

	if (record_tag(pointee) && clang_isConstQualifiedType(pointee))
		clang_Type_visitFields(pointee, is_callback_field, &found);
	return found;
}

/* A member of structure type: its own record if it has a tag, otherwise its fields are taken as
 * ours. */
static void add_member_record(struct record_builder *b, CXType type, const char *path,
			      unsigned long array)
{
	struct record_builder inner = *b;
	const char *tag = record_tag(type);
	struct record_field field = {.path = path,
				     .what = FIELD_RECORD,
				     .record = tag,
				     .array = array,
				     .in_union = b->in_union};

	if (tag && *path) {
		if (add_record(b->parser, tag)->fields.n)
			PUSH(b->record->fields, field);
		return;
	}
	if (array)
		return;
	inner.prefix = *path ? format("%s.", path) : b->prefix;
	inner.in_union |= clang_getCursorKind(clang_getTypeDeclaration(type)) == CXCursor_UnionDecl;
	clang_Type_visitFields(type, add_record_field, &inner);
}

static enum CXVisitorResult add_record_field(CXCursor c, CXClientData data)
{
	struct record_builder *b = data;
	CXType type = clang_getCanonicalType(clang_getCursorType(c)), pointee;
	struct record_field field = {
		.path = is_unnamed(c) ? "" : format("%s%s", b->prefix, spelling_of(c)),
		.in_union = b->in_union};

	if (type.kind == CXType_ConstantArray) {
		field.array = clang_getArraySize(type);
		type = clang_getCanonicalType(clang_getArrayElementType(type));
	}
	if (type.kind == CXType_Record) {
		add_member_record(b, type, field.path, field.array);
	} else if (type.kind == CXType_Pointer) {
		pointee = clang_getCanonicalType(clang_getPointeeType(type));
		field.what = is_function(pointee) ? FIELD_CALLBACK : FIELD_TABLE;
		field.record = record_tag(pointee);
		if (is_function(pointee) || is_callback_table(pointee))
			PUSH(b->record->fields, field);
	}
	return CXVisit_Continue;
}

/* The record of structure TAG and of all that it embeds, if the unit defines it. */
struct record *add_record(struct parser *p, const char *tag)
{
	const struct name *entry = names_find(&p->names, format("struct %s", tag));
	struct record *record = (struct record *)find_record(p->model, tag);
	struct record_builder builder = {.parser = p, .prefix = ""};

	if (record)
		return record;
	record = arena_alloc(sizeof(*record));
	record->tag = tag;
	/* Of a structure that is only declared nothing is known here; a later unit may define it.
	 */
	if (!entry || clang_Type_getSizeOf(clang_getCursorType(entry->cursor)) < 0)
		return record;
	PUSH(p->model->records, record);
	builder.record = record;
	clang_Type_visitFields(clang_getCursorType(entry->cursor), add_record_field, &builder);
	return record;
}
