// SPDX-License-Identifier: GPL-2.0-only
/*
 * The history: what happened to the drivers, and what the agent decided, as lines
 * of JSON, oldest first. A record is appended and synced. When the file holds a
 * quarter more than is kept, the records that are are written to a temporary file
 * that takes its place. A line that a crash has cut off is left out when the file
 * is read, and gone when it is next written.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sfid.h"

static const char *const decision_names[NR_DECISIONS] = { "nothing", "leave", "restart", "reload",
							   "give up" };

const char *decision_name(enum decision d)
{
	return decision_names[d];
}

void record_free(struct record *r)
{
	free(r->time);
	free(r->boot);
	free(r->domain);
	free(r->state);
	free(r->why);
	free(r->report);
	*r = (struct record){ 0 };
}

bool record_precedes(const struct record *past, const struct record *r)
{
	return !strcmp(past->domain, r->domain) && !strcmp(past->boot, r->boot);
}

/*
 * Records and JSON
 * ----------------
 */

struct json_object *record_json(const struct record *r)
{
	struct json_object *o = json_object_new_object();
	bool live = !strcmp(r->state, "live");

	json_object_object_add(o, "time", json_object_new_string(r->time));
	json_object_object_add(o, "boot", json_object_new_string(r->boot));
	json_object_object_add(o, "uptime_ms", json_object_new_int64(r->uptime_ms));
	json_object_object_add(o, "domain", json_object_new_string(r->domain));
	json_object_object_add(o, "state", json_object_new_string(r->state));
	json_object_object_add(o, "why", json_object_new_string(r->why));
	json_object_object_add(o, "violations", json_object_new_int64(r->violations));
	json_object_object_add(o, "recovery_us",
			       live ? json_object_new_int64(r->recovery_us) : NULL);
	json_object_object_add(o, "decision", json_object_new_string(decision_name(r->decision)));
	json_object_object_add(o, "delay_ms", json_object_new_int64(r->delay_ms));
	json_object_object_add(o, "tried_restarts", json_object_new_int(r->tried.restarts));
	json_object_object_add(o, "tried_reloads", json_object_new_int(r->tried.reloads));
	json_object_object_add(o, "first_line",
			       json_object_new_string_len(r->report, strcspn(r->report, "\n")));
	json_object_object_add(o, "report", json_object_new_string(r->report));
	return o;
}

static char *string_of(struct json_object *o, const char *key)
{
	struct json_object *value;
	char *text = strdup(json_object_object_get_ex(o, key, &value) && value ?
				    json_object_get_string(value) : "");

	if (!text)
		abort();
	return text;
}

static long long number_of(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_int64(value) : 0;
}

/* False: LINE is no record. */
static bool record_parse(const char *line, struct record *r)
{
	struct json_object *o = json_tokener_parse(line);
	char *decision;
	int d;

	if (!json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		return false;
	}
	*r = (struct record){
		.time = string_of(o, "time"), .boot = string_of(o, "boot"),
		.uptime_ms = number_of(o, "uptime_ms"), .domain = string_of(o, "domain"),
		.state = string_of(o, "state"), .why = string_of(o, "why"),
		.violations = number_of(o, "violations"),
		.recovery_us = number_of(o, "recovery_us"), .report = string_of(o, "report"),
		.delay_ms = number_of(o, "delay_ms"),
		.tried = { number_of(o, "tried_restarts"), number_of(o, "tried_reloads") },
	};
	decision = string_of(o, "decision");
	for (d = 0; d < NR_DECISIONS; d++)
		if (!strcmp(decision, decision_names[d]))
			r->decision = d;
	free(decision);
	json_object_put(o);
	return true;
}

/* One record as a line. Free with free(). */
static char *record_line(const struct record *r)
{
	struct json_object *o = record_json(r);
	char *line;

	if (asprintf(&line, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							JSON_C_TO_STRING_NOSLASHESCAPE)) < 0)
		abort();
	json_object_put(o);
	return line;
}

/*
 * The list
 * --------
 */

static void list_add(struct history *h, const struct record *r)
{
	h->list = reallocarray(h->list, h->count + 1, sizeof(*h->list));
	if (!h->list)
		abort();
	h->list[h->count++] = *r;
}

/* Does no decision depend on it any more? */
static bool may_go(const struct history *h, const struct record *r)
{
	return strcmp(r->boot, h->list[h->count - 1].boot) || history_last(h, r) != r;
}

/* Leaves out the oldest records that are over the limit. */
static void list_trim(struct history *h)
{
	size_t over = h->count > h->limit ? h->count - h->limit : 0, kept = 0, i;

	if (!over)
		return;
	for (i = 0; i < h->count; i++) {
		if (over && may_go(h, &h->list[i])) {
			record_free(&h->list[i]);
			over--;
		} else {
			h->list[kept++] = h->list[i];
		}
	}
	h->count = kept;
}

static enum agent_status list_read(struct history *h)
{
	FILE *file = fopen(h->path, "re");
	char *line = NULL;
	size_t size = 0, bad = 0;
	ssize_t length;
	struct record r;
	bool error;

	if (!file && errno == ENOENT)
		return AGENT_OK;
	if (!file)
		return agent_fail(errno == EACCES ? AGENT_NOT_ALLOWED : AGENT_FAILED, "%s: %s", h->path,
				  strerror(errno));
	while ((length = getline(&line, &size, file)) >= 0) {
		/* A line that was cut off may look whole. */
		if (line[length - 1] == '\n' && record_parse(line, &r))
			list_add(h, &r);
		else
			bad++;
		h->lines++;
	}
	error = ferror(file);
	free(line);
	fclose(file);
	if (error)
		return agent_fail(AGENT_FAILED, "%s: %s", h->path, strerror(errno));
	if (bad)
		agent_fail(AGENT_FAILED, "%s: %zu lines are not whole: left out", h->path, bad);
	return AGENT_OK;
}

/*
 * The file
 * --------
 */

static bool write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t written;

	for (; left; text += written, left -= written) {
		written = write(fd, text, left);
		if (written < 0 && errno == EINTR)
			written = 0;
		else if (written < 0)
			return false;
	}
	return true;
}

static bool write_list(int fd, const struct history *h)
{
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < h->count; i++) {
		char *line = record_line(&h->list[i]);

		ok = write_all(fd, line);
		free(line);
	}
	return ok && fsync(fd) == 0;
}

/* Replaces the file by one with the list. On failure the old one stays, and h->fd is -1. */
static bool rewrite(struct history *h)
{
	char *temporary;
	int fd, error;

	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
	if (asprintf(&temporary, "%s.new", h->path) < 0)
		abort();
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0640);
	if (fd >= 0 && write_list(fd, h) && rename(temporary, h->path) == 0 && fsync(h->lock) == 0) {
		h->fd = fd;
		h->lines = h->count;
	} else {
		error = errno;
		if (fd >= 0)
			close(fd);
		unlink(temporary);
		errno = error;
	}
	free(temporary);
	return h->fd >= 0;
}

static bool append(struct history *h, const struct record *r)
{
	char *line = record_line(r);
	bool ok = write_all(h->fd, line) && fsync(h->fd) == 0;

	free(line);
	h->lines++;
	if (!ok) {
		/* There may be half a line now. */
		close(h->fd);
		h->fd = -1;
	}
	return ok;
}

/* The file's folder, which is made if need be, as a lock that one agent can have. */
static enum agent_status lock_folder(struct history *h)
{
	char *path = strdup(h->path), *folder;
	enum agent_status status = AGENT_OK;

	if (!path)
		abort();
	folder = dirname(path);
	if (mkdir(folder, 0755) && errno != EEXIST)
		status = agent_fail(AGENT_FAILED, "%s: %s", folder, strerror(errno));
	else if ((h->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		status = agent_fail(AGENT_FAILED, "%s: %s", folder, strerror(errno));
	else if (flock(h->lock, LOCK_EX | LOCK_NB))
		status = agent_fail(AGENT_FAILED, "%s: another sfid writes there", folder);
	free(path);
	return status;
}

/*
 * Public interface
 * ----------------
 */

static void begin(struct history *h, const char *path, size_t limit)
{
	*h = (struct history){ .path = strdup(path), .limit = limit, .fd = -1, .lock = -1 };
	if (!h->path)
		abort();
}

enum agent_status history_read(struct history *h, const char *path)
{
	begin(h, path, (size_t)-1);
	return list_read(h);
}

enum agent_status history_open(struct history *h, const char *path, size_t limit)
{
	enum agent_status status;

	begin(h, path, limit);
	status = lock_folder(h);
	if (!status)
		status = list_read(h);
	list_trim(h);
	if (!status && !rewrite(h))
		status = agent_fail(AGENT_FAILED, "%s: %s", h->path, strerror(errno));
	return status;
}

void history_add(struct history *h, struct record *r)
{
	bool ok;

	list_add(h, r);
	list_trim(h);
	if (h->fd < 0 || h->lines > h->count + h->count / 4)
		ok = rewrite(h);
	else
		ok = append(h, r);
	*r = (struct record){ 0 };
	if (!ok)
		agent_fail(AGENT_FAILED, "%s: %s (the history is kept in memory for now)", h->path,
			   strerror(errno));
}

const struct record *history_last(const struct history *h, const struct record *r)
{
	size_t i;

	for (i = h->count; i--;)
		if (record_precedes(&h->list[i], r))
			return &h->list[i];
	return NULL;
}

void history_close(struct history *h)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		record_free(&h->list[i]);
	free(h->list);
	free(h->path);
	if (h->fd >= 0)
		close(h->fd);
	if (h->lock >= 0)
		close(h->lock);
	*h = (struct history){ .fd = -1, .lock = -1 };
}
