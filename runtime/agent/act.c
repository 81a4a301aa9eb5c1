// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the agent does, each in a child process: restarts a driver, reloads its
 * module, runs a hook. Modules are unloaded and loaded by kmod's programs, which
 * know about dependencies, signatures and compression. What they print goes
 * where the agent's own messages go.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sfid.h"

int act_restart(const void *argument)
{
	const struct action *a = argument;

	return domain_control(a->root, a->domain, "restart");
}

/* Runs PROGRAM with one argument, and waits for it. True if it succeeded. */
static bool run(const char *program, const char *argument)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		execlp(program, program, argument, (char *)NULL);
		agent_fail(AGENT_FAILED, "%s: %s", program, strerror(errno));
		_exit(AGENT_FAILED);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		agent_fail(AGENT_FAILED, "%s: %s", program, strerror(errno));
	return status == 0;
}

/* A build that does not load leaves no hole: the installed one follows. */
int act_reload(const void *argument)
{
	const struct action *a = argument;

	if (a->loaded && !run("rmmod", a->domain))
		return domain_exists(a->root, a->domain) ? AGENT_FAILED : AGENT_NO_DOMAIN;
	if (*a->module) {
		if (run("insmod", a->module))
			return AGENT_OK;
		agent_say("%s: %s does not load: loading the installed module", a->domain, a->module);
	}
	return run("modprobe", a->domain) ? AGENT_OK : AGENT_FAILED;
}

static void set_number(const char *name, long long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", number);
	setenv(name, text, 1);
}

int act_hook(const void *argument)
{
	const struct hook *h = argument;
	const struct record *r = h->record;

	setenv("SFI_TIME", r->time, 1);
	setenv("SFI_DOMAIN", r->domain, 1);
	setenv("SFI_STATE", r->state, 1);
	setenv("SFI_WHY", r->why, 1);
	setenv("SFI_DECISION", decision_name(r->decision), 1);
	setenv("SFI_REPORT", r->report, 1);
	set_number("SFI_DELAY_MS", r->delay_ms);
	set_number("SFI_VIOLATIONS", r->violations);
	set_number("SFI_RECOVERY_US", r->recovery_us);
	execl(h->script, h->script, (char *)NULL);
	return agent_fail(AGENT_FAILED, "%s: %s", h->script, strerror(errno));
}
