// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * sfi-wrapgen: from annotated kernel headers to wrapper modules and the policy
 * of the compiler pass. Command line and reports; the work is in parse.c,
 * check.c, emit_*.c and coverage.c.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emit.h"
#include "util.h"

static const char usage[] =
	"usage: sfi-wrapgen --out DIR --module NAME=HEADERS... -- COMPILER FLAGS\n"
	"       sfi-wrapgen (--report|--holes|--by-hand) --module NAME=HEADERS... -- COMPILER FLAGS\n"
	"       sfi-wrapgen --coverage POLICY FILE.ko... [-- COMPILER FLAGS]\n"
	"\n"
	"Generates import wrappers, entry wrappers and the policy file of sfi-pass from\n"
	"annotated kernel headers.\n"
	"\n"
	"  --out DIR              write DIR/policy.json, DIR/types.h, DIR/NAME/*.c\n"
	"  --module NAME=HEADERS  a wrapper module and the folder of its annotated headers\n"
	"  --report               list each function and what is checked of its parameters\n"
	"  --holes                list what a driver can pass unchecked: SFI_UNCHECKED, SFI_DIRECT,\n"
	"                         and data that the kernel reads behind a checked address\n"
	"  --by-hand              list the functions whose wrapper is written by hand, and why\n"
	"  --coverage POLICY      list the imports of kernel modules: annotated, inferred, missing\n"
	"  --help                 print this\n"
	"\n"
	"COMPILER FLAGS are those the kernel is built with; what does not change the\n"
	"meaning of a declaration is ignored. Exit status: 0, 1 after an error.\n";

enum mode { GENERATE, REPORT, HOLES, BY_HAND, COVERAGE };

struct options {
	enum mode mode;
	const char *out, *policy;
	LIST(char *) files;
	const char *const *flags;
	int nflags;
};

/* --- reports --- */

static void report_param(const struct model *m, const struct param *p)
{
	const struct annotation *a;

	printf("  %s:", p->name);
	for (EACH(a, p->annotations))
		printf(*a->text ? " %s(%s)" : " %s", a->name, a->text);
	if (!p->annotations.n && p->type.shape == SHAPE_POINTER && p->type.pointee_const)
		printf(" inferred: readable");
	else if (!p->annotations.n && param_callback(m, p))
		printf(" inferred: callback %s", param_callback(m, p)->key);
	else if (!p->annotations.n)
		printf(" inferred: value");
	printf("\n");
}

/* What stays open where parameter P of F is passed, or NULL. */
static const char *hole(const struct model *m, const struct function *f, const struct param *p)
{
	const struct annotation *unchecked = find_annotation(&p->annotations, A_UNCHECKED);
	const struct annotation *release = find_annotation(&f->annotations, A_RELEASES);

	if (unchecked)
		return unchecked->text;
	if (p->type.shape != SHAPE_POINTER || param_callback(m, p) || checks_callbacks(m, p))
		return NULL;
	/* A release checks the object itself. */
	if (release && mentions(release->expr, p->name))
		return NULL;
	if (find_annotation(&p->annotations, A_READS) ||
	    (!p->annotations.n && p->type.pointee_const))
		return "its address is checked, what the kernel reads there is not";
	return NULL;
}

static void report_holes(const struct model *m, const struct function *f)
{
	const struct annotation *direct = find_annotation(&f->annotations, A_DIRECT);
	const struct param *p;

	if (direct)
		printf("%s: called without a wrapper: %s\n", f->name, direct->text);
	if (direct || find_annotation(&f->annotations, A_BY_HAND))
		return;
	for (EACH(p, f->params))
		if (hole(m, f, p))
			printf("%s, %s: %s\n", f->name, p->name, hole(m, f, p));
}

static void report_function(const struct model *m, const struct function *f, enum mode mode)
{
	const struct annotation *by_hand = find_annotation(&f->annotations, A_BY_HAND);
	const struct param *p;

	if (mode == BY_HAND) {
		if (by_hand)
			printf("%s: %s\n", f->name, by_hand->text);
		return;
	}
	if (mode == HOLES) {
		report_holes(m, f);
		return;
	}
	printf("%s: %s\n", f->name, is_inferred(f) ? "inferred" : "annotated");
	for (EACH(p, f->params))
		report_param(m, p);
}

static void report(const struct model *m, enum mode mode)
{
	struct module **module;
	struct header **header;
	struct function **f;
	struct callback **cb;

	for (EACH(cb, m->callbacks))
		if (mode == BY_HAND && (*cb)->emits)
			report_function(m, &(*cb)->fn, mode);
	for (EACH(module, m->modules))
		for (EACH(header, (*module)->headers))
			for (EACH(f, (*header)->functions))
				report_function(m, *f, mode);
}

/* --- command line --- */

static bool bad_usage(const char *what, const char *word)
{
	fprintf(stderr, "sfi-wrapgen: %s%s\nTry 'sfi-wrapgen --help'.\n", what, word);
	return false;
}

/* Compiler flags may change the folder that relative paths start from. */
static const char *absolute(const char *path)
{
	char cwd[4096];

	return *path == '/' || !getcwd(cwd, sizeof(cwd)) ? path : format("%s/%s", cwd, path);
}

static bool add_module(struct model *m, char *definition)
{
	char *equals = strchr(definition, '=');
	struct module *module = arena_alloc(sizeof(*module));
	size_t n;

	if (!equals || equals == definition)
		return bad_usage("--module wants NAME=HEADERS, not ", definition);
	module->name = arena_copy(definition, equals - definition);
	for (n = strlen(equals + 1); n > 1 && equals[n] == '/'; n--)
		;
	module->dir = absolute(arena_copy(equals + 1, n));
	PUSH(m->modules, module);
	return true;
}

static bool parse_options(struct options *o, struct model *m, int argc, char **argv)
{
	static const struct {
		const char *option;
		enum mode mode;
	} modes[] = {{"--report", REPORT}, {"--holes", HOLES}, {"--by-hand", BY_HAND}};

	for (int i = 1; i < argc; i++) {
		const char *option = argv[i];
		bool found = false;

		for (size_t k = 0; k < sizeof(modes) / sizeof(*modes); k++)
			if (same(option, modes[k].option)) {
				o->mode = modes[k].mode;
				found = true;
			}
		if (found)
			continue;
		if (same(option, "--")) {
			o->flags = (const char *const *)argv + i + 1;
			o->nflags = argc - i - 1;
			break;
		}
		if (option[0] != '-') {
			PUSH(o->files, argv[i]);
			continue;
		}
		if (!same(option, "--out") && !same(option, "--module") &&
		    !same(option, "--coverage"))
			return bad_usage("unknown option ", option);
		if (++i == argc)
			return bad_usage("nothing follows ", option);
		if (same(option, "--out"))
			o->out = argv[i];
		else if (same(option, "--coverage"))
			o->policy = argv[i];
		else if (!add_module(m, argv[i]))
			return false;
	}
	return true;
}

static int generate(struct model *m, const struct options *o)
{
	unsigned long long hash;
	struct module **module;

	for (EACH(module, m->modules))
		if (parse_module(m, *module, o->flags, o->nflags) < 1)
			error_at(m, (struct loc){0}, "%s: no annotated headers there",
				 (*module)->dir);
	if (!m->errors)
		check_model(m);
	if (m->errors) {
		fprintf(stderr, "%u error%s, nothing written\n", m->errors,
			m->errors == 1 ? "" : "s");
		return 1;
	}
	if (o->mode != GENERATE) {
		report(m, o->mode);
		return 0;
	}
	return !(make_dir(o->out) && emit_policy(m, o->out, &hash) &&
		 emit_wrappers(m, o->out, hash));
}

int main(int argc, char **argv)
{
	struct model m = {0};
	struct options o = {0};
	int status = 1;

	if (argc == 2 && same(argv[1], "--help")) {
		fputs(usage, stdout);
		return 0;
	}
	if (!parse_options(&o, &m, argc, argv))
		status = 1;
	else if (o.policy)
		status = o.files.n ? coverage(o.policy, o.files.v, o.files.n, o.flags, o.nflags)
				   : (bad_usage("--coverage wants kernel modules", ""), 1);
	else if (o.files.n)
		bad_usage("what is ", o.files.v[0]);
	else if (!m.modules.n)
		bad_usage("no --module", "");
	else if (o.mode == GENERATE && !o.out)
		bad_usage("no --out", "");
	else
		status = generate(&m, &o);
	arena_free();
	return status;
}
