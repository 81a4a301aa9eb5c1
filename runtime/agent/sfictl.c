// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfictl: shows the isolated drivers of the running kernel and their violation
 * reports, restarts and stops them. Command line and output; what is shown
 * comes from sysfs.c and kmsg.c.
 */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sfid.h"

/*
 * Data
 * ----
 */

static struct {
	const char *sysfs, *kmsg, *history;
	bool json;
	bool colours;
} options = { .sysfs = SFI_SYSFS, .kmsg = SFI_KMSG, .history = SFID_HISTORY };

/* Attributes of a domain, in the order in which show prints them. */
static const struct attribute {
	const char *name;  /* of the file, and the key in JSON */
	const char *title; /* for people; NULL: the report, printed last */
	const char *unit;
	const char *column; /* heading in the list; NULL: not there */
} attributes[] = {
	{ "state", "State", "", "STATE" },
	{ "dead_why", "Left dead", "", NULL },
	{ "restarts", "Restarts", "", "RESTARTS" },
	{ "violations", "Violations", "", "VIOLATIONS" },
	{ "last_recovery_us", "Last recovery", " us", "RECOVERY(us)" },
	{ "last_outage_us", "Our part", " us", NULL },
	{ "last_driver_us", "Driver's part", " us", NULL },
	{ "memory", "Memory (bytes)", "", "MEMORY" },
	{ "objects", "Objects held", "", NULL },
	{ "held", "Memory held", " bytes", NULL },
	{ "refused", "Refused", "", NULL },
	{ "leaked", "Leaked", "", NULL },
	{ "warnings", "Warnings", "", NULL },
	{ "overdue", "Calls overdue", "", NULL },
	{ "growths", "Growths", "", NULL },
	{ "guards", "Guards", "", NULL },
	{ "last_report", NULL, "", NULL },
};
#define NR_ATTRIBUTES (sizeof(attributes) / sizeof(*attributes))

static const char red[] = "\033[31m", green[] = "\033[32m", yellow[] = "\033[33m",
		  bold[] = "\033[1m", plain[] = "\033[0m";

/* Colour of a domain's state. */
static const struct {
	const char *state, *colour;
} state_colours[] = {
	{ "live", green },    { "loading", yellow }, { "recovering", yellow },
	{ "failed", red },    { "dead", red },
};

/*
 * Output
 * ------
 */

enum agent_status agent_fail(enum agent_status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("sfictl: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	return status;
}

static const char *colour(const char *sequence)
{
	return options.colours ? sequence : "";
}

static const char *state_colour(const char *state)
{
	size_t i;

	for (i = 0; i < sizeof(state_colours) / sizeof(*state_colours); i++)
		if (!strcmp(state, state_colours[i].state))
			return colour(state_colours[i].colour);
	return "";
}

static void print_json(struct json_object *value)
{
	puts(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PRETTY |
							   JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(value);
}

/* Whole text a decimal number? */
static bool number(const char *text, long long *value)
{
	char *end;

	errno = 0;
	*value = strtoll(text, &end, 10);
	return *text && !*end && !errno;
}

/*
 * TEXT as JSON: a number; "NAME NUMBER" lines (a blank or a colon between them)
 * as an object; anything else as a string.
 */
static struct json_object *to_json(const char *text)
{
	struct json_object *object;
	char key[64], rest[2];
	const char *line = text;
	long long value;

	if (number(text, &value))
		return json_object_new_int64(value);
	object = json_object_new_object();
	while (*line) {
		size_t length = strcspn(line, "\n");
		char *copy = strndup(line, length);
		int fields = copy ? sscanf(copy, "%63[^: ]%*[: ]%lld%1s", key, &value, rest) : 0;

		free(copy);
		if (fields != 2) {
			json_object_put(object);
			return json_object_new_string(text);
		}
		json_object_object_add(object, key, json_object_new_int64(value));
		line += length + (line[length] == '\n');
	}
	if (!*text) {
		json_object_put(object);
		return json_object_new_string("");
	}
	return object;
}

/* All attributes of a domain; those the kernel does not have are left out. */
static struct json_object *domain_json(const char *name)
{
	struct json_object *object = json_object_new_object();
	size_t i;

	json_object_object_add(object, "name", json_object_new_string(name));
	for (i = 0; i < NR_ATTRIBUTES; i++) {
		const char *key = attributes[i].name;
		char *text = domain_attribute(options.sysfs, name, key);

		if (!text)
			continue;
		/* A report is text, whatever it looks like. */
		json_object_object_add(object, key, attributes[i].title ?
					       to_json(text) : json_object_new_string(text));
		free(text);
	}
	return object;
}

/*
 * Commands
 * --------
 */

static void print_heading(void)
{
	size_t i;

	printf("%-20s", "NAME");
	for (i = 0; i < NR_ATTRIBUTES; i++)
		if (attributes[i].column)
			printf(" %12s", attributes[i].column);
	putchar('\n');
}

/* One row of the list. Of an attribute that has several values, the first. */
static void print_row(const char *name)
{
	size_t i;

	printf("%-20s", name);
	for (i = 0; i < NR_ATTRIBUTES; i++) {
		const struct attribute *a = &attributes[i];
		const char *value = NULL;
		char *text;

		if (!a->column)
			continue;
		text = domain_attribute(options.sysfs, name, a->name);
		if (text)
			value = strtok(text, "\n");
		if (value && strchr(value, ' '))
			value = strrchr(value, ' ') + 1;
		if (!value)
			value = "?";
		printf(" %s%12s%s", state_colour(value), value, colour(plain));
		free(text);
	}
	putchar('\n');
}

static enum agent_status do_list(const char *unused)
{
	struct domains d;
	enum agent_status status = domains_read(options.sysfs, &d);
	struct json_object *array;
	size_t i;

	(void)unused;
	if (status)
		return status;
	if (options.json) {
		array = json_object_new_array();
		for (i = 0; i < d.count; i++)
			json_object_array_add(array, domain_json(d.names[i]));
		print_json(array);
	} else if (!d.count) {
		puts("no isolated driver is loaded");
	} else {
		print_heading();
		for (i = 0; i < d.count; i++)
			print_row(d.names[i]);
	}
	domains_free(&d);
	return AGENT_OK;
}

/* An attribute of several lines goes below its title, indented. */
static void print_attribute(const struct attribute *a, const char *text)
{
	const char *line = text;

	if (!strchr(text, '\n')) {
		printf("%-14s %s%s%s%s\n", a->title, state_colour(text), text, colour(plain),
		       *text ? a->unit : "");
		return;
	}
	printf("%s\n", a->title);
	while (*line) {
		int length = strcspn(line, "\n");

		printf("  %.*s\n", length, line);
		line += length + (line[length] == '\n');
	}
}

/* A report's first line in bold. */
static void print_report(const char *text)
{
	int length = strcspn(text, "\n");

	printf("%s%.*s%s%s\n", colour(bold), length, text, colour(plain), text + length);
}

static enum agent_status do_show(const char *name)
{
	enum agent_status status = domain_check(options.sysfs, name);
	size_t i;

	if (status)
		return status;
	if (options.json) {
		print_json(domain_json(name));
		return AGENT_OK;
	}
	printf("%-14s %s\n", "Name", name);
	for (i = 0; i < NR_ATTRIBUTES; i++) {
		char *text = domain_attribute(options.sysfs, name, attributes[i].name);

		if (!text || !*text) {
			; /* this kernel does not have it, or there is nothing to say */
		} else if (attributes[i].title) {
			print_attribute(&attributes[i], text);
		} else {
			puts("Last report");
			print_report(text);
		}
		free(text);
	}
	return AGENT_OK;
}

/* Is a report with the same first line in R? */
static bool reported(const struct reports *r, const char *text)
{
	size_t length = strcspn(text, "\n"), i;

	for (i = 0; i < r->count; i++)
		if (strcspn(r->list[i].text, "\n") == length &&
		    !strncmp(r->list[i].text, text, length))
			return true;
	return false;
}

/* Adds the last reports that sysfs still has, but the log has lost, in front. */
static void add_last_report(struct reports *r, const char *name)
{
	char *text = domain_attribute(options.sysfs, name, "last_report");

	if (!text || !*text || reported(r, text)) {
		free(text);
		return;
	}
	r->list = reallocarray(r->list, r->count + 1, sizeof(*r->list));
	if (!r->list)
		abort();
	memmove(r->list + 1, r->list, r->count++ * sizeof(*r->list));
	r->list[0] = (struct report){
		.domain = strdup(name), .text = text, .violation = true, .time_us = -1
	};
	if (!r->list[0].domain)
		abort();
}

/* Of all domains or of NAME. No sysfs is no error here: the log outlives the module. */
static void add_last_reports(struct reports *r, const char *name)
{
	struct domains d;
	size_t i;

	if (access(options.sysfs, X_OK) || domains_read(options.sysfs, &d))
		return;
	for (i = 0; i < d.count; i++)
		if (!name || !strcmp(name, d.names[i]))
			add_last_report(r, d.names[i]);
	domains_free(&d);
}

static struct json_object *report_json(const struct report *r)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "domain", json_object_new_string(r->domain));
	json_object_object_add(object, "violation", json_object_new_boolean(r->violation));
	json_object_object_add(object, "time_us",
			       r->time_us < 0 ? NULL : json_object_new_int64(r->time_us));
	json_object_object_add(object, "first_line",
			       json_object_new_string_len(r->text, strcspn(r->text, "\n")));
	json_object_object_add(object, "text", json_object_new_string(r->text));
	return object;
}

static void print_reports(const struct reports *r)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		const struct report *one = &r->list[i];

		if (one->time_us >= 0)
			printf("[%5lld.%06lld] ", one->time_us / 1000000, one->time_us % 1000000);
		if (one->violation)
			print_report(one->text);
		else
			puts(one->text);
	}
	if (!r->count)
		puts("no violation is on record");
}

static enum agent_status do_log(const char *name)
{
	struct json_object *array;
	struct reports r;
	enum agent_status status = reports_read(options.kmsg, name, &r);
	size_t i;

	if (status)
		return status;
	add_last_reports(&r, name);
	/* Nothing known of that name: a mistyped one must not look like a healthy driver. */
	if (name && !r.count)
		status = domain_check(options.sysfs, name);
	if (!status && options.json) {
		array = json_object_new_array();
		for (i = 0; i < r.count; i++)
			json_object_array_add(array, report_json(&r.list[i]));
		print_json(array);
	} else if (!status) {
		print_reports(&r);
	}
	reports_free(&r);
	return status;
}

static enum agent_status control(const char *name, const char *command)
{
	enum agent_status status = domain_check(options.sysfs, name);
	struct json_object *object;
	char *state;

	if (!status)
		status = domain_control(options.sysfs, name, command);
	if (status)
		return status;
	state = domain_attribute(options.sysfs, name, "state");
	if (options.json) {
		object = json_object_new_object();
		json_object_object_add(object, "name", json_object_new_string(name));
		json_object_object_add(object, "command", json_object_new_string(command));
		json_object_object_add(object, "state", json_object_new_string(state ? state : ""));
		print_json(object);
	} else {
		printf("%s: %s: now %s%s%s\n", name, command, state_colour(state ? state : ""),
		       state ? state : "gone", colour(plain));
	}
	free(state);
	return AGENT_OK;
}

static enum agent_status do_history(const char *name)
{
	return show_history(options.history, name, options.json);
}

static enum agent_status do_restart(const char *name)
{
	return control(name, "restart");
}

static enum agent_status do_stop(const char *name)
{
	return control(name, "stop");
}

static const struct command {
	const char *name;
	enum agent_status (*run)(const char *name);
	int min, max; /* number of arguments */
	const char *usage, *help;
} commands[] = {
	{ "list", do_list, 0, 0, "", "all isolated drivers, one line each" },
	{ "show", do_show, 1, 1, " NAME", "everything about one, with its last report" },
	{ "log", do_log, 0, 1, " [NAME]", "violation reports and restarts, oldest first" },
	{ "history", do_history, 0, 1, " [NAME]", "what sfid has recorded, oldest first" },
	{ "restart", do_restart, 1, 1, " NAME", "restart a driver, as after a violation" },
	{ "stop", do_stop, 1, 1, " NAME", "stop a driver and release all it holds" },
};
#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

/*
 * Command line
 * ------------
 */

static void help(void)
{
	size_t i;

	puts("usage: sfictl [OPTION]... COMMAND [NAME]\n"
	     "\n"
	     "Shows and controls the isolated drivers of the running kernel.\n");
	for (i = 0; i < NR_COMMANDS; i++)
		printf("  %s%-*s %s\n", commands[i].name, (int)(14 - strlen(commands[i].name)),
		       commands[i].usage, commands[i].help);
	puts("\n"
	     "  --json        print JSON\n"
	     "  --sysfs DIR   read DIR instead of " SFI_SYSFS "\n"
	     "  --kmsg FILE   log: read FILE (a copy of /dev/kmsg, or dmesg's output)\n"
	     "                instead of " SFI_KMSG "\n"
	     "  --history FILE\n"
	     "                history: read FILE instead of " SFID_HISTORY "\n"
	     "  --help        print this\n"
	     "\n"
	     "Exit status: 0 success, 1 failure, 2 wrong usage, 3 no such driver,\n"
	     "4 sfi.ko is not loaded, 5 permission denied.");
}

static enum agent_status usage(const char *what, const char *argument)
{
	return agent_fail(AGENT_USAGE, "%s%s%s%s (see sfictl --help)", what, argument ? " '" : "",
			  argument ? argument : "", argument ? "'" : "");
}

static enum agent_status run(int count, char **words)
{
	size_t i;

	if (!count)
		return usage("a command is missing", NULL);
	for (i = 0; i < NR_COMMANDS; i++) {
		const struct command *c = &commands[i];

		if (strcmp(words[0], c->name))
			continue;
		if (count - 1 < c->min)
			return usage("a driver's name is missing behind", c->name);
		if (count - 1 > c->max)
			return usage("too many words behind", c->name);
		return c->run(count > 1 ? words[1] : NULL);
	}
	return usage("no command", words[0]);
}

static bool colours_wanted(void)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") && !(no_color && *no_color);
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "sysfs", required_argument, NULL, 's' },
		{ "kmsg", required_argument, NULL, 'k' },
		{ "history", required_argument, NULL, 'H' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	enum agent_status status;
	int option;

	while ((option = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (option) {
		case 'j':
			options.json = true;
			break;
		case 's':
			options.sysfs = optarg;
			break;
		case 'k':
			options.kmsg = optarg;
			break;
		case 'H':
			options.history = optarg;
			break;
		case 'h':
			help();
			return AGENT_OK;
		default:
			return AGENT_USAGE;
		}
	}
	options.colours = !options.json && colours_wanted();
	status = run(argc - optind, argv + optind);
	/* A full disk must not pass for success. */
	if (fflush(stdout) && !status)
		status = agent_fail(AGENT_FAILED, "output: %s", strerror(errno));
	return status;
}
