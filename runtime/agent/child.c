// SPDX-License-Identifier: GPL-2.0-only
/*
 * Child processes: whatever may take long, so that the loop never waits. Each has
 * a time limit and a session of its own, which is killed as a whole when the time
 * is over.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "sfid.h"

/* Of all at a time: a failing driver must not fill the machine with its hooks. */
#define CHILDREN_MAX 64

static void become_child(child_run *run, const void *argument)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	closelog();
	/* Among them the history's lock: it is to end with the agent. */
	close_range(STDERR_FILENO + 1, ~0U, 0);
	_exit(run(argument));
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

/* Its session; the child itself too, if it has not got that far. */
static void kill_child(const struct child *child)
{
	kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL);
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
