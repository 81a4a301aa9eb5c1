// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfid: the recovery agent. Hears of what becomes of isolated drivers, writes it
 * down, and does what the configuration says about those that the kernel has
 * left dead. The kernel recovers without it, and never waits for it.
 *
 * This file is the command line and the messages; the rest begins in loop.c.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "sfid.h"

#define POLL_MAX_S 86400

static struct options options = { .sysfs = SFI_SYSFS, .config = SFID_CONFIG };
/* Until it is one, whoever started it hears what is wrong. */
static bool is_daemon;

/*
 * Messages
 * --------
 */

static void say(int priority, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void say(int priority, const char *format, va_list arguments)
{
	if (is_daemon) {
		vsyslog(priority, format, arguments);
		return;
	}
	fputs("sfid: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void agent_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(LOG_NOTICE, format, arguments);
	va_end(arguments);
}

enum agent_status agent_fail(enum agent_status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(LOG_ERR, format, arguments);
	va_end(arguments);
	return status;
}

/*
 * Command line
 * ------------
 */

static void help(void)
{
	puts("usage: sfid [OPTION]...\n"
	     "\n"
	     "The recovery agent of isolated drivers: keeps a history of their failures, and\n"
	     "restarts or reloads those that the kernel has left dead.\n"
	     "\n"
	     "  --foreground    no daemon; messages go to stderr\n"
	     "  --config FILE   instead of " SFID_CONFIG "\n"
	     "  --check-config  say what is wrong with the configuration, and end\n"
	     "  --poll S        look at all domains each S seconds, besides waiting for uevents\n"
	     "  --sysfs DIR     use DIR instead of " SFI_SYSFS "\n"
	     "  --help          print this\n"
	     "\n"
	     "Exit status: 0 success, 1 failure, 2 wrong usage, 5 permission denied.");
}

static enum agent_status usage(const char *what)
{
	return agent_fail(AGENT_USAGE, "%s (see sfid --help)", what);
}

/* Status to exit with at once, or -1. */
static int parse_options(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "foreground", no_argument, NULL, 'f' },
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, 'C' },
		{ "poll", required_argument, NULL, 'p' },
		{ "sysfs", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	char *end;
	int option;

	while ((option = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (option) {
		case 'f':
			options.foreground = true;
			break;
		case 'c':
			options.config = optarg;
			options.config_given = true;
			break;
		case 'C':
			options.check = true;
			break;
		case 'p':
			options.poll_s = strtol(optarg, &end, 10);
			if (*end || options.poll_s < 1 || options.poll_s > POLL_MAX_S)
				return usage("--poll takes seconds, at least 1");
			break;
		case 's':
			options.sysfs = optarg;
			break;
		case 'h':
			help();
			return AGENT_OK;
		default:
			return AGENT_USAGE;
		}
	}
	return optind < argc ? usage("there are no arguments, only options") : -1;
}

enum agent_status agent_detach(void)
{
	if (options.foreground)
		return AGENT_OK;
	/* The names on the command line may be relative: the folder stays. */
	if (daemon(1, 0))
		return agent_fail(AGENT_FAILED, "daemon: %s", strerror(errno));
	is_daemon = true;
	return AGENT_OK;
}

int main(int argc, char **argv)
{
	int status = parse_options(argc, argv);
	struct config config;

	if (status >= 0)
		return status;
	if (!config_load(&config, options.config, options.config_given))
		return AGENT_FAILED;
	status = options.check ? AGENT_OK : agent_run(&options, &config);
	config_free(&config);
	return status;
}
