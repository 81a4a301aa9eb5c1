// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where events come from: the kernel's uevents, which say that a domain has
 * entered a state, and sysfs, which says the rest. A message of uevents is
 * "ACTION@PATH" and then KEY=VALUE, each ended by a zero byte. It has no header
 * of netlink, so that libraries for that have nothing to parse, and the sender
 * must be looked at: processes can send to the kernel's group too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sfid.h"

#define KERNEL_GROUP 1            /* udevd's is 2 */
#define RECEIVE_BYTES (1 << 20)   /* of the socket; one state change takes about 1 KiB of it */

int events_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };
	int size = RECEIVE_BYTES, error;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -1;
	/* Without the privilege the default will have to do: what it loses is noticed. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

enum event uevent_parse(struct uevent *e, size_t size)
{
	const char *subsystem = "", *action = "", *end = e->message + size;
	const char *key;

	e->domain = e->state = NULL;
	if (!size || end[-1])
		return EVENT_OTHER;
	for (key = e->message; key < end; key += strlen(key) + 1) {
		if (!strncmp(key, "SUBSYSTEM=", 10))
			subsystem = key + 10;
		else if (!strncmp(key, "ACTION=", 7))
			action = key + 7;
		else if (!strncmp(key, "SFI_DOMAIN=", 11))
			e->domain = key + 11;
		else if (!strncmp(key, "SFI_STATE=", 10))
			e->state = key + 10;
	}
	if (!strcmp(subsystem, "module") && !strcmp(action, "remove"))
		return EVENT_UNKNOWN;
	if (strcmp(subsystem, "sfi") || !e->domain || !e->state)
		return EVENT_OTHER;
	return EVENT_STATE;
}

enum event events_next(int fd, struct uevent *e)
{
	struct sockaddr_nl from;
	socklen_t length = sizeof(from);
	ssize_t size;

	do {
		size = recvfrom(fd, e->message, sizeof(e->message), 0, (struct sockaddr *)&from, &length);
	} while (size < 0 && errno == EINTR);
	if (size < 0 && errno == ENOBUFS) {
		agent_say("uevents were lost: looking at all domains");
		return EVENT_UNKNOWN;
	}
	if (size < 0) {
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			errno = 0;
		return EVENT_NONE;
	}
	if (length != sizeof(from) || from.nl_pid)
		return EVENT_OTHER; /* not from the kernel */
	return uevent_parse(e, size);
}

/*
 * What is found
 * -------------
 */

long long uptime_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static char *copy(const char *text)
{
	char *c = strdup(text);

	if (!c)
		abort();
	return c;
}

/* Which boot this is; does not change while we run. */
static const char *boot_id(void)
{
	static char id[64];
	FILE *file;

	if (*id)
		return id;
	file = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (!file || !fgets(id, sizeof(id), file))
		strcpy(id, "unknown");
	id[strcspn(id, "\n")] = 0;
	if (file)
		fclose(file);
	return id;
}

static char *time_now(void)
{
	char seconds[32], *text;
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(seconds, sizeof(seconds), "%FT%T", &tm);
	if (asprintf(&text, "%s.%03ldZ", seconds, now.tv_nsec / 1000000) < 0)
		abort();
	return text;
}

/* An attribute's text; "" where there is none. */
static char *text_of(const char *root, const char *domain, const char *attribute)
{
	char *text = domain_attribute(root, domain, attribute);

	return text ? text : copy("");
}

static long long number_of(const char *root, const char *domain, const char *attribute)
{
	char *text = text_of(root, domain, attribute);
	long long number = strtoll(text, NULL, 10);

	free(text);
	return number;
}

static void begin(const char *domain, struct record *r)
{
	*r = (struct record){
		.time = time_now(), .boot = copy(boot_id()), .uptime_ms = uptime_ms(),
		.domain = copy(domain),
	};
}

/* What sysfs says of a domain that is, or was, in STATE. */
static void read_record(const char *root, const char *domain, const char *state, struct record *r)
{
	begin(domain, r);
	r->state = copy(state);
	r->why = !strcmp(state, "dead") ? text_of(root, domain, "dead_why") : copy("");
	r->violations = number_of(root, domain, "violations");
	if (!strcmp(state, "live"))
		r->recovery_us = number_of(root, domain, "last_recovery_us");
	r->report = text_of(root, domain, "last_report");
}

/*
 * The attributes are read one after another, and the driver does not wait: with
 * the violation of a failure that comes in between, a driver that was live before
 * it would look like one that lives again after it. So the state is read before
 * and after. An announced one may be of the past in any case.
 */
bool event_look(const char *root, const char *domain, const char *state, struct record *r)
{
	char *before, *after;
	bool changed;

	/* It comes from a message: it must not lead out of the folder. */
	if (strchr(domain, '/') || domain[0] == '.')
		return false;
	after = domain_attribute(root, domain, "state");
	do {
		before = after;
		if (!before)
			return false;
		read_record(root, domain, state ? state : before, r);
		r->past = strcmp(r->state, before);
		after = domain_attribute(root, domain, "state");
		changed = !state && (!after || strcmp(before, after));
		free(before);
		if (changed)
			record_free(r);
	} while (changed);
	free(after);
	return true;
}

void event_gone(const char *domain, struct record *r)
{
	begin(domain, r);
	r->state = copy(STATE_GONE);
	r->why = copy("");
	r->report = copy("");
}
