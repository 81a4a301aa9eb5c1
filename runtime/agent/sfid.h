/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of sfid, the recovery agent, share. An event becomes a record
 * (events.c); what is to be done about it is decided from the configuration
 * (config.c) and the records before it (history.c) by decide.c, and done by
 * child processes (act.c, child.c). loop.c is the loop around them.
 */
#ifndef SFI_SFID_H
#define SFI_SFID_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "agent.h"

#define SFID_CONFIG "/etc/sfi/sfid.conf"
#define SFID_HISTORY "/var/lib/sfi/history.jsonl"

/*
 * Records
 * -------
 */

/* What the agent does about an event. Names in history.c; documented in sfid.8. */
enum decision {
	DECIDE_NOTHING, /* no news: not recorded */
	DECIDE_LEAVE,   /* to the kernel, or to the operator */
	DECIDE_RESTART, /* a restart in place, after delay_ms */
	DECIDE_RELOAD,  /* unload the module, load it or another build, after delay_ms */
	DECIDE_GIVE_UP, /* no means is left */
	NR_DECISIONS
};

/* An event: what a domain was found to be, when, and what was decided. Strings are never NULL. */
struct record {
	bool past;           /* it was announced, and is another one by now; not written down */
	char *time;          /* for people: UTC, ISO 8601 */
	char *boot;          /* which boot uptime_ms counts from */
	long long uptime_ms;
	char *domain;
	char *state;         /* the kernel's word, or STATE_GONE */
	char *why;           /* of a dead domain: the kernel's reason */
	long long violations;
	long long recovery_us; /* of a live domain: what the last recovery took */
	char *report;        /* the last one, or "" */
	enum decision decision;
	long long delay_ms;
	struct tried {
		int restarts, reloads;
	} tried;             /* that count, with this one */
};

/* A reload has failed, and the driver's module is no longer loaded. */
#define STATE_GONE "gone"

void record_free(struct record *r);
/* Is PAST, an older record, about R's domain in R's boot? */
bool record_precedes(const struct record *past, const struct record *r);
const char *decision_name(enum decision d);

/*
 * History
 * -------
 */

/*
 * The newest records, oldest first, and the file that holds them. Of each domain the
 * newest one of this boot is never left out: what is decided depends on it.
 */
struct history {
	struct record *list;
	size_t count;
	size_t limit;    /* of count, as long as there is one to leave out */
	size_t lines;    /* in the file */
	char *path;
	int fd;          /* of the file; -1: the next record writes it anew */
	int lock;        /* of its folder: one agent at a time */
};

/* Reads PATH and makes H ready for history_add(). On failure says why. */
enum agent_status history_open(struct history *h, const char *path, size_t limit);
/* Reads PATH only; a file that is not there is an empty history. On failure says why. */
enum agent_status history_read(struct history *h, const char *path);
/* Takes R over. It is in the list in any case; says why where the file could not be written. */
void history_add(struct history *h, struct record *r);
/* The newest record that precedes R, or NULL. */
const struct record *history_last(const struct history *h, const struct record *r);
void history_close(struct history *h);

/* sfictl_history.c: prints the records of PATH, those of one domain or (NAME: NULL) all. */
enum agent_status show_history(const char *path, const char *name, bool json);

struct json_object;
struct json_object *record_json(const struct record *r);

/*
 * Configuration
 * -------------
 */

/* What may be done about a driver. Documented in sfid.conf.5. */
struct policy {
	int restarts;
	int reloads;
	int delay_s;
	int delay_max_s;
	int calm_s;
	char *module; /* "": modprobe the driver's name */
	char *hook;   /* "": none */
	int hook_timeout_s;
};

struct config {
	char *history_file;
	int history_records;
	struct policy policy;
	struct driver {
		char *name;
		struct policy policy;
	} *drivers;
	size_t nr_drivers;
};

/*
 * Reads PATH and what lies in drivers.d beside it. A file that is not there is an
 * empty one unless it is REQUIRED. Says what is wrong with them, file and line,
 * and returns false.
 */
bool config_load(struct config *c, const char *path, bool required);
void config_free(struct config *c);
const struct policy *config_policy(const struct config *c, const char *domain);

/*
 * Decisions
 * ---------
 */

/* Fills in what is to be done about R, the newest event; H holds the last one before it. */
void decide(const struct policy *p, const struct history *h, struct record *r);

/*
 * Events
 * ------
 */

enum event {
	EVENT_NONE,    /* nothing more to read */
	EVENT_OTHER,   /* none of ours */
	EVENT_STATE,   /* a domain has entered a state */
	EVENT_UNKNOWN, /* some were lost, or a module went: look at all domains */
};

struct uevent {
	const char *domain, *state; /* of EVENT_STATE: in the message */
	char message[8192];
};

/* The kernel's uevents: a socket, or -1 with errno. */
int events_open(void);
/* Never waits. On EVENT_NONE, errno is 0 or what is wrong with the socket. */
enum event events_next(int fd, struct uevent *e);
/* What SIZE bytes of e->message say. */
enum event uevent_parse(struct uevent *e, size_t size);
/*
 * What there is to say now about a domain below ROOT. STATE: what it was when it
 * was announced; NULL: what it is now. False: it does not exist.
 */
bool event_look(const char *root, const char *domain, const char *state, struct record *r);
/* A record without an event: a domain that is no more. */
void event_gone(const char *domain, struct record *r);
/* Milliseconds since boot, with those in suspend. */
long long uptime_ms(void);

/*
 * Children
 * --------
 */

/* A child process with a time limit. It has ended when all that it has started has. */
struct child {
	pid_t pid; /* of the process that looks after it */
	char *domain;
	enum decision decision; /* what it carries out; DECIDE_NOTHING: a hook */
	long long deadline_ms;
	bool killed;
};

struct children {
	struct child *list;
	size_t count;
};

/* What a child does; its exit status. */
typedef int child_run(const void *argument);

/* Never waits. False (and says why) if no child could be made. */
bool child_start(struct children *c, const char *domain, enum decision d, int timeout_s,
		 child_run *run, const void *argument);
/* Takes one that has ended out of the list; the caller frees done->domain. */
bool child_reap(struct children *c, struct child *done, int *status);
/* Kills those that are over their time; returns when the next one will be (LLONG_MAX: never). */
long long children_expire(struct children *c, long long now_ms);
/* Kills all hooks and frees the list. Restarts and reloads run to their end. */
void children_leave(struct children *c);

/* act.c: what children do. */
struct action {
	const char *root;
	const char *domain;
	const char *module; /* as struct policy has it */
	bool loaded;        /* the driver's own; false: a reload has left none */
};

child_run act_restart; /* of a struct action */
child_run act_reload; /* AGENT_NO_DOMAIN: somebody else has unloaded it */

struct hook {
	const char *script;
	const struct record *record;
};

child_run act_hook; /* of a struct hook */

/*
 * The agent
 * ---------
 */

struct options {
	const char *sysfs, *config;
	bool config_given; /* it must be there */
	bool foreground;
	bool check; /* the configuration, and no more */
	int poll_s; /* 0: by uevents alone */
};

/* loop.c: runs until it is told to end. C may be another one then. */
enum agent_status agent_run(const struct options *o, struct config *c);

/* sfid.c: it can begin; from here on it is a daemon, if it is to be one. On failure says why. */
enum agent_status agent_detach(void);
/* An event or a decision, for the log. */
void agent_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
