/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sfictl and sfid share: domains as sysfs shows them (sysfs.c); and
 * violation reports as the kernel log holds them (kmsg.c).
 */
#ifndef SFI_AGENT_H
#define SFI_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#define SFI_SYSFS "/sys/kernel/sfi"
#define SFI_KMSG "/dev/kmsg"

/* Exit statuses; documented in sfictl.8. */
enum agent_status {
	AGENT_OK,
	AGENT_FAILED,      /* the kernel refused, or a file could not be read */
	AGENT_USAGE,       /* wrong command line */
	AGENT_NO_DOMAIN,   /* no domain of that name */
	AGENT_NOT_LOADED,  /* sfi.ko is not loaded */
	AGENT_NOT_ALLOWED, /* permission denied */
};

/* Says what is wrong, as the program does that, and returns STATUS. */
enum agent_status agent_fail(enum agent_status status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Domains
 * -------
 */

/* The names of all domains, sorted. Free with domains_free(). */
struct domains {
	char **names;
	size_t count;
};

/*
 * Lists the domains under ROOT. On failure says why, leaves D empty, and returns
 * AGENT_NOT_LOADED, AGENT_NOT_ALLOWED or AGENT_FAILED.
 */
enum agent_status domains_read(const char *root, struct domains *d);
void domains_free(struct domains *d);

bool domain_exists(const char *root, const char *name);

/* AGENT_OK if ROOT has a domain NAME; otherwise says what to do, and why it failed. */
enum agent_status domain_check(const char *root, const char *name);

/*
 * The contents of a domain's attribute without the newline at the end, or NULL
 * (errno tells why). Free with free().
 */
char *domain_attribute(const char *root, const char *name, const char *attribute);

/* Writes COMMAND ("restart", "stop") to the domain's control file; says why where it fails. */
enum agent_status domain_control(const char *root, const char *name, const char *command);

/*
 * Reports
 * -------
 */

/* What the kernel log says about one event: its text, one line or more, without time stamps. */
struct report {
	char *domain; /* name of the domain that it is about */
	char *text;
	bool violation; /* false: of a restart, or the end, of a domain */
	long long time_us; /* since boot; -1: not known */
};

struct reports {
	struct report *list; /* in the log's order */
	size_t count;
};

/*
 * Finds the reports in PATH: /dev/kmsg or a file in its format, or the output
 * of dmesg. With DOMAIN, only those about it. On failure says why.
 */
enum agent_status reports_read(const char *path, const char *domain, struct reports *r);
void reports_free(struct reports *r);

#endif
