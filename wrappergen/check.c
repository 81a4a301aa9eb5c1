// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * What is wrong with a model: every rule of the annotation language that the C
 * compiler cannot check. Diagnostics look like a compiler's. Also settles what
 * the emitters need to know of the whole: type numbers, kinds, shared entries.
 */
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* Names of the emitted functions' own variables. */
static bool is_reserved(const char *name)
{
	static const char *const names[] = {"self", "d", "g", "e", "ret", "obj", "args"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (same(name, names[i]))
			return true;
	return false;
}

/* --- types --- */

static void unknown_type(struct model *m, struct loc at, const char *name)
{
	if (!name) {
		error_at(m, at, "a pointer to a structure is needed, or the type's name");
		return;
	}
	error_at(m, at, "'%s' is no object type", name);
	note_at(at, "add: SFI_TYPE(%s, ordered, none);", name);
}

static bool need_type(struct model *m, struct loc at, const char *name)
{
	if (find_type(m, name))
		return true;
	unknown_type(m, at, name);
	return false;
}

static void attach_part(struct model *m, struct object_type *type, const struct decl_row *row)
{
	const struct annotation *a = &row->annotation;
	struct part part = {a->text, row->part_type, a->loc};
	const struct object_type *inner = find_type(m, part.type);

	if (!inner)
		unknown_type(m, a->loc, part.type);
	else if (!inner->hot)
		error_at(
			m, a->loc,
			"'%s' is part of '%s' and must be declared hot: it has no release of its own",
			inner->name, type->name);
	else
		PUSH(type->parts, part);
}

static const char *unless_none(const char *word)
{
	return strcmp(word, "none") ? word : NULL;
}

static void attach_rights(struct model *m, struct object_type *type, const struct annotation *a,
			  const string_list *words)
{
	if (words->n != 3) {
		error_at(m, a->loc,
			 "%s wants a name, and a map, a grant function and a revoke function or `none`",
			 a->name);
		return;
	}
	type->map = unless_none(words->v[0]);
	type->grant = unless_none(words->v[1]);
	type->revoke = unless_none(words->v[2]);
}

/* SFI_FIELDS and its like, to the type they speak of. */
static void attach_row(struct model *m, const struct decl_row *row)
{
	const struct annotation *a = &row->annotation;
	struct object_type *type = find_type(m, row->structure);
	string_list words = split(a->text);
	struct type_field field = {.loc = a->loc};
	unsigned i = 0;

	if (row->unknown && (a->id == A_EMBEDDED || a->id == A_MEMORY)) {
		error_at(m, a->loc, "'%s' in %s is neither `%s` nor declared", row->unknown,
			 a->name, a->id == A_MEMORY ? "obj`, `size" : "obj");
		return;
	}
	if (row->unknown) {
		error_at(m, a->loc, "structure '%s' has no field '%s'", row->structure,
			 row->unknown);
		return;
	}
	if (!type) {
		unknown_type(m, a->loc, row->structure);
		return;
	}
	if (a->id == A_PART) {
		attach_part(m, type, row);
		return;
	}
	if (a->id == A_EMBEDDED) {
		type->sound = words.n ? words.v[0] : NULL;
		type->busy = words.n > 1 ? words.v[1] : NULL;
		if (words.n != 2 || !*type->sound || !*type->busy)
			error_at(m, a->loc, "%s wants a name and two expressions", a->name);
		return;
	}
	if (a->id == A_MEMORY) {
		type->memory = a->text;
		return;
	}
	if (a->id == A_RIGHTS_BY_HAND) {
		attach_rights(m, type, a, &words);
		return;
	}
	if (a->id == A_FIELDS_UNTIL) {
		field.until = words.n ? words.v[i++] : NULL;
		if (!need_type(m, a->loc, field.until))
			return;
	}
	for (; i < words.n; i++) {
		field.path = words.v[i];
		PUSH(type->fields, field);
	}
}

static int by_type_name(const void *a, const void *b)
{
	return strcmp((*(struct object_type *const *)a)->name,
		      (*(struct object_type *const *)b)->name);
}

static void number_types(struct model *m)
{
	if (m->types.n)
		qsort(m->types.v, m->types.n, sizeof(*m->types.v), by_type_name);
	for (unsigned i = 0; i < m->types.n; i++)
		m->types.v[i]->id = i + 1;
	if (m->types.n > 127)
		error_at(m, m->types.v[127]->loc, "more than 127 object types");
}

/* --- annotations in general --- */

static void check_annotation(struct model *m, const struct annotation *a, enum place place)
{
	const struct annotation_row *row = &annotation_rows[a->id];

	if (a->id == A_UNKNOWN) {
		error_at(m, a->loc, "unknown annotation '%s'", a->name);
		return;
	}
	if (!(row->places & place)) {
		error_at(m, a->loc, "%s is not for %s", a->name,
			 place == ON_PARAM	? "a parameter of a kernel function"
			 : place == ON_FUNCTION ? "a kernel function"
			 : place == ON_CB_PARAM ? "a parameter of a callback"
						: "a callback");
		return;
	}
	if (row->argument == ARG_TYPE || row->argument == ARG_TYPE_EXPR)
		need_type(m, a->loc, a->type);
	if (row->argument == ARG_KIND && !find_callback(m, a->text))
		error_at(m, a->loc,
			 "'%s' is no callback kind: no SFI_CB or SFI_CB_TYPE declares it", a->text);
	if (row->argument != ARG_NONE && row->argument != ARG_TEXT && !*a->text)
		error_at(m, a->loc, "%s wants an argument", a->name);
	if (a->unknown)
		error_at(m, a->loc, "'%s' in %s is neither a parameter nor declared", a->unknown,
			 a->name);
}

static void check_annotations(struct model *m, const annotation_list *list, enum place place)
{
	const struct annotation *a, *first = NULL;

	for (EACH(a, *list)) {
		check_annotation(m, a, place);
		for (const struct annotation *b = list->v; b < a; b++)
			if (a->id == b->id && a->id != A_UNKNOWN && a->id != A_REQUIRES)
				error_at(m, a->loc, "%s stands here twice", a->name);
		if (annotation_rows[a->id].main && first)
			error_at(m, a->loc, "%s contradicts %s", a->name, first->name);
		else if (annotation_rows[a->id].main)
			first = a;
	}
}

/* Names and annotations, as far as kernel functions and callbacks have the same rules. */
static void check_common(struct model *m, const struct function *f, bool callback)
{
	const struct param *p;

	check_annotations(m, &f->annotations, callback ? ON_CALLBACK : ON_FUNCTION);
	for (EACH(p, f->params)) {
		check_annotations(m, &p->annotations, callback ? ON_CB_PARAM : ON_PARAM);
		if (is_reserved(p->name))
			error_at(m, p->loc,
				 "parameter name '%s' is taken by the emitted code: choose another",
				 p->name);
		if (main_annotation(p) && main_annotation(p)->id != A_UNCHECKED &&
		    p->type.shape == SHAPE_SCALAR && !find_annotation(&p->annotations, A_OPAQUE))
			error_at(m, main_annotation(p)->loc, "%s is for pointers; '%s' is '%s'",
				 main_annotation(p)->name, p->name, p->type.spelling);
	}
}

/* --- kernel functions --- */

/* The annotation to put where one is missing: a guess, for a person to judge. */
static const char *guess(const struct model *m, const struct param *p)
{
	if (p->type.shape == SHAPE_FUNCTION)
		return "SFI_CALLBACK(KIND)";
	if (p->type.record && find_type(m, p->type.record))
		return "SFI_OWNED";
	if (p->type.record && has_callbacks(m, p->type.record))
		return format("SFI_EMBEDS(%s)", p->type.record);
	if (p->type.pointee_void)
		return "SFI_WRITES(SIZE)";
	return p->type.pointee_sized ? "SFI_OWN_MEMORY" : "SFI_OPAQUE";
}

static void add_annotation(struct text *t, const struct annotation *a)
{
	text_add(t, " %s", a->name);
	if (*a->text)
		text_add(t, "(%s)", a->text);
}

/* The whole declaration as it should be, with a guess at each missing annotation. */
static const char *suggestion(const struct model *m, const struct function *f)
{
	const struct annotation *a;
	const struct param *p;
	struct text t;

	text_begin(&t);
	text_add(
		&t, "%s(",
		declare(&f->result, f->interface ? format("SFI_INTERFACE(%s)", f->name) : f->name));
	for (EACH(p, f->params)) {
		text_add(&t, "%s%s", p == f->params.v ? "" : ", ", declare(&p->type, p->name));
		for (EACH(a, p->annotations))
			add_annotation(&t, a);
		if (needs_annotation(m, f, p))
			text_add(&t, " %s", guess(m, p));
	}
	text_add(&t, ")");
	for (EACH(a, f->annotations))
		add_annotation(&t, a);
	text_add(&t, ";");
	return text_end(&t);
}

static void check_lock(struct model *m, const struct function *f, const struct param *p)
{
	const struct annotation *a = find_annotation(&p->annotations, A_LOCK);
	const char *expr = a ? a->expr : "", *word;

	while ((word = next_identifier(&expr)))
		if (find_param(f, word) && !same(word, p->name))
			error_at(m, a->loc, "the unlock call may name '%s' only", p->name);
}

static void check_param(struct model *m, const struct function *f, const struct param *p)
{
	const struct annotation *a = main_annotation(p);
	const struct object_type *type;

	if (needs_annotation(m, f, p) && !is_address_only(m, f) &&
	    !find_annotation(&p->annotations, A_UNKNOWN)) {
		error_at(m, p->loc, "nothing says what may be passed as '%s' of '%s'", p->name,
			 f->name);
		note_at(p->loc, "add: %s", suggestion(m, f));
	}
	if (p->type.shape == SHAPE_SCALAR && p->type.record && has_callbacks(m, p->type.record))
		error_at(m, p->loc, "'%s' has callbacks and is passed by value: not supported",
			 p->name);
	if (find_annotation(&p->annotations, A_CALLBACKS) &&
	    !(p->type.record && has_callbacks(m, p->type.record)))
		error_at(m, p->loc, "'%s' has no SFI_CB or SFI_TABLE field", p->type.spelling);
	if (!a || p->type.shape == SHAPE_SCALAR)
		return;
	type = find_type(m, a->type);
	if ((a->id == A_INITS || a->id == A_EMBEDS) && type && !type->abstract &&
	    !same(type->name, p->type.record))
		error_at(m, a->loc, "'%s' is no pointer to a '%s'", p->name, type->name);
	if (a->id == A_OWNED || a->id == A_OWNED_OR_NULL || a->id == A_GIVES ||
	    a->id == A_GIVES_OR_NULL)
		need_type(m, a->loc, p->type.record);
	if ((a->id == A_OWN_MEMORY || a->id == A_LOCK) && !p->type.pointee_sized)
		error_at(m, a->loc,
			 "the size of what '%s' points to is not known: %s cannot be checked",
			 p->name, a->name);
	check_lock(m, f, p);
}

/* A slot that no check looks at would never let the function pass. */
static void check_slots(struct model *m, const struct function *f)
{
	const struct annotation *a = find_annotation(&f->annotations, A_ADDRESSABLE);
	string_list slots = split(a ? a->text : "");
	const struct record_field *field;
	const char **slot;

	for (EACH(slot, slots)) {
		const char *dot = strchr(*slot, '.');
		const struct record *r =
			dot ? find_record(m, arena_copy(*slot, dot - *slot)) : NULL;
		bool found = false;

		if (r)
			for (EACH(field, r->fields))
				found |= field->what == FIELD_CALLBACK && same(field->path, dot + 1);
		if (!found)
			error_at(m, a->loc, "'%s' is no callback slot of a structure that is checked",
				 *slot);
	}
}

/* SFI_IF decides about something: what is acquired, locked, embedded or released. */
static void check_condition(struct model *m, const struct function *f)
{
	const struct annotation *condition = find_annotation(&f->annotations, A_IF);
	bool decides = find_annotation(&f->annotations, A_ACQUIRES) ||
		       find_annotation(&f->annotations, A_RELEASES);
	const struct param *p;

	for (EACH(p, f->params))
		decides |= find_annotation(&p->annotations, A_LOCK) ||
			   find_annotation(&p->annotations, A_INITS) ||
			   find_annotation(&p->annotations, A_EMBEDS);
	if (condition && !decides)
		error_at(m, condition->loc, "%s decides nothing here", condition->name);
}

static void check_acquisition(struct model *m, const struct function *f)
{
	const struct annotation *a = find_annotation(&f->annotations, A_ACQUIRES);
	const struct annotation *by = find_annotation(&f->annotations, A_RELEASED_BY);
	const struct annotation *size = find_annotation(&f->annotations, A_SIZE);
	const struct object_type *type = a ? find_type(m, a->type) : NULL;
	struct release_call call = release_call(f);
	const struct release_argument *argument;

	if (!a) {
		if (by || size)
			error_at(m, (by ? by : size)->loc, "%s without SFI_ACQUIRES",
				 (by ? by : size)->name);
		return;
	}
	if (!a->expr && f->result.shape != SHAPE_POINTER)
		error_at(
			m, a->loc,
			"the result is no pointer: name what is acquired, SFI_ACQUIRES(%s, PARAMETER)",
			a->type);
	if (type && type->hot && by)
		error_at(m, by->loc, "'%s' is hot: its release stands in SFI_TYPE", type->name);
	if (call.saved > 4)
		error_at(m, by->loc,
			 "SFI_RELEASED_BY can keep four values besides the object, not %d",
			 call.saved);
	for (EACH(argument, call.arguments))
		if (argument->slot >= 0 && !argument->type && !by->unknown)
			error_at(
				m, by->loc,
				"the type of '%s' in a call of '%s' is not known: no such function with as many "
				"parameters",
				argument->text, call.function);
}

static void check_function(struct model *m, const struct function *f)
{
	const struct annotation *release = find_annotation(&f->annotations, A_RELEASES);
	bool by_hand = find_annotation(&f->annotations, A_BY_HAND),
	     direct = find_annotation(&f->annotations, A_DIRECT);
	const struct param *p;

	if (f->mismatch) {
		error_at(m, f->loc, "'%s': %s", f->name, f->mismatch);
		return;
	}
	check_common(m, f, false);
	if (by_hand && direct)
		error_at(m, f->loc, "'%s' cannot be both SFI_BY_HAND and SFI_DIRECT", f->name);
	if (direct && f->interface)
		error_at(m, f->loc, "'%s' is a static inline: SFI_DIRECT has no meaning for it",
			 f->name);
	if (by_hand || direct)
		return;
	if (f->variadic)
		error_at(m, f->loc, "'%s' is variadic: write its wrapper by hand, SFI_BY_HAND(why)",
			 f->name);
	for (EACH(p, f->params))
		check_param(m, f, p);
	if (release && !release->expr)
		error_at(m, release->loc, "SFI_RELEASES wants a type and a parameter");
	check_acquisition(m, f);
	check_condition(m, f);
	check_slots(m, f);
}

static void check_twice(struct model *m, const struct header *h, const struct function *f)
{
	struct module **module;
	struct header **header;
	struct function **other;

	for (EACH(module, m->modules))
		for (EACH(header, (*module)->headers)) {
			if (*header == h)
				return;
			for (EACH(other, (*header)->functions))
				if (same((*other)->name, f->name)) {
					error_at(m, f->loc, "'%s' is annotated twice", f->name);
					note_at((*other)->loc, "the other declaration is here");
				}
		}
}

/* --- callbacks --- */

static void check_callback(struct model *m, const struct callback *cb)
{
	const struct function *f = &cb->fn;
	const struct annotation *failure = find_annotation(&f->annotations, A_ON_FAILURE), *a;
	const struct callback *first = find_callback(m, cb->key);
	const struct param *p;

	if (f->mismatch) {
		error_at(m, f->loc, "callback '%s': %s", cb->key, f->mismatch);
		return;
	}
	check_common(m, f, true);
	if (first != cb) {
		error_at(m, f->loc, "callback '%s' is declared twice", cb->key);
		note_at(first->fn.loc, "the other declaration is here");
	}
	if (f->variadic)
		error_at(m, f->loc, "callback '%s' is variadic: not supported", cb->key);
	if (!failure && f->result.shape != SHAPE_VOID &&
	    !find_annotation(&f->annotations, A_BY_HAND))
		error_at(
			m, f->loc,
			"callback '%s' has a result: add SFI_ON_FAILURE(RESULT), for when the driver failed",
			cb->key);
	if (failure && f->result.shape == SHAPE_VOID)
		error_at(m, failure->loc, "callback '%s' has no result", cb->key);
	for (EACH(p, f->params)) {
		a = main_annotation(p);
		if (a && a->id != A_OPAQUE && a->id != A_UNCHECKED && a->id != A_LENDS)
			need_type(m, a->loc, p->type.record);
	}
}

/* What decides whether two callbacks can have one entry wrapper. */
static const char *signature(const struct function *f)
{
	const struct annotation *a;
	const struct param *p;
	struct text t;

	text_begin(&t);
	text_add(&t, "%s", f->canonical);
	for (EACH(a, f->annotations))
		text_add(&t, ";%s(%s)", a->name, a->text);
	for (EACH(p, f->params)) {
		text_add(&t, ";%s", p->annotations.n ? p->name : "");
		for (EACH(a, p->annotations))
			text_add(&t, " %s(%s)", a->name, a->text);
	}
	return text_end(&t);
}

/*
 * Sharing goes no further than one header, so that it never makes one wrapper
 * module depend on another.
 */
static void name_kinds(const struct header *h)
{
	struct callback **cb, **other;

	for (EACH(cb, h->callbacks)) {
		struct callback *c = *cb;

		c->emits = true;
		c->kind = c->structure ? format("%s__%s", c->structure, c->field) : c->key;
		for (other = h->callbacks.v; other < cb; other++)
			if (!find_annotation(&c->fn.annotations, A_BY_HAND) &&
			    same(signature(&(*other)->fn), signature(&c->fn))) {
				c->emits = false;
				c->kind = (*other)->kind;
				break;
			}
		c->fn.name = c->kind;
	}
}

/* --- everything --- */

static void mark_embedded(struct model *m, const struct function *f)
{
	const struct annotation *a;
	struct object_type *type;
	const struct param *p;

	for (EACH(p, f->params))
		for (EACH(a, p->annotations))
			if ((a->id == A_INITS || a->id == A_EMBEDS) &&
			    (type = find_type(m, a->type)))
				type->embedded = true;
}

static void check_header(struct model *m, const struct header *h)
{
	struct function **f;
	struct callback **cb;

	for (EACH(cb, h->callbacks))
		check_callback(m, *cb);
	for (EACH(f, h->functions)) {
		check_twice(m, h, *f);
		check_function(m, *f);
		mark_embedded(m, *f);
	}
}

void check_model(struct model *m)
{
	struct module **module;
	struct header **header;
	struct decl_row **row;
	const struct table *t;

	number_types(m);
	for (EACH(row, m->rows))
		attach_row(m, *row);
	for (EACH(t, m->tables))
		if (!has_callbacks(m, t->record))
			error_at(m, t->loc, "structure '%s' has no SFI_CB field", t->record);
	for (EACH(module, m->modules))
		for (EACH(header, (*module)->headers)) {
			name_kinds(*header);
			check_header(m, *header);
		}
}
