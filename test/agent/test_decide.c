// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every decision, from every kind of past that it depends on.
 */
#include <stdlib.h>
#include <string.h>

#include "support.h"

static struct policy policy;
static struct history history;

static int set_up(void **unused)
{
	(void)unused;
	policy = (struct policy){
		.restarts = 2, .reloads = 1, .delay_s = 10, .delay_max_s = 300, .calm_s = 600,
	};
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	while (history.count)
		record_free(&history.list[--history.count]);
	free(history.list);
	history = (struct history){ 0 };
	return 0;
}

/* Decides about R, and records it as the loop does. */
static struct record *happens_to(struct record r)
{
	decide(&policy, &history, &r);
	history.list = reallocarray(history.list, history.count + 1, sizeof(r));
	assert_non_null(history.list);
	history.list[history.count++] = r;
	return &history.list[history.count - 1];
}

static struct record *happens(const char *state, long long seconds)
{
	return happens_to(record_of(state, seconds));
}

static struct record *dies(const char *why, long long seconds)
{
	struct record r = record_of("dead", seconds);

	free(r.why);
	r.why = strdup(why);
	return happens_to(r);
}

static struct record *violates(const char *state, long long violations, long long seconds)
{
	struct record r = record_of(state, seconds);

	r.violations = violations;
	return happens_to(r);
}

/* WANTED, to be done after SECONDS. */
static void assert_decision(const struct record *r, enum decision wanted, long long seconds)
{
	assert_string_equal(decision_name(r->decision), decision_name(wanted));
	assert_int_equal(r->delay_ms, seconds * 1000);
}

static void test_a_failure_is_the_kernels(void **unused)
{
	(void)unused;
	assert_decision(violates("failed", 1, 1), DECIDE_LEAVE, 0);
	assert_decision(violates("recovering", 1, 1), DECIDE_NOTHING, 0);
	assert_decision(violates("loading", 1, 1), DECIDE_NOTHING, 0);
}

static void test_a_recovery_is_recorded_once(void **unused)
{
	(void)unused;
	violates("failed", 1, 1);
	assert_decision(violates("live", 1, 2), DECIDE_LEAVE, 0);
	assert_decision(violates("live", 1, 3), DECIDE_NOTHING, 0);
}

static void test_a_driver_that_never_failed_is_no_news(void **unused)
{
	(void)unused;
	assert_decision(violates("live", 0, 1), DECIDE_NOTHING, 0);
}

/* Its uevents were lost; that it is live now is all that there is to see. */
static void test_a_failure_that_was_missed(void **unused)
{
	(void)unused;
	assert_decision(violates("live", 1, 1), DECIDE_LEAVE, 0);
	assert_decision(violates("live", 2, 2), DECIDE_LEAVE, 0);
	assert_decision(violates("live", 2, 3), DECIDE_NOTHING, 0);
	/* Loaded anew by the operator. */
	assert_decision(violates("live", 0, 4), DECIDE_NOTHING, 0);
}

static void test_a_failure_is_recorded_once(void **unused)
{
	(void)unused;
	assert_decision(violates("failed", 1, 1), DECIDE_LEAVE, 0);
	assert_decision(violates("failed", 1, 2), DECIDE_NOTHING, 0);
	assert_decision(violates("failed", 2, 3), DECIDE_LEAVE, 0);
}

static void test_restarts_then_reloads_then_gives_up(void **unused)
{
	(void)unused;
	assert_decision(dies("too many restarts", 1), DECIDE_RESTART, 10);
	assert_decision(dies("too many restarts", 20), DECIDE_RESTART, 20);
	assert_decision(dies("init failed", 50), DECIDE_RELOAD, 40);
	assert_decision(dies("too many restarts", 100), DECIDE_GIVE_UP, 0);
	assert_decision(dies("too many restarts", 101), DECIDE_NOTHING, 0);
}

static void test_only_reloads(void **unused)
{
	(void)unused;
	policy.restarts = 0;
	assert_decision(dies("too many restarts", 1), DECIDE_RELOAD, 10);
	assert_decision(dies("too many restarts", 20), DECIDE_GIVE_UP, 0);
}

static void test_neither(void **unused)
{
	(void)unused;
	policy.restarts = policy.reloads = 0;
	assert_decision(dies("too many restarts", 1), DECIDE_GIVE_UP, 0);
}

static void test_the_delay_has_a_bound(void **unused)
{
	int i;

	(void)unused;
	policy.restarts = 1000;
	policy.delay_max_s = 35;
	assert_decision(dies("too many restarts", 0), DECIDE_RESTART, 10);
	assert_decision(dies("too many restarts", 1), DECIDE_RESTART, 20);
	for (i = 2; i < 1000; i++)
		assert_decision(dies("too many restarts", i), DECIDE_RESTART, 35);
	tear_down(NULL);
	policy.delay_s = 0;
	assert_decision(dies("too many restarts", 0), DECIDE_RESTART, 0);
	assert_decision(dies("too many restarts", 1), DECIDE_RESTART, 0);
}

/* A life that is too short does not wipe out what was tried; one that is long enough does. */
static void test_calm(void **unused)
{
	(void)unused;
	assert_decision(dies("too many restarts", 0), DECIDE_RESTART, 10);
	happens("live", 10);
	violates("failed", 1, 609);
	assert_decision(dies("too many restarts", 609), DECIDE_RESTART, 20);
	happens("live", 630);
	violates("failed", 2, 1230);
	assert_decision(dies("too many restarts", 1230), DECIDE_RESTART, 10);
}

/* The operator has brought back what was given up: all means are there again. */
static void test_after_giving_up(void **unused)
{
	(void)unused;
	policy.restarts = 1;
	policy.reloads = 0;
	assert_decision(dies("too many restarts", 0), DECIDE_RESTART, 10);
	assert_decision(dies("too many restarts", 20), DECIDE_GIVE_UP, 0);
	assert_decision(happens("live", 30), DECIDE_LEAVE, 0);
	violates("failed", 1, 31);
	assert_decision(dies("too many restarts", 32), DECIDE_RESTART, 10);
}

/* An operator's restart that fails is no life. */
static void test_after_giving_up_without_a_life(void **unused)
{
	(void)unused;
	policy.restarts = policy.reloads = 0;
	assert_decision(dies("too many restarts", 0), DECIDE_GIVE_UP, 0);
	policy.restarts = 1;
	assert_decision(dies("init failed", 20), DECIDE_RESTART, 10);
	assert_decision(dies("init failed", 40), DECIDE_GIVE_UP, 0);
	violates("failed", 0, 50);
	assert_decision(dies("init failed", 51), DECIDE_GIVE_UP, 0);
}

/* The history may have forgotten all but that one. */
static void test_the_last_record_is_enough(void **unused)
{
	int i;

	(void)unused;
	policy.restarts = 3;
	for (i = 0; i < 3; i++) {
		assert_decision(dies("too many restarts", i), DECIDE_RESTART, 10 << i);
		while (history.count > 1) {
			record_free(&history.list[0]);
			history.list[0] = history.list[--history.count];
		}
	}
	assert_decision(dies("too many restarts", 3), DECIDE_RELOAD, 80);
}

static struct record announced(const char *state, long long violations, long long seconds)
{
	struct record r = record_of(state, seconds);

	r.violations = violations;
	r.past = true;
	return r;
}

/* A look has found it dead; then come the announcements of what was before. */
static void test_announcements_that_a_look_was_faster_than(void **unused)
{
	struct record r = record_of("dead", 1);

	(void)unused;
	free(r.why);
	r.why = strdup("a call did not leave the driver");
	r.violations = 2;
	assert_decision(happens_to(r), DECIDE_GIVE_UP, 0);
	assert_decision(happens_to(announced("live", 2, 2)), DECIDE_NOTHING, 0);
}

static void test_announcements_of_a_new_life(void **unused)
{
	(void)unused;
	violates("dead", 2, 1);
	assert_decision(happens_to(announced("live", 3, 2)), DECIDE_LEAVE, 0);
	assert_decision(happens_to(announced("failed", 3, 3)), DECIDE_LEAVE, 0);
}

static void test_what_the_operator_stopped_stays_stopped(void **unused)
{
	(void)unused;
	assert_decision(dies("stopped", 1), DECIDE_LEAVE, 0);
	assert_decision(dies("stopped", 2), DECIDE_NOTHING, 0);
}

static void test_a_call_that_does_not_leave(void **unused)
{
	(void)unused;
	assert_decision(dies("a call did not leave the driver", 1), DECIDE_GIVE_UP, 0);
}

static void test_a_module_that_is_going(void **unused)
{
	(void)unused;
	assert_decision(dies("", 1), DECIDE_NOTHING, 0);
}

static void test_a_reload_that_left_nothing(void **unused)
{
	(void)unused;
	policy.reloads = 2;
	policy.restarts = 5;
	assert_decision(happens(STATE_GONE, 1), DECIDE_RELOAD, 10);
	assert_decision(happens(STATE_GONE, 20), DECIDE_RELOAD, 20);
	assert_decision(happens(STATE_GONE, 50), DECIDE_GIVE_UP, 0);
}

/* An agent that is started anew: what the one before it had in mind may not have been done. */
static void test_a_restart_that_was_decided_but_not_made(void **unused)
{
	(void)unused;
	assert_decision(dies("too many restarts", 1), DECIDE_RESTART, 10);
	assert_decision(dies("too many restarts", 2), DECIDE_RESTART, 20);
}

static void test_others_do_not_count(void **unused)
{
	struct record other = record_of("dead", 2), earlier = record_of("dead", 90);

	(void)unused;
	free(other.why);
	other.why = strdup("too many restarts");
	free(other.domain);
	other.domain = strdup("nvme");
	free(earlier.why);
	earlier.why = strdup("too many restarts");
	free(earlier.boot);
	earlier.boot = strdup("a");
	assert_decision(happens_to(earlier), DECIDE_RESTART, 10);
	assert_decision(happens_to(other), DECIDE_RESTART, 10);
	assert_decision(dies("too many restarts", 3), DECIDE_RESTART, 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_failure_is_the_kernels),
		TEST(a_recovery_is_recorded_once),
		TEST(a_driver_that_never_failed_is_no_news),
		TEST(a_failure_that_was_missed),
		TEST(a_failure_is_recorded_once),
		TEST(restarts_then_reloads_then_gives_up),
		TEST(only_reloads),
		TEST(neither),
		TEST(the_delay_has_a_bound),
		TEST(calm),
		TEST(after_giving_up),
		TEST(after_giving_up_without_a_life),
		TEST(the_last_record_is_enough),
		TEST(announcements_that_a_look_was_faster_than),
		TEST(announcements_of_a_new_life),
		TEST(what_the_operator_stopped_stays_stopped),
		TEST(a_call_that_does_not_leave),
		TEST(a_module_that_is_going),
		TEST(a_reload_that_left_nothing),
		TEST(a_restart_that_was_decided_but_not_made),
		TEST(others_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
