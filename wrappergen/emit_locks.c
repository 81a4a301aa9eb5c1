// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * Locks in wrappers: what kind each is, that it was taken or dropped, and how
 * an unwinder drops it.
 */
#include <ctype.h>
#include <string.h>

#include "emit.h"

/* The lock's type as an identifier, another one for each type: "struct my_lock *" is struct_smy__lock_s_p. */
static const char *kind_name(const struct param *p)
{
	const char *c;
	struct text t;

	text_begin(&t);
	for (c = p->type.spelling; *c; c++) {
		if (isalnum((unsigned char)*c))
			text_add(&t, "%c", *c);
		else
			text_add(&t, "_%c", *c == '_' ? '_' : *c == '*' ? 'p' : 's');
	}
	return text_end(&t);
}

void emit_lock_kinds(struct text *t, const struct header *h)
{
	string_list kinds = { 0 };
	const struct param *p;
	struct function **f;
	const char **kind;

	for (EACH(f, h->functions)) {
		for (EACH(p, (*f)->params)) {
			if (!is_emitted(*f) || (!find_annotation(&p->annotations, A_LOCK) &&
						!find_annotation(&p->annotations, A_UNLOCK)))
				continue;
			for (EACH(kind, kinds))
				if (same(*kind, p->type.spelling))
					break;
			if (kind != kinds.v + kinds.n)
				continue;
			PUSH(kinds, p->type.spelling);
			text_add(t, "%sSFI_LOCK_KIND(%s, \"%s\");\n", kinds.n == 1 ? "\n" : "",
				 kind_name(p), p->type.spelling);
		}
	}
}

void emit_lock_taken(struct text *t, unsigned tabs, const struct function *f,
		     const struct param *p)
{
	emit_calls(t, tabs, "sfi_lock_taken", ";\n", "d, %s, sfi_kind_%s, undo_%s, &arg_%s", p->name,
		   kind_name(p), f->name, p->name);
}

void emit_lock_dropped(struct text *t, const struct param *p)
{
	emit_calls(t, 1, "sfi_lock_dropped", ";\n", "d, %s, sfi_kind_%s, &arg_%s", p->name,
		   kind_name(p), p->name);
}

/* A call that was annotated by the function's name alone gets its argument. */
static const char *whole_call(const char *call, const char *argument)
{
	return strchr(call, '(') ? call : format("%s(%s)", call, argument);
}

void emit_unlock_helper(struct text *t, const struct function *f)
{
	const struct annotation *a;
	const struct param *p;

	for (EACH(p, f->params)) {
		a = find_annotation(&p->annotations, A_LOCK);
		if (!a)
			continue;
		text_add(t, "\nstatic void undo_%s(void *obj)\n{\n", f->name);
		text_add(t, "\t%s = obj;\n\n\t%s;\n}\n", declare(&p->type, p->name),
			 whole_call(a->expr, p->name));
	}
}
