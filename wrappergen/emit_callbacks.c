// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * Callbacks: the checks of structures that hold some (a static function for
 * each structure that the header's functions take), and entry wrappers.
 */
#include <string.h>

#include "emit.h"

/* --- checks --- */

/*
 * Of memory that the driver filled in, every callback is checked, and one
 * without an annotation must be NULL: the kernel would call it without a gate.
 * In an object of the kernel's, fields without an annotation are the kernel's.
 */
static bool is_kernel_object(const struct param *p)
{
	const struct annotation *a = main_annotation(p);

	return a && (a->id == A_OWNED || a->id == A_OWNED_OR_NULL || a->id == A_OWNED_AS);
}

bool checks_callbacks(const struct model *m, const struct param *p)
{
	const struct annotation *a = main_annotation(p);

	if (p->type.shape != SHAPE_POINTER || !p->type.record || !has_callbacks(m, p->type.record))
		return false;
	if (find_annotation(&p->annotations, A_CALLBACKS))
		return true;
	if (!a)
		return p->type.pointee_const;
	return a->id == A_EMBEDS || a->id == A_OWN_MEMORY;
}

/* Function that checks structure TAG: exported by the header that annotates it, else one of the
 * file's own. */
static const char *check_name(const struct model *m, const char *tag, bool all)
{
	if (!all)
		return format("check_object_%s", tag);
	return format("%scheck_callbacks_%s", check_owner(m, tag) ? "sfi_" : "", tag);
}

const char *callback_check(const struct model *m, const struct param *p)
{
	return check_name(m, p->type.record, !is_kernel_object(p));
}

/* Check functions that one file has so far. */
struct checks {
	struct text *t;
	const struct model *m;
	const struct header *h;
	string_list done;
};

static void need_check(struct checks *c, const char *tag, bool all);

/* Is there anything that the check of structure TAG would look at? */
static bool has_check(const struct model *m, const char *tag, bool all)
{
	const struct record *r = find_record(m, tag);

	return all ? r && r->fields.n : has_callbacks(m, tag);
}

static bool is_named(const struct model *m, const char *tag, const struct record_field *f)
{
	return find_callback(m, format("%s.%s", tag, f->path)) || find_table(m, tag, f->path);
}

/* Of a union's members only the annotated ones are looked at, if there are any. */
static bool is_checked(const struct checks *c, const struct record *r, const struct record_field *f,
		       bool all)
{
	const struct record_field *other;

	if (f->what == FIELD_RECORD)
		return has_check(c->m, f->record, all);
	if (is_named(c->m, r->tag, f))
		return true;
	for (EACH(other, r->fields))
		if (f->in_union && other->in_union && is_named(c->m, r->tag, other))
			return false;
	return all;
}

/* Of what is in slot KEY: a callback of the driver's, or one of the kernel's functions that are named for it. */
static void emit_callback_check(struct checks *c, unsigned tabs, const char *key, const char *path,
				const char *kind)
{
	struct module **module;
	struct header **h;
	struct function **f;

	for (EACH(module, c->m->modules))
		for (EACH(h, (*module)->headers))
			for (EACH(f, (*h)->functions)) {
				if (fits_slot(*f, key))
					emit_calls(c->t, tabs++, "if (!sfi_is_kernel_function", ")\n",
						   "d, %s, \"sfi_p_%s\"", path, (*f)->name);
			}
	emit_calls(c->t, tabs, "sfi_check_callback", ";\n", "d, %s, \"%s\", arg", path, kind);
}

static void emit_field_check(struct checks *c, const char *tag, const struct record_field *f,
			     bool all)
{
	const char *element = f->array ? "[i]" : "", *path = format("obj->%s%s", f->path, element);
	const struct callback *cb = find_callback(c->m, format("%s.%s", tag, f->path));
	const struct table *table = find_table(c->m, tag, f->path);
	unsigned tabs = f->array ? 2 : 1;

	if (f->array)
		text_add(c->t, "\tfor (unsigned int i = 0; i < %lu; i++)%s\n", f->array,
			 table ? " {" : "");
	if (f->what == FIELD_RECORD) {
		emit_calls(c->t, tabs, check_name(c->m, f->record, all), ";\n", "d, &%s, arg",
			   path);
		return;
	}
	if (!table) {
		emit_callback_check(c, tabs, format("%s.%s", tag, f->path), path,
				    cb ? cb->kind : "");
		return;
	}
	emit_calls(c->t, tabs, "sfi_check_constant", ";\n", "d, %s, sizeof(*%s), arg", path, path);
	text_add(c->t, "%.*sif (%s)\n", (int)tabs, "\t\t", path);
	emit_calls(c->t, tabs + 1, check_name(c->m, table->record, true), ";\n", "d, %s, arg",
		   path);
	if (f->array)
		text_add(c->t, "\t}\n");
}

static void emit_check(struct checks *c, const struct record *r, bool all)
{
	const struct record_field *f;

	const char *name = check_name(c->m, r->tag, all);
	bool exported = all && check_owner(c->m, r->tag);

	text_add(c->t, "\n");
	emit_calls(c->t, 0, format("%svoid %s", exported ? "" : "static ", name), "\n{\n",
		   "struct sfi_domain *d, const struct %s *obj, const struct sfi_arg *arg", r->tag);
	for (EACH(f, r->fields))
		if (is_checked(c, r, f, all))
			emit_field_check(c, r->tag, f, all);
	text_add(c->t, "}\n");
	if (exported)
		text_add(c->t, "EXPORT_SYMBOL_GPL(%s);\n", name);
}

/* sfi_check_TAG: of a table that must be constant. */
static void emit_constant_check(struct checks *c, const char *tag)
{
	text_add(c->t, "\n");
	emit_calls(c->t, 0, format("void sfi_check_%s", tag), "\n{\n",
		   "struct sfi_domain *d, const struct %s *obj, const struct sfi_arg *arg", tag);
	text_add(c->t, "\tsfi_check_constant(d, obj, sizeof(*obj), arg);\n\tif (obj)\n");
	text_add(c->t,
		 "\t\tsfi_check_callbacks_%s(d, obj, arg);\n}\nEXPORT_SYMBOL_GPL(sfi_check_%s);\n",
		 tag, tag);
}

/* Emits the check of structure TAG, after those that it calls. */
static void need_check(struct checks *c, const char *tag, bool all)
{
	const struct record *r = find_record(c->m, tag);
	const char *name = check_name(c->m, tag, all), **done;
	const struct header *owner = all ? check_owner(c->m, tag) : NULL;
	const struct record_field *f;
	const struct table *table;

	for (EACH(done, c->done))
		if (same(*done, name))
			return;
	PUSH(c->done, name);
	if (!r || (owner && owner != c->h))
		return;
	for (EACH(f, r->fields)) {
		table = find_table(c->m, tag, f->path);
		if (f->what == FIELD_RECORD && has_check(c->m, f->record, all))
			need_check(c, f->record, all);
		else if (table)
			need_check(c, table->record, true);
	}
	emit_check(c, r, all);
	if (owner)
		emit_constant_check(c, tag);
}

void emit_check_prototypes(struct text *t, const struct model *m)
{
	struct record **r;

	for (EACH(r, m->records)) {
		if (!check_owner(m, (*r)->tag))
			continue;
		text_add(t, "\nstruct %s;\n", (*r)->tag);
		for (int i = 0; i < 2; i++)
			emit_calls(
				t, 0,
				format("void sfi_check_%s%s", i ? "callbacks_" : "", (*r)->tag),
				";\n",
				"struct sfi_domain *d, const struct %s *obj, const struct sfi_arg *arg",
				(*r)->tag);
	}
}

void emit_callback_checks(struct text *t, const struct model *m, const struct header *h)
{
	struct checks c = {t, m, h, {0}};
	const struct param *p;
	struct function **f;
	struct callback **cb;

	for (EACH(cb, h->callbacks))
		if ((*cb)->structure && check_owner(m, (*cb)->structure) == h)
			need_check(&c, (*cb)->structure, true);
	for (EACH(f, h->functions)) {
		if (find_annotation(&(*f)->annotations, A_BY_HAND) ||
		    find_annotation(&(*f)->annotations, A_DIRECT))
			continue;
		for (EACH(p, (*f)->params))
			if (checks_callbacks(m, p))
				need_check(&c, p->type.record, !is_kernel_object(p));
	}
}

/* --- entry wrappers --- */

/* A pointer to F, as a type, or the declaration of a variable NAME. */
static const char *pointer_type(const struct function *f, const char *name)
{
	const struct param *p;
	struct text t;

	text_begin(&t);
	text_add(&t, "%s(", declare(&f->result, format("(*%s)", name)));
	for (EACH(p, f->params))
		text_add(&t, "%s%s", p == f->params.v ? "" : ", ", p->type.spelling);
	text_add(&t, "%s)", f->params.n ? "" : "void");
	return text_end(&t);
}

static void emit_type_assertion(struct text *t, const struct callback *cb)
{
	const char *function = pointer_type(&cb->fn, "");

	if (cb->structure)
		emit_calls(t, 0, "SFI_FIELD_TYPE", ";\n", "%s, %s, %s", cb->structure, cb->field,
			   function);
	else if (cb->typedef_is_function)
		emit_calls(t, 0, "SFI_FUNCTION_TYPE", ";\n", "%s, %s", cb->typedef_name, function);
	else if (!cb->typedef_is_ours)
		emit_calls(t, 0, "SFI_TYPEDEF_TYPE", ";\n", "%s, %s", cb->typedef_name, function);
}

void emit_callback_types(struct text *t, const struct header *h)
{
	struct callback **cb;

	text_add(t, "%s", h->callbacks.n ? "\n" : "");
	for (EACH(cb, h->callbacks))
		emit_type_assertion(t, *cb);
}

static const char *failure(const struct function *f)
{
	const struct annotation *a = find_annotation(&f->annotations, A_ON_FAILURE);

	return a ? a->expr : NULL;
}

static enum annotation_id grant_of(const struct param *p)
{
	const struct annotation *a = main_annotation(p);

	return a ? a->id : A_UNKNOWN;
}

/* Local variables, and the path for a driver that is not there to be called. */
static void emit_entry_start(struct text *t, const struct model *m, const struct function *f)
{
	bool releases = false;
	const struct param *p;

	text_add(t, "\tSFI_DEFINE_GATE(g);\n");
	for (EACH(p, f->params)) {
		if (grant_of(p) == A_BORROWS)
			text_add(t, "\tbool borrowed_%s;\n", p->name);
		if (grant_of(p) == A_LENDS)
			text_add(t, "\tsize_t size_%s = %s;\n\tbool lent_%s;\n", p->name,
				 main_annotation(p)->expr, p->name);
		releases |= (grant_of(p) == A_TAKES || grant_of(p) == A_TAKES_IF) &&
			    find_type(m, p->type.record)->release;
	}
	if (f->result.shape != SHAPE_VOID)
		text_add(t, "\t%s;\n", declare(&f->result, "ret"));
	text_add(t, "\n\tif (!sfi_gate_enter(&g, e))%s\n", releases ? " {" : "");
	for (EACH(p, f->params))
		if ((grant_of(p) == A_TAKES || grant_of(p) == A_TAKES_IF) &&
		    find_type(m, p->type.record)->release)
			text_add(t, "\t\tsfi_type_%s.release(%s);\n", p->type.record, p->name);
	text_add(t, "\t\treturn%s%s;\n", failure(f) ? " " : "", failure(f) ? failure(f) : "");
	if (releases)
		text_add(t, "\t}\n");
}

static void emit_grants(struct text *t, const struct function *f)
{
	const struct param *p;

	for (EACH(p, f->params)) {
		const char *name = p->name, *type = p->type.record;

		switch (grant_of(p)) {
		case A_TAKES:
		case A_TAKES_IF:
		case A_BINDS:
			emit_calls(t, 1, "sfi_acquire", ";\n",
				   "g.domain, &sfi_type_%s, %s, 0, NULL, 0, 0, 0, 0", type, name);
			break;
		case A_BORROWS:
			emit_calls(t, 1, format("borrowed_%s = sfi_borrow", name), ";\n",
				   "g.domain, &sfi_type_%s, %s", type, name);
			break;
		case A_LENDS:
			emit_calls(t, 1, format("lent_%s = sfi_lend", name), ";\n",
				   "g.domain, %s, size_%s", name, name);
			break;
		default:
			break;
		}
	}
}

/* After the driver returned: is the result allowed, and does the kernel keep what was offered? */
static void emit_result_checks(struct text *t, const struct function *f)
{
	const struct annotation *returns = find_annotation(&f->annotations, A_RETURNS);
	bool has_result = f->result.shape != SHAPE_VOID;
	const char *result = has_result ? "(u64)ret" : "0";
	const struct param *p;

	if (returns)
		emit_calls(t, 2, "sfi_check_result", ";\n", "&g, %s, %s", returns->expr, result);
	for (EACH(p, f->params)) {
		if (grant_of(p) == A_TAKES_IF) {
			text_add(t, "\t\tif (!(%s))\n", main_annotation(p)->expr);
			emit_calls(t, 3, "sfi_check_result", ";\n",
				   "&g, sfi_take_back(g.domain, &sfi_type_%s, %s), %s",
				   p->type.record, p->name, result);
		} else if (grant_of(p) == A_BINDS && success(f)) {
			text_add(t, "\t\tif (%s)\n", failure_condition(f));
			emit_calls(t, 3, "sfi_take_back", ";\n", "g.domain, &sfi_type_%s, %s",
				   p->type.record, p->name);
		}
	}
}

/* The unwinder came back: the result, and what the failed driver still held. */
static void emit_failure(struct text *t, const struct model *m, const struct function *f)
{
	const struct param *p;

	if (failure(f))
		text_add(t, "\t\tret = %s;\n", failure(f));
	for (EACH(p, f->params)) {
		enum annotation_id id = grant_of(p);
		const char *call = format("sfi_take_back(g.domain, &sfi_type_%s, %s)",
					  p->type.record, p->name);

		if (id == A_BINDS)
			text_add(t, "\t\t%s;\n", call);
		else if ((id == A_TAKES || id == A_TAKES_IF) &&
			 find_type(m, p->type.record)->release)
			text_add(t, "\t\tif (%s)\n\t\t\tsfi_type_%s.release(%s);\n", call,
				 p->type.record, p->name);
		else if (id == A_TAKES || id == A_TAKES_IF)
			text_add(t, "\t\t%s;\n", call);
	}
}

static void emit_revocations(struct text *t, const struct function *f)
{
	const struct param *p;

	for (EACH(p, f->params)) {
		const char *name = p->name, *type = p->type.record;

		if (grant_of(p) == A_BORROWS)
			text_add(
				t,
				"\tif (borrowed_%s)\n\t\tsfi_unborrow(g.domain, &sfi_type_%s, %s);\n",
				name, type, name);
		else if (grant_of(p) == A_LENDS)
			text_add(t, "\tif (lent_%s)\n\t\tsfi_revoke(g.domain, %s, size_%s);\n",
				 name, name, name);
		else if (grant_of(p) == A_UNBINDS)
			text_add(t, "\tsfi_take_back(g.domain, &sfi_type_%s, %s);\n", type, name);
	}
}

/* The call, what follows it, and what is done instead of that when the driver failed in it. */
static void emit_guarded_call(struct text *t, const struct model *m, const struct function *f)
{
	struct text after, instead;
	const char *checks, *failed;
	bool braces;

	text_begin(&after);
	emit_result_checks(&after, f);
	checks = text_end(&after);
	text_begin(&instead);
	emit_failure(&instead, m, f);
	failed = text_end(&instead);
	/* As the kernel's style has it: on both branches or on none. */
	braces = *checks || (strchr(failed, '\n') && strchr(failed, '\n')[1]);
	text_add(t, "\tif (!sfi_gate_save(&g))%s\n", braces ? " {" : "");
	emit_calls(t, 2, f->result.shape == SHAPE_VOID ? "fn" : "ret = fn", ";\n", "%s",
		   parameter_names(f));
	text_add(t, "%s", checks);
	if (*failed)
		text_add(t, "\t%selse%s\n%s", braces ? "} " : "", braces ? " {" : "", failed);
	if (braces)
		text_add(t, "\t}\n");
}

void emit_entry(struct text *t, const struct model *m, const struct callback *cb)
{
	const struct function *f = &cb->fn;

	if (!cb->emits || find_annotation(&f->annotations, A_BY_HAND))
		return;
	text_add(t, "\n");
	emit_prototype(t, format("sfi_e_%s", cb->kind), "const struct sfi_entry *e", f);
	text_add(t, "\n{\n\t%s = (void *)e->fn;\n", pointer_type(f, "fn"));
	emit_entry_start(t, m, f);
	emit_grants(t, f);
	emit_guarded_call(t, m, f);
	emit_revocations(t, f);
	text_add(t, "\tsfi_gate_leave(&g);\n%s}\n",
		 f->result.shape == SHAPE_VOID ? "" : "\treturn ret;\n");
	text_add(t, "EXPORT_SYMBOL_GPL(sfi_e_%s);\n", cb->kind);
}
