// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop, with events from a script: in which order events, looks and signals are
 * handled, and how it ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

/* An EVENT_NONE ends what is read at once; the last one is followed by SIGTERM. */
static const struct step {
	enum event event;
	const char *state;
	int error;
} *script;
static size_t steps_left;

int __wrap_events_open(void);
enum event __wrap_events_next(int fd, struct uevent *e);

/* There is always something to read. */
int __wrap_events_open(void)
{
	return eventfd(1, 0);
}

enum event __wrap_events_next(int fd, struct uevent *e)
{
	struct step step = *script++;

	(void)fd;
	e->domain = "e1000";
	e->state = step.state;
	errno = step.error;
	if (!--steps_left)
		raise(SIGTERM);
	return step.event;
}

static enum agent_status run(const struct step *s, size_t count)
{
	struct options o = { .config_given = true };
	char config_path[256], root[256], text[512];
	enum agent_status status;
	struct config c;

	script = s;
	steps_left = count;
	said_clear();
	unlink(test_path("var/history.jsonl"));
	snprintf(text, sizeof(text), "restarts = 1; delay_s = 1000; delay_max_s = 1000; history_file = \"%s\";",
		 test_path("var/history.jsonl"));
	test_write("sfid.conf", text);
	strcpy(config_path, test_path("sfid.conf"));
	strcpy(root, test_path("sfi"));
	o.config = config_path;
	o.sysfs = root;
	assert_true(config_load(&c, config_path, true));
	status = agent_run(&o, &c);
	config_free(&c);
	return status;
}

static void dies(const char *why)
{
	mkdir(test_path("sfi"), 0700);
	mkdir(test_path("sfi/e1000"), 0700);
	test_write("sfi/e1000/state", "dead\n");
	test_write("sfi/e1000/dead_why", why);
	test_write("sfi/e1000/violations", "1\n");
	test_write("sfi/e1000/last_report", "");
}

/* The history has one record each of STATES, and no other. */
static void assert_history(const char *const *states, size_t count)
{
	struct history h;
	size_t i;

	assert_int_equal(history_read(&h, test_path("var/history.jsonl")), AGENT_OK);
	assert_int_equal(h.count, count);
	for (i = 0; i < count; i++)
		assert_string_equal(h.list[i].state, states[i]);
	history_close(&h);
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* What was in the socket before the first look, and before one that an event asks for, is older. */
static void test_events_before_looks(void **unused)
{
	static const struct step at_start[] = {
		{ EVENT_STATE, "failed", 0 }, { EVENT_STATE, "dead", 0 }, { EVENT_NONE, NULL, 0 },
	};
	static const struct step on_event[] = {
		{ EVENT_UNKNOWN, NULL, 0 }, { EVENT_STATE, "failed", 0 }, { EVENT_STATE, "dead", 0 },
		{ EVENT_NONE, NULL, 0 },
	};
	static const char *const states[] = { "failed", "dead" };

	(void)unused;
	dies("a call did not leave the driver\n");
	assert_int_equal(run(at_start, COUNT(at_start)), AGENT_OK);
	assert_history(states, 2);
	assert_int_equal(run(on_event, COUNT(on_event)), AGENT_OK);
	assert_history(states, 2);
}

/* Announced after the look that has found it dead: the restart that is due stays. */
static void test_a_late_announcement(void **unused)
{
	static const struct step steps[] = {
		{ EVENT_NONE, NULL, 0 }, { EVENT_STATE, "live", 0 }, { EVENT_STATE, "failed", 0 },
		{ EVENT_STATE, "dead", 0 }, { EVENT_NONE, NULL, 0 },
	};
	static const char *const states[] = { "dead" };

	(void)unused;
	dies("too many restarts\n");
	assert_int_equal(run(steps, COUNT(steps)), AGENT_OK);
	assert_history(states, 1);
}

static void test_a_broken_socket(void **unused)
{
	static const struct step steps[] = { { EVENT_NONE, NULL, EIO }, { EVENT_NONE, NULL, 0 } };

	(void)unused;
	assert_int_equal(run(steps, COUNT(steps)), AGENT_FAILED);
	assert_non_null(strstr(said, "uevents: Input/output error"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_before_looks),
		cmocka_unit_test(test_a_late_announcement),
		cmocka_unit_test(test_a_broken_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
