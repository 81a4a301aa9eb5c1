// SPDX-License-Identifier: GPL-2.0-only
/* What became of a cell: by the kernel's log, and by what sfi_victim says. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "matrix.h"

static char faults[2048]; /* of this cell, in words */
static char log_text[1 << 18]; /* lines since the last cell */

/* What the kernel says when somebody has left something behind, or worse. */
static const char *const complaints[] = {
	"WARNING: ", "BUG: ", "Oops", "Call Trace", "detected stall", "nobody cared", "huh, entered softirq",
	"preempt leak", "enabled interrupts", "leaked lock", "while atomic", "exited with", "exceeding its budget",
	"sleeping function", "tick-stop error", "unable to handle", "timed out",
};

void read_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, line, size - 1);

	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

void wrong(const char *format, ...)
{
	size_t n = strlen(faults);
	va_list args;

	n += snprintf(faults + n, sizeof(faults) - n, "%s", n ? "; " : "");
	va_start(args, format);
	if (n < sizeof(faults))
		vsnprintf(faults + n, sizeof(faults) - n, format, args);
	va_end(args);
}

void same(const char *what, int is, int should_be)
{
	if (is != should_be)
		wrong("%s is %d, not %d", what, is, should_be);
}

void judge_nothing(void)
{
	faults[0] = '\0';
}

static int kmsg = -1;

void skip_log(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(kmsg, 0, SEEK_END);
}

/* All that has come since the last time, without the records' heads. */
static void read_log(void)
{
	char record[8192], *text;
	size_t n = 0;
	ssize_t got;

	while ((got = read(kmsg, record, sizeof(record) - 1)) > 0 || (got < 0 && errno == EPIPE)) {
		if (got < 0)
			continue;
		record[got] = '\0';
		text = strchr(record, ';');
		if (text && n + got < sizeof(log_text))
			n += sprintf(log_text + n, "%.*s\n", (int)strcspn(text + 1, "\n"), text + 1);
	}
	log_text[n] = '\0';
}

/* The rest of the first line of the log that contains @word, into @rest. Return: how many do. */
static int find_line(const char *word, char *rest, size_t size)
{
	const char *p = log_text;
	int n = 0;

	rest[0] = '\0';
	while ((p = strstr(p, word)) != NULL) {
		p += strlen(word);
		if (!n++)
			snprintf(rest, size, "%.*s", (int)strcspn(p, "\n"), p);
	}
	return n;
}

/* In which call the report says that it happened. */
static void judge_entry(const struct row *row, const struct context *where)
{
	/* A timer's own function hangs here, whoever waits for it. */
	bool in_timer = !strcmp(row->name, "timer_waits_for_itself");
	char entry[256], pattern[256];

	find_line("entry   : ", entry, sizeof(entry));
	snprintf(pattern, sizeof(pattern), "%s of *", in_timer ? "timer_list__function" : where->entry);
	if (fnmatch(pattern, entry, 0))
		wrong("entry '%s', not '%s'", entry, pattern);
}

/* Whose reports do not say in what kind of context it was. */
static const char *const unplaced[] = {
	"deadlock", "timer_waits_for_itself", /* made by the interrupt that has found it */
	"preempt_turned_on",                  /* by the preempt count, which is broken */
	"interrupt_storm",                    /* made by the hard interrupt, of a thread's handler too */
};

static void judge_level(const struct row *row, const struct context *where)
{
	char level[256], pattern[256];
	size_t i;

	for (i = 0; i < sizeof(unplaced) / sizeof(*unplaced); i++) {
		if (!strcmp(unplaced[i], row->name))
			return;
	}
	find_line("context : ", level, sizeof(level));
	snprintf(pattern, sizeof(pattern), "%s on CPU *", where->level);
	if (fnmatch(pattern, level, 0))
		wrong("context '%s', not '%s'", level, pattern);
}

/* The function of the driver's that was called from outside, as the report says. */
static const char *entered(char *entry, size_t size)
{
	const char *name;

	find_line("entry   : ", entry, size);
	name = strstr(entry, " of ");
	return name ? name + strlen(" of ") : "";
}

static void judge_report(const struct row *row, const struct context *where, int reports)
{
	const char *blamed = *row->blamed ? row->blamed : row->name;
	char report[512], pattern[512], entry[256];
	int n = find_line("VIOLATION in " DRIVER ": ", report, sizeof(report));

	if (n != reports)
		wrong("%d reports, not %d (%s)", n, reports, report);
	if (!n || !reports)
		return;
	if (!strcmp(blamed, "entry"))
		blamed = entered(entry, sizeof(entry));
	snprintf(pattern, sizeof(pattern), "%s by %s+*", row->report, blamed);
	if (fnmatch(pattern, report, 0))
		wrong("report '%s', not '%s'", report, pattern);
	judge_entry(row, where);
	judge_level(row, where);
}

/* A warning of the driver's, which is no violation. */
static void judge_warning(const char *expected)
{
	char warning[256];
	int n = find_line("sfi: WARNING in " DRIVER ": ", warning, sizeof(warning));

	if (n != 1 || fnmatch(expected, warning, 0))
		wrong("%d warnings, not 1: '%s', not '%s'", n, warning, expected);
}

/* What an exit function has forgotten. */
static void judge_left(const char *expected)
{
	char left[256];

	find_line("left behind at exit, and released: ", left, sizeof(left));
	if (fnmatch(expected, left, 0))
		wrong("left behind '%s', not '%s'", left, expected);
}

void judge_log(const struct row *row, const struct context *where, int reports)
{
	size_t i;

	read_log();
	judge_report(row, where, reports);
	if (!strncmp(row->report, "warning: ", 9))
		judge_warning(row->report + 9);
	if (!is_limit(row))
		judge_left(strncmp(row->report, "left: ", 6) ? "" : row->report + 6);
	for (i = 0; i < sizeof(complaints) / sizeof(*complaints); i++) {
		if (strstr(log_text, complaints[i]))
			wrong("the kernel's log has '%s'", complaints[i]);
	}
}

/* rtnl_lock() may be held by somebody else for a moment. */
void judge_kernel(void)
{
	static const char *const verdicts[] = { "intact", "kernel" };
	char path[128], line[256];
	int i, tries;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/sys/module/sfi_victim/parameters/%s", verdicts[i]);
		for (tries = 0; tries < 20; tries++) {
			read_line(path, line, sizeof(line));
			if (!strcmp(line, "Y"))
				break;
			usleep(2000);
		}
		if (strcmp(line, "Y"))
			wrong("%s: '%s'", verdicts[i], line);
	}
}

bool conclude(const struct row *row, const char *context)
{
	const char *mark = is_limit(row) ? " (documented limit)" : "";

	if (!faults[0])
		printf("PASS: %s in %s%s\n", row->name, context, mark);
	else
		printf("%sFAIL: %s in %s: %s\n", log_text, row->name, context, faults);
	fflush(stdout);
	return !faults[0];
}
