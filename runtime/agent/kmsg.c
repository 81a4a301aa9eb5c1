// SPDX-License-Identifier: GPL-2.0-only
/*
 * Violation reports in the kernel log. A report begins with the line
 *
 *	sfi: VIOLATION in DOMAIN: ...
 *
 * followed by its details, which are indented, between two lines of "=". Lines
 * of other parts of the kernel may have come in between. What a domain goes
 * through later is one line:
 *
 *	sfi: DOMAIN: restarted in ...
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"

#define TAG "sfi: "
#define VIOLATION TAG "VIOLATION in "
#define BAR "====="
#define INDENT "  "
#define RECORD_MAX 8192  /* bytes of one record of /dev/kmsg; the kernel's own limit is lower */
#define REPORT_LINES 200 /* a report that is longer has lost its end */

/* What the kernel says of a domain after a violation, behind "sfi: DOMAIN: ". */
static const char *const events[] = { "restarted in ", "left dead: ", "init returned " };

/* One pass over a log. */
struct scan {
	struct reports *reports;
	const char *domain;    /* only this one, or NULL */
	struct report current; /* report being read, if current.domain */
	size_t lines;          /* lines of it so far */
	bool opened;           /* its first line of "=" was seen */
};

static char *duplicate(const char *text, size_t length)
{
	char *copy = strndup(text, length);

	if (!copy)
		abort();
	return copy;
}

static void report_free(struct report *r)
{
	free(r->domain);
	free(r->text);
	*r = (struct report){ 0 };
}

/* The report that is being read is complete. */
static void scan_finish(struct scan *s)
{
	struct reports *all = s->reports;

	if (!s->current.domain)
		return;
	if (s->domain && strcmp(s->domain, s->current.domain)) {
		report_free(&s->current);
		return;
	}
	all->list = reallocarray(all->list, all->count + 1, sizeof(*all->list));
	if (!all->list)
		abort();
	all->list[all->count++] = s->current;
	s->current = (struct report){ 0 };
}

static void scan_begin(struct scan *s, const char *line, const char *name, size_t length,
		       bool violation, long long time_us)
{
	scan_finish(s);
	s->current = (struct report){
		.domain = duplicate(name, length),
		.text = duplicate(line, strlen(line)),
		.violation = violation,
		.time_us = time_us,
	};
	s->lines = 1;
	s->opened = false;
}

static void scan_append(struct scan *s, const char *line)
{
	char *text;

	if (asprintf(&text, "%s\n%s", s->current.text, line) < 0)
		abort();
	free(s->current.text);
	s->current.text = text;
	if (++s->lines == REPORT_LINES)
		scan_finish(s);
}

/* "sfi: DOMAIN: " and one of events[]: an event of that domain. */
static bool is_event(const char *line, const char **name, size_t *length)
{
	const char *rest;
	size_t i;

	if (strncmp(line, TAG, strlen(TAG)))
		return false;
	*name = line + strlen(TAG);
	*length = strcspn(*name, ": ");
	rest = *name + *length;
	if (strncmp(rest, ": ", 2))
		return false;
	for (i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (!strncmp(rest + 2, events[i], strlen(events[i])))
			return true;
	return false;
}

/* One line of the log, without time stamp. */
static void scan_line(struct scan *s, const char *line, long long time_us)
{
	const char *name;
	size_t length;

	if (!strncmp(line, VIOLATION, strlen(VIOLATION))) {
		name = line + strlen(VIOLATION);
		scan_begin(s, line, name, strcspn(name, ":"), true, time_us);
	} else if (is_event(line, &name, &length)) {
		scan_begin(s, line, name, length, false, time_us);
		scan_finish(s);
	} else if (s->current.domain && !strncmp(line, BAR, strlen(BAR))) {
		if (s->opened)
			scan_finish(s);
		s->opened = true;
	} else if (s->current.domain && s->opened && !strncmp(line, INDENT, strlen(INDENT))) {
		scan_append(s, line);
	}
}

/*
 * One record of /dev/kmsg ("6,1234,5678901,-;text") or one line of dmesg's
 * output ("[    5.678901] text"); lines that are neither are text.
 */
static void scan_record(struct scan *s, char *record)
{
	long long time_us = -1, seconds, fraction;
	int start = 0;
	char *text;

	record[strcspn(record, "\n")] = 0;
	if (record[0] == ' ' && isupper((unsigned char)record[1]) && strchr(record, '='))
		return; /* of a record: its properties, KEY=value */
	if (sscanf(record, "%*u,%*u,%lld,", &time_us) == 1) {
		text = strchr(record, ';');
		if (text)
			scan_line(s, text + 1, time_us);
		return;
	}
	if (sscanf(record, "[%lld.%6lld]%n", &seconds, &fraction, &start) == 2 && start) {
		time_us = seconds * 1000000 + fraction;
		start += record[start] == ' ';
	} else {
		start = 0;
	}
	scan_line(s, record + start, time_us);
}

/* The device gives one record a read(), and EPIPE for each gap. */
static int scan_device(struct scan *s, int fd)
{
	char record[RECORD_MAX + 1];
	ssize_t size;

	for (;;) {
		size = read(fd, record, RECORD_MAX);
		if (size < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (size < 0)
			return errno == EAGAIN ? 0 : errno;
		if (!size)
			return 0;
		record[size] = 0;
		scan_record(s, record);
	}
}

static int scan_file(struct scan *s, int fd)
{
	FILE *file = fdopen(dup(fd), "r");
	char *line = NULL;
	size_t size = 0;
	int error = 0;

	if (!file)
		return errno;
	errno = 0;
	while (getline(&line, &size, file) >= 0)
		scan_record(s, line);
	if (ferror(file))
		error = errno;
	free(line);
	fclose(file);
	return error;
}

enum agent_status reports_read(const char *path, const char *domain, struct reports *r)
{
	struct scan s = { .reports = r, .domain = domain };
	struct stat status;
	int fd, error;

	*r = (struct reports){ 0 };
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return agent_fail(AGENT_NOT_ALLOWED, "%s: %s (try again as root)", path,
				  strerror(errno));
	if (fd < 0)
		return agent_fail(AGENT_FAILED, "%s: %s", path, strerror(errno));

	if (fstat(fd, &status) == 0 && S_ISCHR(status.st_mode))
		error = scan_device(&s, fd);
	else
		error = scan_file(&s, fd);
	close(fd);
	scan_finish(&s);
	return error ? agent_fail(AGENT_FAILED, "%s: %s", path, strerror(error)) : AGENT_OK;
}

void reports_free(struct reports *r)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		report_free(&r->list[i]);
	free(r->list);
	*r = (struct reports){ 0 };
}
