// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * Look-ups in the model. See model.h.
 */
#include "model.h"

#include <string.h>

#include "util.h"

const struct annotation_row annotation_rows[A_UNKNOWN + 1] = {
#define X(id, name, places, argument, main) {name, places, argument, main},
	ANNOTATIONS(X)
#undef X
		{NULL, 0, ARG_TEXT, false},
};

const struct annotation *find_annotation(const annotation_list *list, enum annotation_id id)
{
	const struct annotation *a;

	for (EACH(a, *list))
		if (a->id == id)
			return a;
	return NULL;
}

const struct annotation *main_annotation(const struct param *p)
{
	const struct annotation *a;

	for (EACH(a, p->annotations))
		if (annotation_rows[a->id].main)
			return a;
	return find_annotation(&p->annotations, A_LOCK);
}

struct object_type *find_type(const struct model *m, const char *name)
{
	struct object_type **t;

	for (EACH(t, m->types))
		if (same((*t)->name, name))
			return *t;
	return NULL;
}

struct callback *find_callback(const struct model *m, const char *key)
{
	struct callback **c;

	for (EACH(c, m->callbacks))
		if (same((*c)->key, key))
			return *c;
	return NULL;
}

const struct record *find_record(const struct model *m, const char *tag)
{
	struct record **r;

	for (EACH(r, m->records))
		if (same((*r)->tag, tag))
			return *r;
	return NULL;
}

const struct table *find_table(const struct model *m, const char *structure, const char *field)
{
	const struct table *t;

	for (EACH(t, m->tables))
		if (same(t->structure, structure) && same(t->field, field))
			return t;
	return NULL;
}

bool has_callbacks(const struct model *m, const char *tag)
{
	const struct record *r = find_record(m, tag);
	const struct record_field *f;
	struct callback **c;
	const struct table *t;

	for (EACH(c, m->callbacks))
		if (same((*c)->structure, tag))
			return true;
	for (EACH(t, m->tables))
		if (same(t->structure, tag))
			return true;
	if (r)
		for (EACH(f, r->fields))
			if (f->what == FIELD_RECORD && has_callbacks(m, f->record))
				return true;
	return false;
}

const char *param_type(const struct param *p, const struct annotation *a)
{
	return a->type ? a->type : p->type.record;
}

const char *declare(const struct ctype *t, const char *name)
{
	const char *s = t->spelling, *hole = strstr(s, "(*)"), *bracket;
	size_t n = strlen(s);

	if (hole)
		return format("%.*s%s%s", (int)(hole + 2 - s), s, name, hole + 2);
	bracket = strchr(s, '[');
	if (bracket) {
		while (bracket > s && bracket[-1] == ' ')
			bracket--;
		return format("%.*s %s%s", (int)(bracket - s), s, name, strchr(s, '['));
	}
	return format("%s%s%s", s, n && s[n - 1] == '*' ? "" : " ", name);
}

const struct header *check_owner(const struct model *m, const char *tag)
{
	struct module **module;
	struct header **header;
	struct callback **c;

	for (EACH(module, m->modules))
		for (EACH(header, (*module)->headers))
			for (EACH(c, (*header)->callbacks))
				if (same((*c)->structure, tag))
					return *header;
	return NULL;
}

const struct param *find_param(const struct function *f, const char *name)
{
	const struct param *p;

	for (EACH(p, f->params))
		if (same(p->name, name))
			return p;
	return NULL;
}

bool mentions(const char *expr, const char *name)
{
	const char *word;

	while ((word = next_identifier(&expr)))
		if (same(word, name))
			return true;
	return false;
}

const char *acquired_object(const struct function *f)
{
	const struct annotation *a = find_annotation(&f->annotations, A_ACQUIRES);

	if (!a)
		return NULL;
	return a->expr ? a->expr : "ret";
}

static bool is_literal(const struct function *f, const char *expr)
{
	const struct param *p;

	for (EACH(p, f->params))
		if (mentions(expr, p->name))
			return false;
	return !mentions(expr, "ret");
}

struct release_call release_call(const struct function *f)
{
	const struct annotation *a = find_annotation(&f->annotations, A_RELEASED_BY);
	const char *object = acquired_object(f), *open = a ? strchr(a->expr, '(') : NULL;
	struct release_call call = {0};
	string_list texts = {0};

	if (!a || !object)
		return call;
	call.function = a->expr;
	if (!open) {
		PUSH(texts, object);
	} else {
		const char *close = strrchr(open, ')');

		call.function = arena_copy(a->expr, open - a->expr);
		texts = split(arena_copy(open + 1, close ? close - open - 1 : 0));
	}
	for (unsigned i = 0; i < texts.n; i++) {
		struct release_argument argument = {texts.v[i],
						    i < a->types.n ? a->types.v[i] : NULL, 0};

		if (same(argument.text, object))
			argument.slot = RELEASE_OBJECT;
		else
			argument.slot =
				is_literal(f, argument.text) ? RELEASE_LITERAL : call.saved++;
		PUSH(call.arguments, argument);
	}
	return call;
}

const struct callback *param_callback(const struct model *m, const struct param *p)
{
	const struct annotation *a = find_annotation(&p->annotations, A_CALLBACK);

	if (a)
		return find_callback(m, a->text);
	if (p->type.shape == SHAPE_FUNCTION && !main_annotation(p))
		return find_callback(m, p->type.typedef_name);
	return NULL;
}

bool needs_annotation(const struct model *m, const struct function *f, const struct param *p)
{
	const struct annotation *release = find_annotation(&f->annotations, A_RELEASES);

	if (main_annotation(p) || (release && release->expr && mentions(release->expr, p->name)))
		return false;
	if (p->type.shape == SHAPE_FUNCTION)
		return !param_callback(m, p);
	return p->type.shape == SHAPE_POINTER && !p->type.pointee_const;
}

bool is_address_only(const struct model *m, const struct function *f)
{
	const struct param *p;

	if (!find_annotation(&f->annotations, A_ADDRESSABLE))
		return false;
	for (EACH(p, f->params))
		if (needs_annotation(m, f, p))
			return true;
	return false;
}

bool fits_slot(const struct function *f, const char *key)
{
	const struct annotation *a = find_annotation(&f->annotations, A_ADDRESSABLE);
	string_list slots = split(a ? a->text : "");
	const char **slot;

	for (EACH(slot, slots))
		if (same(*slot, key))
			return true;
	return false;
}

bool is_inferred(const struct function *f)
{
	const struct param *p;

	for (EACH(p, f->params))
		if (p->annotations.n)
			return false;
	return f->annotations.n == 0;
}
