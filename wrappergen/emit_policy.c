// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * policy.json: what the pass has to know. Keys are sorted, so that equal
 * interfaces give equal files; "hash" is FNV-1a of all the rest.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static const char *kind_of(const struct function *f)
{
	if (find_annotation(&f->annotations, A_DIRECT))
		return "direct";
	if (find_annotation(&f->annotations, A_BY_HAND))
		return "by_hand";
	return f->interface ? "interface" : "import";
}

static json_object *callbacks_of(const struct model *m, const struct function *f)
{
	json_object *object = json_object_new_object();

	for (unsigned i = 0; i < f->params.n; i++) {
		const struct callback *cb = param_callback(m, &f->params.v[i]);

		if (cb)
			json_object_object_add(object, format("%u", i),
					       json_object_new_string(cb->key));
	}
	return object;
}

static void add_bool(json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

static void add_string(json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

/*
 * May guards not stay valid across a call? What makes a kernel object of own memory takes it away
 * from the driver, whatever else is said of the function.
 */
static bool revokes(const struct function *f)
{
	for (unsigned i = 0; i < f->params.n; i++)
		if (find_annotation(&f->params.v[i].annotations, A_INITS) ||
		    find_annotation(&f->params.v[i].annotations, A_EMBEDS))
			return true;
	return !find_annotation(&f->annotations, A_KEEPS);
}

static json_object *function_json(const struct model *m, const struct function *f,
				  const char *module)
{
	json_object *object = json_object_new_object();

	add_bool(object, "addressable", find_annotation(&f->annotations, A_ADDRESSABLE));
	add_bool(object, "callable", !is_address_only(m, f));
	json_object_object_add(object, "callbacks", callbacks_of(m, f));
	add_bool(object, "inferred", is_inferred(f));
	add_string(object, "kind", kind_of(f));
	add_string(object, "module", module);
	add_bool(object, "noreturn", f->noreturn);
	json_object_object_add(object, "nparams", json_object_new_int(f->params.n));
	add_bool(object, "revokes", revokes(f));
	add_bool(object, "variadic", f->variadic);
	add_string(object, "wrapper", format("sfi_w_%s", f->name));
	return object;
}

/* --- sorting --- */

struct row {
	const char *key;
	const struct function *function;
	const char *module;
};
typedef LIST(struct row) row_list;

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->key, ((const struct row *)b)->key);
}

static void sort(row_list *list)
{
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_key);
}

static row_list all_functions(const struct model *m)
{
	row_list list = {0};
	struct module **module;
	struct header **header;
	struct function **f;

	for (EACH(module, m->modules))
		for (EACH(header, (*module)->headers))
			for (EACH(f, (*header)->functions)) {
				struct row row = {(*f)->name, *f, (*module)->name};

				PUSH(list, row);
			}
	sort(&list);
	return list;
}

static row_list all_data(const struct model *m)
{
	row_list list = {0};
	struct module **module;
	struct header **header;
	struct data *data;

	for (EACH(module, m->modules))
		for (EACH(header, (*module)->headers))
			for (EACH(data, (*header)->data)) {
				struct row row = {data->name, NULL, NULL};

				PUSH(list, row);
			}
	sort(&list);
	return list;
}

/* What only wrapped inlines use: --coverage has to know it, the pass does not. */
static row_list all_inlined(const struct model *m)
{
	row_list functions = all_functions(m), list = {0}, once = {0};
	struct row *row;
	const char **name;

	for (EACH(row, functions))
		for (EACH(name, row->function->inlined)) {
			struct row key = {*name, NULL, NULL};

			PUSH(list, key);
		}
	sort(&list);
	for (EACH(row, list))
		if (row == list.v || !same(row->key, row[-1].key))
			PUSH(once, *row);
	return once;
}

static json_object *names_json(const row_list *list)
{
	json_object *array = json_object_new_array();
	const struct row *row;

	for (EACH(row, *list))
		json_object_array_add(array, json_object_new_string(row->key));
	return array;
}

/* --- the file --- */

static json_object *callbacks_json(const struct model *m)
{
	json_object *object = json_object_new_object(), *entry;
	const struct callback *cb;
	struct callback **c;
	row_list list = {0};
	struct row *row;

	for (EACH(c, m->callbacks)) {
		struct row key = {(*c)->key, NULL, NULL};

		PUSH(list, key);
	}
	sort(&list);
	for (EACH(row, list)) {
		cb = find_callback(m, row->key);
		entry = json_object_new_object();
		add_string(entry, "entry", format("sfi_e_%s", cb->kind));
		add_string(entry, "kind", cb->kind);
		json_object_object_add(object, row->key, entry);
	}
	return object;
}

static unsigned long long fnv1a(const char *s)
{
	unsigned long long h = 0xcbf29ce484222325ULL;

	while (*s)
		h = (h ^ (unsigned char)*s++) * 0x100000001b3ULL;
	return h;
}

bool emit_policy(const struct model *m, const char *out, unsigned long long *hash)
{
	json_object *policy = json_object_new_object(), *functions = json_object_new_object();
	row_list rows = all_functions(m), data = all_data(m), inlined = all_inlined(m),
		 direct = {0};
	struct row *row;
	bool ok;

	for (EACH(row, rows)) {
		json_object_object_add(functions, row->key,
				       function_json(m, row->function, row->module));
		if (find_annotation(&row->function->annotations, A_DIRECT))
			PUSH(direct, *row);
	}
	json_object_object_add(policy, "abi", json_object_new_int(1));
	json_object_object_add(policy, "callbacks", callbacks_json(m));
	json_object_object_add(policy, "data", names_json(&data));
	json_object_object_add(policy, "direct", names_json(&direct));
	json_object_object_add(policy, "functions", functions);
	json_object_object_add(policy, "inlined", names_json(&inlined));
	*hash = fnv1a(json_object_to_json_string_ext(policy, JSON_C_TO_STRING_PLAIN));
	add_string(policy, "hash", format("0x%016llx", *hash));
	ok = write_file(
		out, "policy.json",
		format("%s\n", json_object_to_json_string_ext(
				       policy, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
						       JSON_C_TO_STRING_NOSLASHESCAPE)));
	json_object_put(policy);
	return ok;
}
