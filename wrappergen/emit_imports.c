// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * Import wrappers: all checks first, in the order of the parameters; then what
 * changes the domain's rights before the call; the call; what it acquired.
 */
#include <string.h>

#include "emit.h"

const char *success(const struct function *f)
{
	const struct annotation *a = find_annotation(&f->annotations, A_IF);

	if (a)
		return same(a->expr, "true") ? NULL : a->expr;
	if (f->result.shape == SHAPE_POINTER)
		return "!IS_ERR_OR_NULL(ret)";
	return f->result.is_int ? "!ret" : NULL;
}

const char *failure_condition(const struct function *f)
{
	if (find_annotation(&f->annotations, A_IF))
		return format("!(%s)", success(f));
	return f->result.shape == SHAPE_POINTER ? "IS_ERR_OR_NULL(ret)" : "ret";
}

static const char *call_of(const struct function *f)
{
	return f->macro ? format("(%s)", f->name) : f->name;
}

/* Starts a statement, conditional unless CONDITION is NULL; returns its indentation. */
static unsigned emit_condition(struct text *t, const char *condition)
{
	if (condition)
		text_add(t, "\tif (%s)\n", condition);
	return condition ? 2 : 1;
}

static unsigned emit_unless_null(struct text *t, bool may_be_null, const char *pointer)
{
	return emit_condition(t, may_be_null ? pointer : NULL);
}

/* --- before the call: checks --- */

static const char *embedded_size(const struct model *m, const struct param *p,
				 const struct annotation *a)
{
	const struct object_type *type = find_type(m, a->type);

	return type->abstract ? format("sizeof(*%s)", p->name)
			      : format("sizeof(struct %s)", a->type);
}

static bool is_embedding(const struct param *p)
{
	const struct annotation *a = main_annotation(p);

	return a && (a->id == A_INITS || a->id == A_EMBEDS);
}

/*
 * Where the function fails, memory that it embedded becomes the driver's again, so it must not have
 * been an object before. Locks are objects whether or not they could be taken.
 */
static bool undoes_embedding(const struct function *f, const struct param *p)
{
	return is_embedding(p) && success(f) && !find_annotation(&p->annotations, A_LOCK);
}

static void emit_callback_checks_of(struct text *t, const struct model *m, const struct param *p)
{
	if (checks_callbacks(m, p))
		emit_calls(t, 1, callback_check(m, p), ";\n", "d, %s, &arg_%s", p->name, p->name);
}

/* What the driver has filled into P, which becomes an object. */
static void emit_content_checks(struct text *t, const struct model *m, const struct param *p)
{
	const struct annotation *a = main_annotation(p);

	if (a->id == A_EMBEDS && find_type(m, a->type)->sound)
		emit_calls(t, 1, "sfi_check_that", ";\n", "d, sfi_sound_%s(%s), &arg_%s",
			   a->type, p->name, p->name);
	emit_callback_checks_of(t, m, p);
}

/* CHECK(d, P, WHAT, &arg_P); */
static void emit_check(struct text *t, unsigned tabs, const char *check, const struct param *p,
		       const char *what)
{
	emit_calls(t, tabs, check, ";\n", "d, %s, %s, &arg_%s", p->name, what, p->name);
}

/* What the C type alone demands of parameter P. */
static void emit_inferred_check(struct text *t, const struct model *m, const struct function *f,
				const struct param *p, const char *size)
{
	const struct annotation *release = find_annotation(&f->annotations, A_RELEASES);

	if (p->type.shape != SHAPE_POINTER || !p->type.pointee_const)
		return;
	if (release && mentions(release->expr, p->name))
		return;
	if (checks_callbacks(m, p))
		emit_check(t, 1, "sfi_check_constant", p, size);
	else
		emit_check(t, emit_unless_null(t, true, p->name), "sfi_check_readable", p, size);
}

/* A requirement of F says something of P, and may follow it. */
static bool is_required(const struct function *f, const struct param *p)
{
	const struct annotation *a;

	for (EACH(a, f->annotations))
		if (a->id == A_REQUIRES && mentions(a->expr, p->name))
			return true;
	return false;
}

/* What the annotation (or, without one, the C type) demands of parameter P. */
static void emit_param_check(struct text *t, const struct model *m, const struct function *f,
			     const struct param *p)
{
	const struct annotation *a = main_annotation(p);
	const char *size = p->type.pointee_sized ? format("sizeof(*%s)", p->name) : "1";
	const struct callback *cb = param_callback(m, p);
	const struct object_type *type = find_type(m, p->type.record);
	unsigned tabs;

	if (cb) {
		emit_check(t, 1, "sfi_check_callback", p, format("\"%s\"", cb->kind));
		return;
	}
	if (!a) {
		emit_inferred_check(t, m, f, p, size);
		return;
	}
	tabs = emit_unless_null(t,
				a->id == A_OWNED_OR_NULL || a->id == A_WRITES_OR_NULL ||
					((a->id == A_GIVES_OR_NULL || a->id == A_GIVES_AS) &&
					 is_required(f, p)),
				p->name);
	switch (a->id) {
	case A_OWNED_OR_NULL:
	case A_OWNED:
	case A_OWNED_AS:
		emit_check(t, tabs, "sfi_check_owned", p, format("SFI_T_%s", param_type(p, a)));
		break;
	case A_WRITES_OR_NULL:
	case A_WRITES:
		emit_check(t, tabs, "sfi_check_writable", p, a->expr);
		break;
	case A_READS:
		emit_check(t, 1, "sfi_check_readable", p, a->expr);
		break;
	case A_OWN_MEMORY:
		emit_check(t, 1, "sfi_check_writable", p, size);
		break;
	case A_LOCK:
		if (type && type->embedded)
			emit_check(t, 1, "sfi_check_owned", p, format("SFI_T_%s", type->name));
		else
			emit_check(t, 1, "sfi_check_writable", p, size);
		break;
	case A_GIVES:
	case A_GIVES_OR_NULL:
	case A_GIVES_AS:
		/* Taken away below; but a requirement may follow it before. */
		if (is_required(f, p))
			emit_check(t, tabs, "sfi_check_owned", p, format("SFI_T_%s", param_type(p, a)));
		break;
	case A_INITS:
	case A_EMBEDS:
		if (!undoes_embedding(f, p)) {
			if (is_required(f, p))
				emit_check(t, 1, "sfi_check_own", p,
					   format("SFI_T_%s, %s", a->type, embedded_size(m, p, a)));
			break;
		}
		emit_check(t, 1, "sfi_check_writable", p, embedded_size(m, p, a));
		/*
		 * Recovery releases objects as the kernel's, which this would not be yet: the
		 * check that counts is the one after embedding.
		 */
		emit_content_checks(t, m, p);
		break;
	case A_MODULE:
		emit_calls(t, 1, "sfi_check_module", ";\n", "d, %s, &arg_%s", p->name, p->name);
		break;
	default:
		break;
	}
}

/* Callbacks in what P points to, unless it is going to be embedded. */
static void emit_table_check(struct text *t, const struct model *m, const struct param *p)
{
	const struct annotation *a = main_annotation(p);
	unsigned tabs;

	if (is_embedding(p) || !checks_callbacks(m, p))
		return;
	tabs = emit_unless_null(t, !a || a->id == A_OWNED_OR_NULL, p->name);
	emit_calls(t, tabs, callback_check(m, p), ";\n", "d, %s, &arg_%s", p->name, p->name);
}

/* --- before the call: what is taken away --- */

/* The parameter that a report should name for an SFI_RELEASES expression. */
static const char *blamed(const struct function *f, const char *expr)
{
	const struct param *p;

	for (EACH(p, f->params))
		if (mentions(expr, p->name))
			return p->name;
	return f->params.n ? f->params.v[0].name : NULL;
}

static const char *object_cast(const struct function *f, const char *expr)
{
	const struct param *p = find_param(f, expr);

	if (p && (p->type.pointee_const || strstr(p->type.spelling, "volatile")))
		return format("(void *)%s", expr);
	if ((same(expr, "ret") && f->result.shape == SHAPE_POINTER) ||
	    (p && p->type.shape == SHAPE_POINTER))
		return expr;
	return format("(void *)(unsigned long)(%s)", expr);
}

/*
 * Which parameter of F stands for each saved value of an acquisition that is
 * released by calling F: a release must give the same values. False if the
 * acquisitions do not agree on it, or none saves anything.
 */
static bool saved_parameters(const struct model *m, const struct function *f, const char *type,
			     const char *names[4])
{
	struct module **module;
	struct header **header;
	struct function **other;
	int found = 0;

	for (EACH(module, m->modules))
		for (EACH(header, (*module)->headers))
			for (EACH(other, (*header)->functions)) {
				const struct annotation *a =
					find_annotation(&(*other)->annotations, A_ACQUIRES);
				struct release_call call = release_call(*other);

				if (!a || !same(a->type, type) || !same(call.function, f->name))
					continue;
				for (unsigned i = 0; i < call.arguments.n && i < f->params.n; i++) {
					int slot = call.arguments.v[i].slot;

					if (slot < 0)
						continue;
					if (names[slot] && !same(names[slot], f->params.v[i].name))
						return false;
					names[slot] = f->params.v[i].name;
				}
				if (found++ &&
				    call.saved != (names[0] != NULL) + (names[1] != NULL) +
							  (names[2] != NULL) + (names[3] != NULL))
					return false;
			}
	return names[0] != NULL;
}

/* sfi_release(), or sfi_release_args() where the acquisition kept what this call must repeat. */
static void emit_release(struct text *t, unsigned tabs, const struct model *m,
			 const struct function *f, const char *type, const char *object,
			 const char *arg)
{
	const char *names[4] = {0}, *args = "";
	unsigned which = 0;

	if (!saved_parameters(m, f, type, names)) {
		emit_calls(t, tabs, "sfi_release", ";\n", "d, &sfi_type_%s, %s, %s", type, object,
			   arg);
		return;
	}
	for (unsigned i = 0; i < 4 && names[i]; i++) {
		args = format("%s%s(u64)%s", args, i ? ", " : "", names[i]);
		which |= 1u << i;
	}
	emit_calls(t, tabs, "sfi_release_args", ";\n",
		   "d, &sfi_type_%s, %s, ((const u64[4]) { %s }), 0x%x, %s", type, object, args,
		   which, arg);
}

bool is_emitted(const struct function *f)
{
	return !find_annotation(&f->annotations, A_BY_HAND) &&
	       !find_annotation(&f->annotations, A_DIRECT);
}

static void emit_given(struct text *t, const struct model *m, const struct function *f,
		       const struct param *p)
{
	const struct annotation *a = main_annotation(p);
	unsigned tabs;

	if (!a)
		return;
	if (a->id == A_UNLOCK)
		emit_lock_dropped(t, p);
	if (a->id != A_GIVES && a->id != A_GIVES_OR_NULL && a->id != A_GIVES_AS)
		return;
	tabs = emit_unless_null(t, a->id != A_GIVES, p->name);
	emit_release(t, tabs, m, f, param_type(p, a), object_cast(f, p->name),
		     format("&arg_%s", p->name));
}

/* When F is a release at all: its SFI_IF, or that a pointer is not NULL; NULL: always. */
static const char *release_condition(const struct model *m, const struct function *f)
{
	const struct annotation *release = find_annotation(&f->annotations, A_RELEASES);
	const char *expr = release->expr;
	const struct annotation *condition = find_annotation(&f->annotations, A_IF);
	const struct param *p = find_param(f, expr);
	const struct annotation *a = p ? main_annotation(p) : NULL;

	if (condition && !mentions(condition->expr, "ret"))
		return condition->expr;
	if (find_type(m, release->type)->embedded)
		return a && a->id == A_OWNED_OR_NULL ? expr : NULL;
	return p && p->type.shape == SHAPE_POINTER && (!a || a->id == A_OWNED_OR_NULL) ? expr
										       : NULL;
}

/* The parameter that RELEASE names has been checked to be of its type already. */
static bool is_checked_as_owned(const struct function *f, const struct annotation *release)
{
	const struct param *p = find_param(f, release->expr);
	const struct annotation *a = p ? main_annotation(p) : NULL;

	return a && (a->id == A_OWNED || a->id == A_OWNED_AS) &&
	       same(param_type(p, a), release->type);
}

static void emit_release_before(struct text *t, const struct model *m, const struct function *f)
{
	const struct annotation *a = find_annotation(&f->annotations, A_RELEASES);
	const char *object, *arg;
	unsigned tabs;

	if (!a)
		return;
	object = object_cast(f, a->expr);
	arg = blamed(f, a->expr) ? format("&arg_%s", blamed(f, a->expr)) : "NULL";
	if (find_type(m, a->type)->embedded && is_checked_as_owned(f, a))
		return;
	tabs = emit_condition(t, release_condition(m, f));
	if (find_type(m, a->type)->embedded)
		emit_calls(t, tabs, "sfi_check_owned", ";\n", "d, %s, SFI_T_%s, %s", object,
			   a->type, arg);
	else
		emit_release(t, tabs, m, f, a->type, object, arg);
}

/* The kernel is done with an embedded object: the driver's memory again. */
static void emit_release_after(struct text *t, const struct model *m, const struct function *f)
{
	const struct annotation *a = find_annotation(&f->annotations, A_RELEASES);
	const struct object_type *type = a ? find_type(m, a->type) : NULL;
	const char *size;
	unsigned tabs;

	if (!type || !type->embedded)
		return;
	size = type->abstract ? format("sizeof(*%s)", a->expr)
			      : format("sizeof(struct %s)", a->type);
	tabs = emit_condition(t, release_condition(m, f));
	emit_calls(t, tabs, "sfi_unembed", ";\n", "d, &sfi_type_%s, %s, %s, &arg_%s", a->type,
		   object_cast(f, a->expr), size, blamed(f, a->expr));
}

/*
 * What the kernel sets up anew must not be in use; what the driver has filled in may be, and is
 * looked at when it has gone out of the driver's reach: later, it cannot have changed.
 */
static void emit_embedding(struct text *t, const struct model *m, const struct param *p)
{
	const struct annotation *a = main_annotation(p);

	emit_calls(t, 1, a->id == A_INITS ? "sfi_embed_fresh" : "sfi_embed", ";\n",
		   "d, &sfi_type_%s, %s, %s, &arg_%s", a->type, p->name, embedded_size(m, p, a),
		   p->name);
	emit_callback_checks_of(t, m, p);
}

static void emit_requirements(struct text *t, const struct function *f)
{
	const struct annotation *a;

	for (EACH(a, f->annotations))
		if (a->id == A_REQUIRES)
			emit_calls(t, 1, "sfi_check_that", ";\n", "d, %s, &requirement_%d", a->expr,
				   (int)(a - f->annotations.v));
}

static void emit_before(struct text *t, const struct model *m, const struct function *f)
{
	const struct param *p;

	for (EACH(p, f->params)) {
		emit_param_check(t, m, f, p);
		emit_table_check(t, m, p);
	}
	emit_requirements(t, f);
	for (EACH(p, f->params)) {
		emit_given(t, m, f, p);
		if (is_embedding(p))
			emit_embedding(t, m, p);
	}
	emit_release_before(t, m, f);
}

/* --- after the call --- */

static const char *as_u64(const char *expr)
{
	return strpbrk(expr, " +-/?:|&<>=") ? format("(u64)(%s)", expr) : format("(u64)%s", expr);
}

static void emit_acquisition(struct text *t, const struct function *f, unsigned tabs)
{
	const struct annotation *a = find_annotation(&f->annotations, A_ACQUIRES);
	const struct annotation *size = find_annotation(&f->annotations, A_SIZE);
	struct release_call call = release_call(f);
	const char *release = "NULL", *saved = "";
	const struct release_argument *argument;

	if (!a)
		return;
	if (call.function)
		release = format("release_%s", f->name);
	for (EACH(argument, call.arguments))
		if (argument->slot >= 0)
			saved = format("%s, %s", saved, as_u64(argument->text));
	for (int i = call.saved; i < 4; i++)
		saved = format("%s, 0", saved);
	emit_calls(t, tabs, "sfi_acquire", ";\n", "d, &sfi_type_%s, %s, %s, %s%s", a->type,
		   object_cast(f, acquired_object(f)), size ? size->expr : "0", release, saved);
}

static void emit_success(struct text *t, const struct function *f, unsigned tabs)
{
	const struct param *p;

	emit_acquisition(t, f, tabs);
	for (EACH(p, f->params))
		if (find_annotation(&p->annotations, A_LOCK))
			emit_lock_taken(t, tabs, f, p);
}

/* How many statements emit_success() makes. */
static unsigned successes(const struct function *f)
{
	unsigned n = find_annotation(&f->annotations, A_ACQUIRES) != NULL;
	const struct param *p;

	for (EACH(p, f->params))
		n += find_annotation(&p->annotations, A_LOCK) != NULL;
	return n;
}

/* A failed call leaves the driver's memory the driver's. */
static void emit_unembed(struct text *t, const struct model *m, const struct function *f)
{
	const struct param *p;

	for (EACH(p, f->params)) {
		const struct annotation *a = main_annotation(p);

		if (!undoes_embedding(f, p))
			continue;
		text_add(t, "\tif (%s)\n", failure_condition(f));
		emit_calls(t, 2, "sfi_unembed", ";\n", "d, &sfi_type_%s, %s, %s, &arg_%s", a->type,
			   p->name, embedded_size(m, p, a), p->name);
	}
}

static void emit_after(struct text *t, const struct model *m, const struct function *f)
{
	unsigned n = successes(f);

	emit_release_after(t, m, f);
	if (!n || !success(f)) {
		emit_success(t, f, 1);
	} else {
		text_add(t, "\tif (%s)%s\n", success(f), n > 1 ? " {" : "");
		emit_success(t, f, 2);
		if (n > 1)
			text_add(t, "\t}\n");
	}
	emit_unembed(t, m, f);
}

/* --- helpers in front of a wrapper --- */

/* The object, in the type that it has in the call. */
static const char *release_object(const struct function *f)
{
	const char *object = acquired_object(f);
	const struct param *p = find_param(f, object);
	const struct ctype *type = p ? &p->type : same(object, "ret") ? &f->result : NULL;

	return type && type->shape == SHAPE_SCALAR
		       ? format("(%s)(unsigned long)obj", type->spelling)
		       : "obj";
}

/* static void release_F(void *obj, const u64 args[4]): the call, from what was saved. */
static void emit_release_helper(struct text *t, const struct function *f)
{
	struct release_call call = release_call(f);
	const struct release_argument *argument;
	string_list list = {0};

	if (!call.function)
		return;
	for (EACH(argument, call.arguments)) {
		if (argument->slot == RELEASE_OBJECT)
			PUSH(list, release_object(f));
		else if (argument->slot == RELEASE_LITERAL)
			PUSH(list, argument->text);
		else
			PUSH(list, format("(%s)args[%d]", argument->type, argument->slot));
	}
	text_add(t, "\nstatic void release_%s(void *obj, const u64 args[4])\n{\n", f->name);
	emit_call(t, 1, call.function, list, ";\n}\n");
}

/* --- the wrapper --- */

static bool refers_to(const char *body, const char *param)
{
	const char *needle = format("&arg_%s", param);
	size_t n = strlen(needle);

	for (const char *at = strstr(body, needle); at; at = strstr(at + n, needle))
		if (at[n] == ',' || at[n] == ')')
			return true;
	return false;
}

/* The conditions as the report shows them. */
static void emit_requirement_texts(struct text *t, const struct function *f)
{
	const struct annotation *a;

	for (EACH(a, f->annotations)) {
		if (a->id != A_REQUIRES)
			continue;
		text_add(t, "\tstatic const struct sfi_arg requirement_%d = { \"%s\", \"",
			 (int)(a - f->annotations.v), f->name);
		for (const char *s = a->expr; *s; s++)
			text_add(t, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
		text_add(t, "\" };\n");
	}
}

/* Over its limit of memory, a domain gets none: the function fails as if there were none. */
static void emit_limit(struct text *t, const struct model *m, const struct function *f)
{
	const struct annotation *a = find_annotation(&f->annotations, A_ACQUIRES);
	const struct annotation *size = find_annotation(&f->annotations, A_SIZE);

	if (!a || !size || f->result.shape != SHAPE_POINTER || mentions(size->expr, "ret") ||
	    !find_type(m, a->type)->memory)
		return;
	text_add(t, "\tif (!sfi_may_hold(d, %s)) {\n", size->expr);
	text_add(t, "\t\tsfi_import_leave(d);\n\t\treturn NULL;\n\t}\n");
}

static void emit_wrapper(struct text *t, const struct model *m, const struct function *f)
{
	bool has_result = f->result.shape != SHAPE_VOID;
	const struct param *p;
	struct text body;
	const char *s;

	text_begin(&body);
	emit_before(&body, m, f);
	emit_limit(&body, m, f);
	emit_calls(&body, 1, format("%s%s", has_result ? "ret = " : "", call_of(f)), ";\n", "%s",
		   parameter_names(f));
	if (!f->noreturn) {
		emit_after(&body, m, f);
		text_add(&body, "\tsfi_import_leave(d);\n%s", has_result ? "\treturn ret;\n" : "");
	}
	s = text_end(&body);

	text_add(t, "\n");
	emit_prototype(t, format("sfi_w_%s", f->name), "struct sfi_self *self", f);
	text_add(t, "\n{\n");
	for (EACH(p, f->params))
		if (refers_to(s, p->name))
			text_add(t, "\tstatic const struct sfi_arg arg_%s = { \"%s\", \"%s\" };\n",
				 p->name, f->name, p->name);
	emit_requirement_texts(t, f);
	text_add(t, "\tstruct sfi_domain *d = sfi_import_enter(self);\n");
	if (has_result)
		text_add(t, "\t%s;\n", declare(&f->result, "ret"));
	text_add(t, "\n%s}\nEXPORT_SYMBOL_GPL(sfi_w_%s);\n", s, f->name);
}

/* sfi_p_F: what a driver gets as the address of F. */
static void emit_passthrough(struct text *t, const struct function *f)
{
	text_add(t, "\n");
	emit_prototype(t, format("sfi_p_%s", f->name), NULL, f);
	text_add(t, "\n{\n");
	emit_calls(t, 1, format("%s%s", f->result.shape == SHAPE_VOID ? "" : "return ", call_of(f)),
		   ";\n", "%s", parameter_names(f));
	text_add(t, "}\nEXPORT_SYMBOL_GPL(sfi_p_%s);\n", f->name);
}

void emit_import(struct text *t, const struct model *m, const struct function *f)
{
	if (!is_emitted(f))
		return;
	if (!is_address_only(m, f)) {
		emit_release_helper(t, f);
		emit_unlock_helper(t, f);
		emit_wrapper(t, m, f);
	}
	if (find_annotation(&f->annotations, A_ADDRESSABLE))
		emit_passthrough(t, f);
}
