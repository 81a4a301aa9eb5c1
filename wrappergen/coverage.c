// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * --coverage: what the policy says about each import of a kernel module, and
 * for what is missing the line to add, as far as a kernel header tells.
 */
#include <ctype.h>
#include <fcntl.h>
#include <ftw.h>
#include <gelf.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

enum verdict { ANNOTATED, INFERRED, BY_HAND, DIRECT, DATA, INLINED, SUPPORT, MISSING, VERDICTS };
static const char *const verdict_names[] = {
	"annotated", "inferred", "by hand", "direct", "data", "inlined", "support", "missing",
};
_Static_assert(sizeof(verdict_names) / sizeof(*verdict_names) == VERDICTS,
	       "a name for each verdict");

struct import {
	const char *name;
	enum verdict verdict;
	const char *header; /* MISSING: where its declaration seems to be, relative to its include
			       folder */
	const char *declared; /* MISSING: that declaration's text */
};
typedef LIST(struct import) import_list;

/* --- imports of a module --- */

/* Symbols that the kernel's build or the compiler brings in, and the runtime's own in isolated
 * modules. */
static bool is_support(const char *name)
{
	static const char *const prefixes[] = {
		"__fentry__",
		"__x86_indirect_thunk_",
		"__x86_return_thunk",
		"__stack_chk_fail",
		"__SCT__",
		"__SCK__",
		"sfi_",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct import *)a)->name, ((const struct import *)b)->name);
}

static void add_undefined(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, import_list *list)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	for (int i = 1;
	     data && header->sh_entsize && i < (int)(header->sh_size / header->sh_entsize); i++) {
		const char *name;

		if (!gelf_getsym(data, i, &symbol) || symbol.st_shndx != SHN_UNDEF)
			continue;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (name && *name) {
			struct import import = {.name = arena_copy(name, strlen(name))};

			PUSH(*list, import);
		}
	}
}

/* Undefined symbols of FILE, sorted; false, with a message, if it is no ELF file. */
static bool read_imports(const char *file, import_list *list)
{
	int fd = open(file, O_RDONLY);
	Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	bool ok = elf && elf_kind(elf) == ELF_K_ELF;

	while (ok && (section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			add_undefined(elf, section, &header, list);
	elf_end(elf);
	if (fd >= 0)
		close(fd);
	if (!ok)
		fprintf(stderr, "sfi-wrapgen: %s: cannot be read as an ELF file\n", file);
	else if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_name);
	return ok;
}

/* --- the policy's word --- */

static bool array_has(json_object *array, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(array); i++)
		if (same(json_object_get_string(json_object_array_get_idx(array, i)), name))
			return true;
	return false;
}

static enum verdict judge(json_object *policy, const char *name)
{
	json_object *functions, *names, *function, *field;
	const char *kind;

	if (is_support(name))
		return SUPPORT;
	if (json_object_object_get_ex(policy, "data", &names) && array_has(names, name))
		return DATA;
	if (!json_object_object_get_ex(policy, "functions", &functions) ||
	    !json_object_object_get_ex(functions, name, &function) ||
	    !json_object_object_get_ex(function, "kind", &field)) {
		return json_object_object_get_ex(policy, "inlined", &names) &&
				       array_has(names, name)
			       ? INLINED
			       : MISSING;
	}
	kind = json_object_get_string(field);
	if (same(kind, "by_hand"))
		return BY_HAND;
	if (same(kind, "direct"))
		return DIRECT;
	return json_object_object_get_ex(function, "inferred", &field) &&
			       json_object_get_boolean(field)
		       ? INFERRED
		       : ANNOTATED;
}

/* --- where a missing function is declared: a search by name, not by meaning --- */

/* What nftw()'s callback cannot be given otherwise. */
static struct {
	import_list *imports;
	size_t root; /* length of the include folder's name, with its slash */
} search;

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	struct text t;
	char buffer[65536];
	size_t n;

	if (!f)
		return NULL;
	text_begin(&t);
	while ((n = fread(buffer, 1, sizeof(buffer), f)))
		fwrite(buffer, 1, n, t.stream);
	fclose(f);
	return text_end(&t);
}

/* The declaration around a mention of NAME at AT: from the start of its line to the semicolon;
 * NULL: it is none. */
static char *declaration_at(const char *text, const char *at, size_t length)
{
	const char *start = at, *end = at + length, *stop;
	char *line;

	if ((at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_')) || *end != '(')
		return NULL;
	while (start > text && start[-1] != '\n')
		start--;
	stop = strpbrk(end, ";{}#");
	if (!isalpha((unsigned char)*start) && *start != '_')
		return NULL;
	if (!stop || *stop != ';' || start == at || strcspn(start, "=") < (size_t)(at - start))
		return NULL;
	line = arena_copy(start, stop + 1 - start);
	for (char *c = line; *c; c++)
		if (isspace((unsigned char)*c))
			*c = ' ';
	return line;
}

static int look_into(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t n = strlen(path);
	struct import *import;
	char *text;

	(void)st;
	(void)ftw;
	if (type != FTW_F || n < 2 || !same(path + n - 2, ".h"))
		return 0;
	text = read_file(path);
	for (EACH(import, *search.imports)) {
		if (!text || import->verdict != MISSING || import->declared)
			continue;
		for (const char *at = strstr(text, import->name); at && !import->declared;
		     at = strstr(at + 1, import->name))
			import->declared = declaration_at(text, at, strlen(import->name));
		if (import->declared)
			import->header = arena_copy(path + search.root, n - search.root);
	}
	return 0;
}

/* Searches the include folders among the compiler flags. */
static void find_declarations(import_list *imports, const char *const *flags, int nflags)
{
	const char *base = ".";

	search.imports = imports;
	for (int i = 0; i < nflags; i++)
		if (!strncmp(flags[i], "-working-directory=", strlen("-working-directory=")))
			base = strchr(flags[i], '=') + 1;
	for (int i = 0; i < nflags; i++) {
		const char *folder = flags[i] + 2;

		if (strncmp(flags[i], "-I", 2) || !*folder)
			continue;
		if (*folder != '/')
			folder = format("%s/%s", base, folder);
		search.root = strlen(folder) + 1;
		nftw(folder, look_into, 16, FTW_PHYS);
	}
}

/* --- the report --- */

static void print_suggestion(const struct import *import, const char *const *flags, int nflags)
{
	const char *line;

	if (!import->header) {
		printf("             no header declares it as far as a search by name can tell\n");
		return;
	}
	line = parse_prototype(import->header, import->name, flags, nflags);
	printf("             add: %s\n", line ? line : import->declared);
	printf("             (%s <%s>, found by name)\n", line ? "declared by" : "text of",
	       import->header);
}

static void print_report(const char *file, const import_list *imports, const char *const *flags,
			 int nflags)
{
	const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	unsigned count[VERDICTS] = {0};
	const struct import *import;

	for (EACH(import, *imports))
		count[import->verdict]++;
	printf("%s: %u imports", base, imports->n);
	for (int i = 0; i < VERDICTS; i++)
		printf("%s %u %s", i ? "," : ":", count[i], verdict_names[i]);
	printf("\n");
	for (EACH(import, *imports)) {
		printf("  %-10s %s\n", verdict_names[import->verdict], import->name);
		if (import->verdict == MISSING)
			print_suggestion(import, flags, nflags);
	}
}

int coverage(const char *policy, char *const *files, int nfiles, const char *const *flags,
	     int nflags)
{
	json_object *object = json_object_from_file(policy);
	int status = 0;

	if (!object) {
		fprintf(stderr, "sfi-wrapgen: %s: %s\n", policy, json_util_get_last_err());
		return 1;
	}
	elf_version(EV_CURRENT);
	for (int i = 0; i < nfiles; i++) {
		import_list imports = {0};
		struct import *import;

		if (!read_imports(files[i], &imports)) {
			status = 1;
			continue;
		}
		for (EACH(import, imports))
			import->verdict = judge(object, import->name);
		find_declarations(&imports, flags, nflags);
		print_report(files[i], &imports, flags, nflags);
	}
	json_object_put(object);
	return status;
}
