// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's loop: hears of events, has them decided, and has done what was
 * decided when it is due. It waits for nothing but events; what takes time is a
 * child's (child.c).
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sfid.h"

/* A restart or a reload may take this long; the kernel itself waits 10 s for calls to leave. */
#define ACTION_TIMEOUT_S 120
/* Until the next try to start a child. */
#define AGAIN_MS 1000

/*
 * Data
 * ----
 */

/* A restart or reload to come, or under way. At most one a domain. */
struct task {
	char *domain;
	enum decision decision;
	bool gone; /* a reload has left no module behind */
	long long due_ms;
	bool running;
};

static const struct options *options;
static struct config config;
static struct history history;
static struct children children;
static struct {
	struct task *list;
	size_t count;
} tasks;

/*
 * Tasks
 * -----
 */

static struct task *task_of(const char *domain)
{
	size_t i;

	for (i = 0; i < tasks.count; i++)
		if (!strcmp(tasks.list[i].domain, domain))
			return &tasks.list[i];
	return NULL;
}

static void task_add(const struct record *r)
{
	struct task *t;

	tasks.list = reallocarray(tasks.list, tasks.count + 1, sizeof(*tasks.list));
	if (!tasks.list)
		abort();
	t = &tasks.list[tasks.count++];
	*t = (struct task){
		.domain = strdup(r->domain), .decision = r->decision,
		.gone = !strcmp(r->state, STATE_GONE), .due_ms = r->uptime_ms + r->delay_ms,
	};
	if (!t->domain)
		abort();
}

static void task_remove(struct task *t)
{
	free(t->domain);
	*t = tasks.list[--tasks.count];
}

/*
 * Events
 * ------
 */

static void say_record(const struct record *r)
{
	int length = strcspn(r->report, "\n");

	if (!strcmp(r->state, "live"))
		agent_say("%s: live again (the kernel needed %lld us)", r->domain, r->recovery_us);
	else if (!strcmp(r->state, "failed"))
		agent_say("%s: failed; the kernel recovers it%s%.*s", r->domain, length ? ": " : "",
			  length, r->report);
	else if (r->decision == DECIDE_RESTART || r->decision == DECIDE_RELOAD)
		agent_say("%s: %s%s%s: %s in %lld.%03lld s", r->domain, r->state,
			  *r->why ? ", " : "", r->why, decision_name(r->decision),
			  r->delay_ms / 1000, r->delay_ms % 1000);
	else
		agent_say("%s: %s%s%s: %s", r->domain, r->state, *r->why ? ", " : "", r->why,
			  decision_name(r->decision));
}

static void start_hook(const struct policy *p, const struct record *r)
{
	struct hook hook = { .script = p->hook, .record = r };

	if (*p->hook)
		child_start(&children, r->domain, DECIDE_NOTHING, p->hook_timeout_s, act_hook, &hook);
}

/* It was ordered, or its init has returned an error: the last report is of another failure. */
static void drop_old_report(struct record *r)
{
	const struct record *last = history_last(&history, r);

	if (last && last->violations == r->violations)
		r->report[0] = 0;
}

/* Decides about R, which it takes over, and sees to it that it is done. */
static void handle(struct record *r)
{
	const struct policy *p = config_policy(&config, r->domain);
	struct task *t = task_of(r->domain);
	bool live = !strcmp(r->state, "live"), failed = !strcmp(r->state, "failed");

	decide(p, &history, r);
	/* What is being done about a dead one is decided already. */
	if (r->decision == DECIDE_NOTHING || (t && !live && !failed)) {
		record_free(r);
		return;
	}
	if (t && live && !t->running)
		task_remove(t); /* somebody else has seen to it */
	if (failed)
		drop_old_report(r);
	say_record(r);
	start_hook(p, r);
	if (r->decision == DECIDE_RESTART || r->decision == DECIDE_RELOAD)
		task_add(r);
	history_add(&history, r);
}

static void look(const char *domain)
{
	struct record r;

	if (event_look(options->sysfs, domain, NULL, &r))
		handle(&r);
}

static void look_at_all(void)
{
	struct domains d;
	size_t i;

	if (access(options->sysfs, F_OK) || domains_read(options->sysfs, &d))
		return; /* nothing is isolated: sfi.ko is not loaded */
	for (i = 0; i < d.count; i++)
		look(d.names[i]);
	domains_free(&d);
}

/*
 * Then looks at all domains, if it is TIME to or events tell of something unknown:
 * an event that is handled after a look would be taken for newer than that. False:
 * the socket is of no more use.
 */
static bool read_events(int fd, bool time)
{
	struct uevent e;
	struct record r;

	for (;;) {
		switch (events_next(fd, &e)) {
		case EVENT_STATE:
			if (event_look(options->sysfs, e.domain, e.state, &r))
				handle(&r);
			break;
		case EVENT_UNKNOWN:
			time = true;
			break;
		case EVENT_OTHER:
			break;
		case EVENT_NONE:
			if (errno) {
				agent_fail(AGENT_FAILED, "uevents: %s", strerror(errno));
				return false;
			}
			if (time)
				look_at_all();
			return true;
		}
	}
}

/*
 * Actions
 * -------
 */

/* Does T's domain, whose state is now STATE, still need it? NULL: the module is not loaded. */
static bool needed(const struct task *t, const char *state)
{
	/* What the operator has unloaded stays unloaded. */
	return state ? !strcmp(state, "dead") : t->gone;
}

static void start_action(struct task *t, bool loaded)
{
	struct action a = {
		.root = options->sysfs, .domain = t->domain,
		.module = config_policy(&config, t->domain)->module, .loaded = loaded,
	};
	child_run *run = t->decision == DECIDE_RESTART ? act_restart : act_reload;

	agent_say("%s: %s", t->domain, decision_name(t->decision));
	t->running = child_start(&children, t->domain, t->decision, ACTION_TIMEOUT_S, run, &a);
	if (!t->running)
		t->due_ms += AGAIN_MS;
}

/* False: it is not needed any more. */
static bool start_due(struct task *t)
{
	char *state = domain_attribute(options->sysfs, t->domain, "state");
	bool ret = needed(t, state);

	if (ret)
		start_action(t, state);
	free(state);
	return ret;
}

/* Starts what is due. Returns when the next one will be. */
static long long run_tasks(long long now)
{
	long long next = LLONG_MAX;
	size_t i = 0;

	while (i < tasks.count) {
		struct task *t = &tasks.list[i];

		if (!t->running && t->due_ms <= now && !start_due(t)) {
			task_remove(t);
			continue;
		}
		if (!t->running && t->due_ms < next)
			next = t->due_ms;
		i++;
	}
	return next;
}

static void say_end(const struct child *child, int status)
{
	const char *what = child->decision == DECIDE_NOTHING ? "hook" : decision_name(child->decision);

	if (child->killed)
		agent_fail(AGENT_FAILED, "%s: %s: killed, it took too long", child->domain, what);
	else if (WIFSIGNALED(status))
		agent_fail(AGENT_FAILED, "%s: %s: killed by signal %d", child->domain, what,
			   WTERMSIG(status));
	else if (status)
		agent_fail(AGENT_FAILED, "%s: %s: failed with status %d", child->domain, what,
			   WEXITSTATUS(status));
}

static bool unloaded_meanwhile(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == AGENT_NO_DOMAIN;
}

static void reap(void)
{
	struct child child;
	struct record r;
	struct task *t;
	int status;

	while (child_reap(&children, &child, &status)) {
		say_end(&child, status);
		t = child.decision == DECIDE_NOTHING ? NULL : task_of(child.domain);
		if (t) {
			task_remove(t);
			if (domain_exists(options->sysfs, child.domain)) {
				look(child.domain);
			} else if (child.decision == DECIDE_RELOAD && !unloaded_meanwhile(status)) {
				event_gone(child.domain, &r);
				handle(&r);
			}
		}
		free(child.domain);
	}
}

/*
 * The loop
 * --------
 */

static void reload_config(void)
{
	struct config new;

	if (!config_load(&new, options->config, options->config_given)) {
		agent_fail(AGENT_FAILED, "the old configuration stays");
		return;
	}
	if (strcmp(new.history_file, config.history_file))
		agent_say("history_file: at the next start");
	history.limit = new.history_records;
	config_free(&config);
	config = new;
	agent_say("configuration read again");
}

/* False: time to end. */
static bool handle_signals(int fd)
{
	struct signalfd_siginfo s;

	while (read(fd, &s, sizeof(s)) == sizeof(s)) {
		if (s.ssi_signo == SIGCHLD)
			reap();
		else if (s.ssi_signo == SIGHUP)
			reload_config();
		else
			return false;
	}
	return true;
}

static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int until(long long next, long long now)
{
	if (next == LLONG_MAX)
		return -1;
	if (next <= now)
		return 0;
	return next - now < INT_MAX ? next - now : INT_MAX;
}

static long long least(long long a, long long b)
{
	return a < b ? a : b;
}

static enum agent_status loop(int events, int signals)
{
	struct pollfd fds[] = { { .fd = events, .events = POLLIN }, { .fd = signals, .events = POLLIN } };
	long long next_look = uptime_ms(), now, next;

	for (;;) {
		now = uptime_ms();
		/* Before the signals: the end of a restart or reload has a domain looked at. */
		if (!read_events(events, now >= next_look))
			return AGENT_FAILED;
		if (now >= next_look)
			next_look = options->poll_s ? now + options->poll_s * 1000LL : LLONG_MAX;
		if (!handle_signals(signals))
			return AGENT_OK;
		next = least(next_look, least(run_tasks(now), children_expire(&children, now)));
		if (poll(fds, 2, until(next, uptime_ms())) < 0 && errno != EINTR)
			return agent_fail(AGENT_FAILED, "poll: %s", strerror(errno));
	}
}

static enum agent_status run(void)
{
	int events = events_open(), signals = signals_open();
	enum agent_status status;

	if (events < 0 || signals < 0)
		return agent_fail(AGENT_FAILED, "uevents: %s", strerror(errno));
	status = history_open(&history, config.history_file, config.history_records);
	if (!status)
		status = agent_detach();
	if (!status) {
		agent_say("ready");
		status = loop(events, signals);
		children_leave(&children);
		agent_say("ends");
	}
	history_close(&history);
	close(events);
	close(signals);
	return status;
}

enum agent_status agent_run(const struct options *o, struct config *c)
{
	enum agent_status status;

	options = o;
	config = *c;
	status = run();
	while (tasks.count)
		task_remove(&tasks.list[0]);
	free(tasks.list);
	tasks.list = NULL;
	*c = config;
	return status;
}
