// SPDX-License-Identifier: GPL-2.0-only
/*
 * Child processes: whatever may take long, so that the loop never waits. Each has
 * a time limit, and is killed with all that it has started when the time is over.
 *
 * A program can leave its parent, its process group and its session. So between
 * the agent and the program there is a process that looks after it: as a subreaper
 * it becomes the parent of all below it that have lost theirs, and finds them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "sfid.h"

/* Of all at a time: a failing driver must not fill the machine with its hooks. */
#define CHILDREN_MAX 64

/* Of this process; what those that die leave becomes its own, and is found in the next turn. */
static void kill_children(void)
{
	FILE *file;
	int pid;

	do {
		file = fopen("/proc/thread-self/children", "re");
		if (!file) {
			agent_fail(AGENT_FAILED, "/proc/thread-self/children: %s", strerror(errno));
			return;
		}
		while (fscanf(file, "%d", &pid) == 1)
			kill(pid, SIGKILL);
		fclose(file);
		usleep(1000);
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			;
	} while (!pid);
}

/*
 * Waits until FIRST and all that it has started have ended, or kills them on SIGTERM.
 * FIRST's status, as a shell has it.
 */
static int look_after(pid_t first, const sigset_t *set)
{
	int caught, status, ret = AGENT_FAILED;
	pid_t pid;

	for (;;) {
		sigwait(set, &caught);
		if (caught == SIGTERM) {
			kill_children();
			return AGENT_FAILED;
		}
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == first)
				ret = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (pid < 0)
			return ret;
	}
}

static void become_program(child_run *run, const void *argument)
{
	sigset_t none;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	_exit(run(argument));
}

static void become_child(child_run *run, const void *argument)
{
	sigset_t set;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_SETMASK, &set, NULL);
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	closelog();
	/* Among them the history's lock: it is to end with the agent. */
	close_range(STDERR_FILENO + 1, ~0U, 0);
	pid = fork();
	if (!pid)
		become_program(run, argument);
	if (pid < 0)
		_exit(agent_fail(AGENT_FAILED, "fork: %s", strerror(errno)));
	_exit(look_after(pid, &set));
}

bool child_start(struct children *c, const char *domain, enum decision d, int timeout_s,
		 child_run *run, const void *argument)
{
	struct child *list;
	pid_t pid;

	if (c->count == CHILDREN_MAX) {
		agent_fail(AGENT_FAILED, "%s: too many hooks run already", domain);
		return false;
	}
	list = reallocarray(c->list, c->count + 1, sizeof(*list));
	if (!list)
		abort();
	c->list = list;
	pid = fork();
	if (!pid)
		become_child(run, argument);
	if (pid < 0) {
		agent_fail(AGENT_FAILED, "%s: fork: %s", domain, strerror(errno));
		return false;
	}
	list[c->count] = (struct child){
		.pid = pid, .domain = strdup(domain), .decision = d,
		.deadline_ms = uptime_ms() + timeout_s * 1000LL,
	};
	if (!list[c->count++].domain)
		abort();
	return true;
}

bool child_reap(struct children *c, struct child *done, int *status)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		if (waitpid(c->list[i].pid, status, WNOHANG) != c->list[i].pid)
			continue;
		*done = c->list[i];
		memmove(&c->list[i], &c->list[i + 1], (--c->count - i) * sizeof(*c->list));
		return true;
	}
	return false;
}

/* By the process that looks after it. */
static void kill_child(const struct child *child)
{
	kill(child->pid, SIGTERM);
}

long long children_expire(struct children *c, long long now_ms)
{
	long long next = LLONG_MAX;
	size_t i;

	for (i = 0; i < c->count; i++) {
		struct child *child = &c->list[i];

		if (child->killed)
			continue;
		if (child->deadline_ms <= now_ms) {
			kill_child(child);
			child->killed = true;
		} else if (child->deadline_ms < next) {
			next = child->deadline_ms;
		}
	}
	return next;
}

void children_leave(struct children *c)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		if (c->list[i].decision == DECIDE_NOTHING)
			kill_child(&c->list[i]);
		free(c->list[i].domain);
	}
	free(c->list);
	*c = (struct children){ 0 };
}
