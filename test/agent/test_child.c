// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children: they are never waited for, and end when their time is over, with all
 * that they have started.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

static struct children children;

/* Waits for the end of a child; its status. */
static int end_of(struct child *done)
{
	int status, tries = 0;

	while (!child_reap(&children, done, &status)) {
		assert_true(tries++ < 2000);
		usleep(10000);
	}
	free(done->domain);
	return status;
}

static int exit_with(const void *argument)
{
	return *(const int *)argument;
}

static void test_status(void **unused)
{
	struct child done;
	int seven = 7, status;

	(void)unused;
	assert_true(child_start(&children, "e1000", DECIDE_RELOAD, 60, exit_with, &seven));
	status = end_of(&done);
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(done.decision, DECIDE_RELOAD);
	assert_false(done.killed);
	assert_int_equal(children.count, 0);
}

/* Starts a process that keeps the pipe open, and waits for ever. */
static int linger(const void *argument)
{
	(void)argument;
	if (!fork())
		pause();
	pause();
	return 0;
}

static void test_the_time_limit(void **unused)
{
	struct child done;
	int pipes[2], status;
	char byte;

	(void)unused;
	assert_int_equal(pipe(pipes), 0);
	/* The one end that children keep. */
	assert_int_equal(dup2(pipes[1], STDERR_FILENO), STDERR_FILENO);
	close(pipes[1]);
	assert_true(child_start(&children, "e1000", DECIDE_NOTHING, 5, linger, NULL));
	dup2(STDOUT_FILENO, STDERR_FILENO);

	assert_int_equal(children_expire(&children, children.list[0].deadline_ms - 1),
			 children.list[0].deadline_ms);
	assert_false(children.list[0].killed);
	usleep(100000);
	assert_int_equal(children_expire(&children, children.list[0].deadline_ms), LLONG_MAX);
	status = end_of(&done);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_true(done.killed);
	/* Nobody has the other end any more. */
	assert_int_equal(read(pipes[0], &byte, 1), 0);
	close(pipes[0]);
}

static void test_too_many(void **unused)
{
	struct child done;
	int zero = 0, i;

	(void)unused;
	said_clear();
	for (i = 0; i < 64; i++)
		assert_true(child_start(&children, "e1000", DECIDE_NOTHING, 60, exit_with, &zero));
	assert_false(child_start(&children, "e1000", DECIDE_NOTHING, 60, exit_with, &zero));
	assert_string_equal(said, "e1000: too many hooks run already\n");
	for (i = 0; i < 64; i++)
		assert_int_equal(end_of(&done), 0);
}

static int wait_long(const void *argument)
{
	(void)argument;
	pause();
	return 0;
}

/* When the agent ends, hooks end with it; what repairs a driver goes on. */
static void test_the_end(void **unused)
{
	pid_t hook, action;
	int status;

	(void)unused;
	assert_true(child_start(&children, "e1000", DECIDE_NOTHING, 60, wait_long, NULL));
	assert_true(child_start(&children, "e1000", DECIDE_RELOAD, 60, wait_long, NULL));
	hook = children.list[0].pid;
	action = children.list[1].pid;
	children_leave(&children);
	assert_int_equal(children.count, 0);
	assert_int_equal(waitpid(hook, &status, 0), hook);
	assert_true(WIFSIGNALED(status));
	usleep(100000);
	assert_int_equal(waitpid(action, &status, WNOHANG), 0);
	kill(action, SIGKILL);
	assert_int_equal(waitpid(action, &status, 0), action);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_the_time_limit),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
