// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * --coverage: what the policy says about each import of kernel modules, and
 * for what is missing the line to add, as far as a kernel header tells.
 *
 * A module has hundreds of imports, and there may be thousands of modules: the
 * headers are searched once, for what is missing to all of them together, and
 * each header that has any of it is parsed once, when the first module that
 * needs it is reported.
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
};
typedef LIST(struct import) import_list;

struct file {
	const char *path;
	import_list imports; /* sorted by name */
};

/* What no policy knows, sorted by name. */
struct missing {
	const char *name;
	const char *header; /* where its declaration seems to be, relative to its include folder, or
			       NULL */
	const char *declared; /* that declaration's text */
	const char *line; /* the line to add, if the header could be parsed, or NULL */
	bool asked; /* the header has been parsed, or need not be */
};
typedef LIST(struct missing) missing_list;

/* So many headers are parsed together. */
#define BATCH 24

/* --- on a terminal --- */

/* How far it is. NULL: the line is wanted for something else. */
static void progress(const char *what, int n, int of)
{
	if (!isatty(STDERR_FILENO))
		return;
	fputs("\r\033[K", stderr);
	if (what)
		fprintf(stderr, "sfi-wrapgen: %s (%d of %d)", what, n, of);
}

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

/* Undefined symbols of FILE, sorted; false, with a message, if it is no relocatable ELF file. */
static bool read_imports(const char *file, import_list *list)
{
	int fd = open(file, O_RDONLY);
	Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
	Elf_Scn *section = NULL;
	GElf_Ehdr ehdr;
	GElf_Shdr header;
	bool ok = elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &ehdr) &&
		  ehdr.e_type == ET_REL;

	while (ok && (section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			add_undefined(elf, section, &header, list);
	elf_end(elf);
	if (fd >= 0)
		close(fd);
	if (!ok) {
		progress(NULL, 0, 0);
		fprintf(stderr, "sfi-wrapgen: %s: no kernel module (not a relocatable ELF file)\n",
			file);
	} else if (list->n) {
		qsort(list->v, list->n, sizeof(*list->v), by_name);
	}
	return ok;
}

/* --- the policy's word --- */

/* What the policy says; lists of names as objects, which are looked up at once. */
struct policy {
	json_object *object, *functions, *data, *inlined;
};

static json_object *names_of(json_object *policy, const char *key)
{
	json_object *set = json_object_new_object(), *names;

	if (json_object_object_get_ex(policy, key, &names))
		for (size_t i = 0; i < json_object_array_length(names); i++)
			json_object_object_add(
				set, json_object_get_string(json_object_array_get_idx(names, i)), NULL);
	return set;
}

static bool policy_read(struct policy *policy, const char *file)
{
	policy->object = json_object_from_file(file);
	if (!policy->object) {
		fprintf(stderr, "sfi-wrapgen: %s: %s\n", file, json_util_get_last_err());
		return false;
	}
	json_object_object_get_ex(policy->object, "functions", &policy->functions);
	policy->data = names_of(policy->object, "data");
	policy->inlined = names_of(policy->object, "inlined");
	return true;
}

static void policy_free(struct policy *policy)
{
	json_object_put(policy->inlined);
	json_object_put(policy->data);
	json_object_put(policy->object);
}

static enum verdict judge(const struct policy *policy, const char *name)
{
	json_object *function, *field;
	const char *kind;

	if (is_support(name))
		return SUPPORT;
	if (json_object_object_get_ex(policy->data, name, NULL))
		return DATA;
	if (!json_object_object_get_ex(policy->functions, name, &function) ||
	    !json_object_object_get_ex(function, "kind", &field))
		return json_object_object_get_ex(policy->inlined, name, NULL) ? INLINED : MISSING;
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
	missing_list *missing;
	size_t root; /* length of the include folder's name, with its slash */
} search;

static int missing_by_name(const void *a, const void *b)
{
	return strcmp(((const struct missing *)a)->name, ((const struct missing *)b)->name);
}

static struct missing *find_missing(const missing_list *missing, const char *name)
{
	struct missing key = {.name = name};

	return missing->n ? bsearch(&key, missing->v, missing->n, sizeof(key), missing_by_name)
			  : NULL;
}

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

/* True if NAME at AT is declared as a variable: its line begins with "extern" and has no
 * parenthesis before it. */
static bool is_variable_at(const char *text, const char *at)
{
	const char *start = at;

	while (start > text && start[-1] != '\n')
		start--;
	return !strncmp(start, "extern ", strlen("extern ")) &&
	       strcspn(start, "(;=") >= (size_t)(at - start);
}

/* Takes the declarations out of TEXT that have not been found before. */
static void look_for_declarations(const char *text, const char *header)
{
	struct missing *missing;
	char name[128];
	size_t n;

	for (const char *at = text; *at; at += n) {
		for (n = 0; isalnum((unsigned char)at[n]) || at[n] == '_'; n++)
			;
		if (!n || n >= sizeof(name)) {
			n += !n;
			continue;
		}
		memcpy(name, at, n);
		name[n] = 0;
		missing = find_missing(search.missing, name);
		if (!missing || missing->declared)
			continue;
		if (at[n] == '(')
			missing->declared = declaration_at(text, at, n);
		else if (is_variable_at(text, at))
			missing->declared = missing->line = format("SFI_DATA(%s);", name);
		if (missing->declared)
			missing->header = header;
	}
}

static int look_into(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t n = strlen(path);
	char *text;

	(void)st;
	(void)ftw;
	if (type != FTW_F || n < 2 || !same(path + n - 2, ".h"))
		return 0;
	text = read_file(path);
	if (text)
		look_for_declarations(text, arena_copy(path + search.root, n - search.root));
	return 0;
}

/* Searches the include folders among the compiler flags. */
static void find_declarations(missing_list *missing, const char *const *flags, int nflags)
{
	const char *base = ".";

	search.missing = missing;
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

typedef LIST(struct prototype) prototype_list;
typedef LIST(const char *) header_list;

static bool has(const header_list *headers, const char *header)
{
	const char **h;

	for (EACH(h, *headers))
		if (same(*h, header))
			return true;
	return false;
}

/* Those of MISSING that seem to be declared by HEADERS, or by any (NULL), and have not been asked about. */
static prototype_list wanted_of(const missing_list *missing, const header_list *headers)
{
	prototype_list wanted = {0};
	const struct missing *m;

	for (EACH(m, *missing)) {
		struct prototype p = {.name = m->name};

		if (!m->asked && m->header && (!headers || has(headers, m->header)))
			PUSH(wanted, p);
	}
	return wanted;
}

/* What was found is known; ALL: the rest will not be. */
static void answer(missing_list *missing, const prototype_list *wanted, bool all)
{
	const struct prototype *p;

	for (EACH(p, *wanted)) {
		struct missing *m = find_missing(missing, p->name);

		m->asked = all || p->line;
		if (p->line)
			m->line = p->line;
	}
}

static void ask(missing_list *missing, const header_list *headers, const char *const *flags,
		int nflags)
{
	prototype_list wanted = wanted_of(missing, headers);
	header_list halves[2] = {0};

	if (parse_prototypes(headers->v, headers->n, wanted.v, wanted.n, flags, nflags)) {
		answer(missing, &wanted, true);
		return;
	}
	/* Few cannot be parsed with others: these end up alone. */
	for (unsigned i = 0; i < headers->n; i++)
		PUSH(halves[i >= headers->n / 2], headers->v[i]);
	ask(missing, &halves[0], flags, nflags);
	ask(missing, &halves[1], flags, nflags);
}

/* What every module includes declares much of it. */
static void ask_common(missing_list *missing, const char *const *flags, int nflags)
{
	prototype_list wanted = wanted_of(missing, NULL);

	if (!wanted.n)
		return;
	parse_common_prototypes(wanted.v, wanted.n, flags, nflags);
	answer(missing, &wanted, false);
}

/* Adds to HEADERS, up to BATCH, those that are to be asked for what is missing to FILE. */
static void add_headers(header_list *headers, const struct file *file, const missing_list *missing)
{
	const struct import *import;
	const struct missing *m;

	for (EACH(import, file->imports)) {
		m = import->verdict == MISSING ? find_missing(missing, import->name) : NULL;
		if (m && m->header && !m->asked && !has(headers, m->header) && headers->n < BATCH)
			PUSH(*headers, m->header);
	}
}

/* Has the headers parsed that declare what is missing to FILE; with them, some that files up to END will need. */
static void find_lines(const struct file *file, const struct file *end, missing_list *missing,
		       const char *const *flags, int nflags)
{
	for (;;) {
		header_list headers = {0};

		add_headers(&headers, file, missing);
		if (!headers.n)
			return;
		for (const struct file *next = file + 1; next < end && headers.n < BATCH; next++)
			add_headers(&headers, next, missing);
		ask(missing, &headers, flags, nflags);
	}
}

/* --- the report --- */

static void print_suggestion(const struct missing *m)
{
	if (!m->header) {
		printf("             no header declares it as far as a search by name can tell\n");
		return;
	}
	printf("             add: %s\n", m->line ? m->line : m->declared);
	printf("             (%s <%s>, found by name)\n", m->line ? "declared by" : "text of",
	       m->header);
}

static void print_report(const struct file *file, const missing_list *missing)
{
	const char *base = strrchr(file->path, '/') ? strrchr(file->path, '/') + 1 : file->path;
	unsigned count[VERDICTS] = {0};
	const struct import *import;

	for (EACH(import, file->imports))
		count[import->verdict]++;
	printf("%s: %u imports", base, file->imports.n);
	for (int i = 0; i < VERDICTS; i++)
		printf("%s %u %s", i ? "," : ":", count[i], verdict_names[i]);
	printf("\n");
	for (EACH(import, file->imports)) {
		printf("  %-10s %s\n", verdict_names[import->verdict], import->name);
		if (import->verdict == MISSING)
			print_suggestion(find_missing(missing, import->name));
	}
}

/* What is missing to any of FILES, each once. */
static missing_list all_missing(const struct file *files, int nfiles)
{
	missing_list all = {0}, once = {0};
	const struct import *import;
	struct missing *m;

	for (int i = 0; i < nfiles; i++) {
		for (EACH(import, files[i].imports)) {
			struct missing one = {.name = import->name};

			if (import->verdict == MISSING)
				PUSH(all, one);
		}
	}
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), missing_by_name);
	for (EACH(m, all))
		if (!once.n || !same(m->name, once.v[once.n - 1].name))
			PUSH(once, *m);
	return once;
}

/* The imports of FILES, judged; those that are no module are left out. Returns how many are in READ. */
static int read_all(struct file *read, const struct policy *policy, char *const *files, int nfiles)
{
	struct import *import;
	int n = 0;

	for (int i = 0; i < nfiles; i++) {
		progress("reading modules", i + 1, nfiles);
		read[n] = (struct file){.path = files[i]};
		if (!read_imports(files[i], &read[n].imports))
			continue;
		for (EACH(import, read[n].imports))
			import->verdict = judge(policy, import->name);
		n++;
	}
	return n;
}

int coverage(const char *policy_file, char *const *files, int nfiles, const char *const *flags,
	     int nflags)
{
	struct file *read = arena_alloc(nfiles * sizeof(*read));
	struct policy policy;
	missing_list missing;
	int n;

	if (!policy_read(&policy, policy_file))
		return 1;
	elf_version(EV_CURRENT);
	n = read_all(read, &policy, files, nfiles);
	missing = all_missing(read, n);
	progress("looking for what is missing", 0, n);
	find_declarations(&missing, flags, nflags);
	ask_common(&missing, flags, nflags);
	for (int i = 0; i < n; i++) {
		progress("parsing headers", i + 1, n);
		find_lines(&read[i], read + n, &missing, flags, nflags);
		progress(NULL, 0, 0);
		print_report(&read[i], &missing);
		fflush(stdout); /* the next one may take its time */
	}
	if (n > 1)
		printf("%d modules: %u functions are missing\n", n, missing.n);
	prototypes_end();
	policy_free(&policy);
	return n < nfiles;
}
