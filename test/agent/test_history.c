// SPDX-License-Identifier: GPL-2.0-only
/*
 * The history: what is written is read again, its size has a bound, and neither
 * a line that was cut off nor a full disk does harm.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support.h"

static const char file[] = "var/history.jsonl";

static int set_up(void **unused)
{
	(void)unused;
	said_clear();
	unlink(test_path(file));
	return 0;
}

static void add(struct history *h, long long seconds)
{
	struct record r = record_of("failed", seconds);

	history_add(h, &r);
}

static size_t lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static size_t lines_in_file(void)
{
	char *text = test_read(file);
	size_t n = lines(text);

	free(text);
	return n;
}

static void test_what_is_written_is_read(void **unused)
{
	struct record r = record_of("dead", 7);
	struct history h;

	(void)unused;
	free(r.report);
	r.report = strdup("sfi: VIOLATION in e1000: \"x\"\n  line 2\n");
	free(r.why);
	r.why = strdup("too many restarts");
	r.violations = 3;
	r.decision = DECIDE_RELOAD;
	r.delay_ms = 20000;
	r.tried = (struct tried){ 3, 1 };
	assert_int_equal(history_open(&h, test_path(file), 10), AGENT_OK);
	history_add(&h, &r);
	r = record_of("live", 8);
	r.recovery_us = 1234;
	r.decision = DECIDE_LEAVE;
	history_add(&h, &r);
	history_close(&h);

	assert_int_equal(history_open(&h, test_path(file), 10), AGENT_OK);
	assert_int_equal(h.count, 2);
	assert_string_equal(h.list[0].time, "2026-01-01T00:00:00.000Z");
	assert_string_equal(h.list[0].boot, "b");
	assert_int_equal(h.list[0].uptime_ms, 7000);
	assert_string_equal(h.list[0].domain, "e1000");
	assert_string_equal(h.list[0].state, "dead");
	assert_string_equal(h.list[0].why, "too many restarts");
	assert_int_equal(h.list[0].violations, 3);
	assert_string_equal(h.list[0].report, "sfi: VIOLATION in e1000: \"x\"\n  line 2\n");
	assert_int_equal(h.list[0].decision, DECIDE_RELOAD);
	assert_int_equal(h.list[0].delay_ms, 20000);
	assert_int_equal(h.list[0].tried.restarts, 3);
	assert_int_equal(h.list[0].tried.reloads, 1);
	assert_int_equal(h.list[1].recovery_us, 1234);
	assert_int_equal(h.list[1].decision, DECIDE_LEAVE);
	history_close(&h);
	assert_string_equal(said, "");
}

static void test_the_bound(void **unused)
{
	struct history h;
	int i;

	(void)unused;
	assert_int_equal(history_open(&h, test_path(file), 20), AGENT_OK);
	for (i = 0; i < 1000; i++) {
		add(&h, i);
		assert_true(h.count <= 20);
		assert_true(lines_in_file() <= 20 + 20 / 4 + 1);
	}
	assert_int_equal(h.count, 20);
	assert_int_equal(h.list[0].uptime_ms, 980 * 1000);
	/* Lowered, as by a new configuration. */
	h.limit = 10;
	add(&h, 1000);
	assert_int_equal(h.count, 10);
	assert_int_equal(h.list[9].uptime_ms, 1000 * 1000);
	history_close(&h);
	assert_int_equal(history_open(&h, test_path(file), 5), AGENT_OK);
	assert_int_equal(h.count, 5);
	assert_int_equal(h.list[4].uptime_ms, 1000 * 1000);
	assert_int_equal(lines_in_file(), 5);
	history_close(&h);
}

static void add_of(struct history *h, const char *domain, const char *boot, enum decision d)
{
	struct record r = record_of("dead", 0);

	free(r.domain);
	r.domain = strdup(domain);
	free(r.boot);
	r.boot = strdup(boot);
	r.decision = d;
	history_add(h, &r);
}

/* Others fill the history: that a driver was given up is not forgotten, until the next boot. */
static void test_what_decisions_depend_on_stays(void **unused)
{
	struct record asked = record_of("dead", 0);
	struct history h;
	char name[16];
	int i;

	(void)unused;
	assert_int_equal(history_open(&h, test_path(file), 10), AGENT_OK);
	add_of(&h, "nvme", "a", DECIDE_GIVE_UP);
	add(&h, 1);
	add_of(&h, "e1000", "b", DECIDE_GIVE_UP);
	for (i = 0; i < 100; i++) {
		add_of(&h, "ahci", "b", DECIDE_LEAVE);
		assert_non_null(history_last(&h, &asked));
		assert_true(h.count <= 10);
	}
	assert_int_equal(history_last(&h, &asked)->decision, DECIDE_GIVE_UP);
	assert_string_equal(h.list[1].domain, "ahci");
	history_close(&h);
	assert_int_equal(history_open(&h, test_path(file), 5), AGENT_OK);
	assert_int_equal(h.count, 5);
	assert_int_equal(history_last(&h, &asked)->decision, DECIDE_GIVE_UP);
	/* There are more drivers than the history is to have records. */
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%d", i % 20);
		add_of(&h, name, "b", DECIDE_LEAVE);
		assert_true(h.count <= 22);
		assert_true(lines_in_file() <= 22 + 22 / 4 + 1);
	}
	assert_int_equal(h.count, 22);
	assert_int_equal(history_last(&h, &asked)->decision, DECIDE_GIVE_UP);
	add_of(&h, "ahci", "c", DECIDE_LEAVE);
	assert_int_equal(h.count, 5);
	assert_null(history_last(&h, &asked));
	history_close(&h);
	record_free(&asked);
}

/* A crash in the middle of a line, even where that looks whole, and rubbish. */
static void test_a_line_that_was_cut_off(void **unused)
{
	struct history h;

	(void)unused;
	test_write(file, "{\"domain\":\"a\",\"state\":\"dead\"}\nrubbish\n[1]\n{\"domain\":\"b\"}");
	assert_int_equal(history_open(&h, test_path(file), 10), AGENT_OK);
	assert_non_null(strstr(said, "3 lines are not whole: left out"));
	assert_int_equal(h.count, 1);
	assert_string_equal(h.list[0].domain, "a");
	add(&h, 1);
	history_close(&h);
	assert_int_equal(lines_in_file(), 2);
	said_clear();
	assert_int_equal(history_read(&h, test_path(file)), AGENT_OK);
	assert_int_equal(h.count, 2);
	assert_string_equal(said, "");
	history_close(&h);
}

/* No file can grow here: as on a full disk. What is in the file stays; nothing is lost. */
static void test_a_full_disk(void **unused)
{
	struct rlimit old, none = { 0 };
	struct history h;

	(void)unused;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(history_open(&h, test_path(file), 10), AGENT_OK);
	add(&h, 1);
	getrlimit(RLIMIT_FSIZE, &old);
	none = (struct rlimit){ .rlim_cur = 300, .rlim_max = old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &none);
	add(&h, 2);
	add(&h, 3);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_non_null(strstr(said, "kept in memory for now"));
	assert_int_equal(h.count, 3);
	add(&h, 4);
	history_close(&h);
	assert_int_equal(history_read(&h, test_path(file)), AGENT_OK);
	assert_int_equal(h.count, 4);
	assert_int_equal(h.list[3].uptime_ms, 4000);
	history_close(&h);
}

static void test_one_agent_at_a_time(void **unused)
{
	struct history h, second;

	(void)unused;
	assert_int_equal(history_open(&h, test_path(file), 10), AGENT_OK);
	assert_int_equal(history_open(&second, test_path(file), 10), AGENT_FAILED);
	assert_non_null(strstr(said, "another sfid writes there"));
	history_close(&second);
	history_close(&h);
	assert_int_equal(history_open(&h, test_path(file), 10), AGENT_OK);
	history_close(&h);
}

static void test_a_file_that_is_not_there(void **unused)
{
	struct history h;

	(void)unused;
	assert_int_equal(history_read(&h, test_path(file)), AGENT_OK);
	assert_int_equal(h.count, 0);
	history_close(&h);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read), TEST(the_bound),	       TEST(a_line_that_was_cut_off),
		TEST(what_decisions_depend_on_stays),
		TEST(a_full_disk),	       TEST(one_agent_at_a_time), TEST(a_file_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
