// SPDX-License-Identifier: GPL-2.0-only
/*
 * matrix EXPECT MODULE PARAMETERS [PATTERN...]: the cells of file EXPECT, of misbehaviours whose names match
 * a PATTERN; MODULE is the driver, which is loaded, PARAMETERS what it is loaded with. CONTEXTS in the
 * environment is a list of contexts; there are no others then. Each cell gives one line, PASS or FAIL with
 * all that was wrong. The exit status is 0 if all was tried.
 *
 * A cell: the control, which must succeed; the misbehaviour; the driver is back; the control
 * again. Each is asked by a process of its own, as the driver is loaded and unloaded by one,
 * which then looks whether it has come back as it went.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "matrix.h"

#define DOMAIN "/sys/kernel/sfi/" DRIVER
#define WILD_STORES "/sys/module/sfi_victim/parameters/wild_stores"
#define PATIENCE_S 60

static const char *module, *parameters, *only_in;
static int cells, recoveries; /* all, and the recoveries of those that passed */

/* What a process that was sent has found; shared with it. */
static struct answer {
	int err;
	char balance[128];
} *answer;

static void kill_child(int number)
{
	/* waitpid() ends. */
}

/* Return: 0 in a new process, which ends with come_back(). */
static pid_t send(void)
{
	answer->err = -1;
	strcpy(answer->balance, "unknown");
	return fork();
}

static void come_back(int err)
{
	answer->err = err;
	read_line("/sys/module/sfi_victim/parameters/balanced", answer->balance,
		  sizeof(answer->balance));
	_exit(0);
}

/* Return: the errno, or -1 where there was no answer. */
static int wait_for(pid_t child)
{
	alarm(PATIENCE_S);
	if (waitpid(child, NULL, 0) < 0) {
		kill(child, SIGKILL);
		wrong("it does not come back");
	}
	alarm(0);
	if (strcmp(answer->balance, "Y"))
		wrong("whoever asked: '%s'", answer->balance);
	return answer->err;
}

static int ask_once(const char *name, const char *context, bool control)
{
	pid_t child = send();

	if (!child)
		come_back(ask(name, context, control));
	return wait_for(child);
}

static int value_of(const char *name)
{
	char line[64];

	read_line(name, line, sizeof(line));
	return atoi(line);
}

static void live_again(void)
{
	char state[64];
	int tries;

	for (tries = 0; tries < 20000; tries++) {
		read_line(DOMAIN "/state", state, sizeof(state));
		if (!strcmp(state, "live"))
			return;
		usleep(1000);
	}
	wrong("state '%s'", state);
}

static void load(const char *more, int should_be)
{
	char all[1024];
	pid_t child;

	snprintf(all, sizeof(all), "%s %s", parameters, more);
	child = send();
	if (!child)
		come_back(load_module(module, all));
	same("loading", wait_for(child), should_be);
}

static void unload(void)
{
	pid_t child = send();

	if (!child)
		come_back(syscall(SYS_delete_module, DRIVER, O_NONBLOCK) ? errno : 0);
	same("rmmod", wait_for(child), 0);
	if (!access(DOMAIN, F_OK))
		wrong("the domain is still there");
}

/*
 * What a cell does, by context. All leave a loaded, live driver behind.
 */
static void cell_call(const char *name, const char *context, int err, int reports)
{
	int before = value_of(DOMAIN "/restarts");

	same("control before", ask_once(name, context, true), 0);
	same("the caller's result", ask_once(name, context, false), err);
	live_again();
	same("restarts", value_of(DOMAIN "/restarts"), before + reports);
	same("control after", ask_once(name, context, true), 0);
}

static void cell_init(const char *name, const char *context, int err, int reports)
{
	char at_init[128];

	unload();
	snprintf(at_init, sizeof(at_init), "at_init=%s", name);
	load(at_init, err);
	if (!reports)
		unload();
	if (!access(DOMAIN, F_OK))
		wrong("the domain is still there");
	load("", 0);
	same("control after", ask_once(name, "syscall", true), 0);
}

static void cell_exit(const char *name, const char *context, int err, int reports)
{
	same("arming", ask_once(name, context, false), 0);
	unload();
	load("", 0);
	same("control after", ask_once(name, "syscall", true), 0);
}

/* What cells cost, by context: for whoever wants to make them cheaper. */
static struct cost {
	unsigned int cells, ms;
} costs[32];

static unsigned int now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void print_costs(void)
{
	size_t i;

	for (i = 0; contexts[i].name; i++) {
		if (costs[i].cells)
			printf("%s: %u cells, %u ms each\n", contexts[i].name, costs[i].cells,
			       costs[i].ms / costs[i].cells);
	}
}

static bool has_word(const char *list, const char *word)
{
	char padded[256], looked_for[64];

	snprintf(padded, sizeof(padded), " %s ", list);
	snprintf(looked_for, sizeof(looked_for), " %s ", word);
	return strstr(padded, looked_for);
}

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && !strcmp(name + n - m, end);
}

static void panic_on_warn(bool on)
{
	static bool is;
	int fd;

	if (is == on)
		return;
	is = on;
	fd = open("/proc/sys/kernel/panic_on_warn", O_WRONLY | O_CLOEXEC);
	if (write(fd, on ? "1" : "0", 1) != 1)
		wrong("panic_on_warn cannot be set");
	close(fd);
}

static void cell(const struct row *row, const struct context *where)
{
	bool silent = is_limit(row) || !strncmp(row->report, "left:", 5) ||
		      !strncmp(row->report, "warning:", 8);
	int reports = silent ? 0 : 1, err = EIO, seen = value_of(WILD_STORES);
	struct cost *cost = &costs[where - contexts];

	if (silent || where->forgiving || has_word(row->returned, where->name))
		err = 0;
	cells++;
	cost->cells++;
	cost->ms -= now_ms();
	judge_nothing();
	panic_on_warn(ends_with(row->name, "_panics"));
	if (!strcmp(where->name, "init"))
		cell_init(row->name, where->name, err, reports);
	else if (!strcmp(where->name, "exit"))
		cell_exit(row->name, where->name, err, reports);
	else
		cell_call(row->name, where->name, err, reports);
	same("wild stores that sfi_victim has looked at", value_of(WILD_STORES) - seen,
	     !strncmp(row->report, "wild store", 10));
	judge_log(row, where, reports);
	judge_kernel();
	panic_on_warn(false);
	cost->ms += now_ms();
	if (conclude(row, where->name))
		recoveries += reports;
}

/* Cuts the next column off *@rest, without the blanks around it. */
static char *column(char **rest)
{
	char *begin = *rest + strspn(*rest, " \t"), *end = begin + strcspn(begin, "|\n");

	*rest = *end == '|' ? end + 1 : end;
	while (end > begin && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	return begin;
}

static bool wanted(const char *name, char **patterns)
{
	bool none = !*patterns;

	for (; *patterns; patterns++) {
		if (!fnmatch(*patterns, name, 0))
			return true;
	}
	return none;
}

static void run(FILE *expect, char **patterns)
{
	const struct context *where;
	char line[512], *rest;
	struct row row;
	size_t i;

	while (fgets(line, sizeof(line), expect)) {
		rest = line;
		row.name = column(&rest);
		row.contexts = column(&rest);
		row.report = column(&rest);
		row.blamed = column(&rest);
		row.returned = column(&rest);
		if (!*row.name || *row.name == '#' || !wanted(row.name, patterns))
			continue;
		if (!known_contexts(row.contexts) || !known_contexts(row.returned)) {
			judge_nothing();
			wrong("unknown context in '%s' or '%s'", row.contexts, row.returned);
			conclude(&row, "any context");
			continue;
		}
		for (i = 0; (where = next_context(row.contexts, &i)) != NULL; ) {
			if (!only_in || has_word(only_in, where->name))
				cell(&row, where);
		}
	}
}

int main(int argc, char **argv)
{
	struct sigaction on_alarm = { .sa_handler = kill_child };
	FILE *expect = argc < 4 ? NULL : fopen(argv[1], "re");

	if (!expect) {
		fprintf(stderr, "usage: matrix EXPECT MODULE PARAMETERS [PATTERN...]\n");
		return 1;
	}
	module = argv[2];
	parameters = argv[3];
	only_in = getenv("CONTEXTS");
	answer = mmap(NULL, sizeof(*answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (answer == MAP_FAILED)
		return 1;
	sigaction(SIGALRM, &on_alarm, NULL);
	skip_log();
	run(expect, argv + 4);
	fclose(expect);
	print_costs();
	printf("%d cells, %d recoveries\n", cells, recoveries);
	return 0;
}
