// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children: they are never waited for, and end when their time is over, with all
 * that they have started.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
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

/* Starts a child whose processes keep the other end of a pipe open. */
static int start_with_pipe(child_run *run)
{
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	/* The one end that children keep. */
	assert_int_equal(dup2(pipes[1], STDERR_FILENO), STDERR_FILENO);
	close(pipes[1]);
	assert_true(child_start(&children, "e1000", DECIDE_NOTHING, 5, run, NULL));
	dup2(STDOUT_FILENO, STDERR_FILENO);
	return pipes[0];
}

/* Nobody has the other end any more. */
static void assert_closed(int fd)
{
	struct pollfd poll_fd = { .fd = fd };

	assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	assert_true(poll_fd.revents & POLLHUP);
	close(fd);
}

/* Processes that wait for ever: one in the same session, one that nothing but its parent leads to. */
static void start_others(void)
{
	if (!fork())
		pause();
	if (!fork()) {
		setsid();
		if (!fork())
			pause();
		_exit(0);
	}
}

static int linger(const void *argument)
{
	(void)argument;
	start_others();
	pause();
	return 0;
}

/* As a hook that puts its work into the background. */
static int leave_others(const void *argument)
{
	(void)argument;
	start_others();
	return 0;
}

static void assert_time_limit(child_run *run)
{
	int fd = start_with_pipe(run);
	struct child done;

	assert_int_equal(children_expire(&children, children.list[0].deadline_ms - 1),
			 children.list[0].deadline_ms);
	assert_false(children.list[0].killed);
	usleep(300000);
	assert_int_equal(children.count, 1);
	assert_int_equal(children_expire(&children, children.list[0].deadline_ms), LLONG_MAX);
	end_of(&done);
	assert_true(done.killed);
	assert_closed(fd);
}

static void test_the_time_limit(void **unused)
{
	(void)unused;
	assert_time_limit(linger);
	assert_time_limit(leave_others);
}

static int start_short(const void *argument)
{
	if (!fork()) {
		setsid();
		usleep(300000);
		_exit(1);
	}
	return *(const int *)argument;
}

/* It ends when all its processes have ended, with the status of the first. */
static void test_the_last_process(void **unused)
{
	struct child done;
	int seven = 7, status;

	(void)unused;
	assert_true(child_start(&children, "e1000", DECIDE_NOTHING, 60, start_short, &seven));
	usleep(100000);
	assert_false(child_reap(&children, &done, &status));
	status = end_of(&done);
	assert_int_equal(WEXITSTATUS(status), 7);
}

static int die(const void *argument)
{
	(void)argument;
	return raise(SIGKILL);
}

static void test_a_signal(void **unused)
{
	struct child done;
	int status;

	(void)unused;
	assert_true(child_start(&children, "e1000", DECIDE_NOTHING, 60, die, NULL));
	status = end_of(&done);
	assert_int_equal(WEXITSTATUS(status), 128 + SIGKILL);
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

/* When the agent ends, hooks end with it; what repairs a driver goes on. */
static void test_the_end(void **unused)
{
	int fd = start_with_pipe(linger), status;
	pid_t hook, action;

	(void)unused;
	assert_true(child_start(&children, "e1000", DECIDE_RELOAD, 60, linger, NULL));
	hook = children.list[0].pid;
	action = children.list[1].pid;
	usleep(300000);
	children_leave(&children);
	assert_int_equal(children.count, 0);
	assert_int_equal(waitpid(hook, &status, 0), hook);
	assert_closed(fd);
	usleep(100000);
	assert_int_equal(waitpid(action, &status, WNOHANG), 0);
	kill(action, SIGTERM);
	assert_int_equal(waitpid(action, &status, 0), action);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_the_time_limit),
		cmocka_unit_test(test_the_last_process),
		cmocka_unit_test(test_a_signal),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
