// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is to be done about an event. Nothing here has an effect, or a memory of
 * its own: the answer follows from the policy and the last record before the event.
 *
 * A driver that fails is restarted by the kernel; the agent leaves it alone. A
 * driver that the kernel has left dead is restarted, then reloaded, each as often
 * as the policy says, each time after twice the delay. Attempts count until the
 * driver has lived for long enough, lives again although it was given up, or the
 * machine was booted.
 */
#include <string.h>

#include "sfid.h"

/* Reasons of the kernel (kmod/recover.c) that are not for the agent to mend. */
#define WHY_STOPPED "stopped"
#define WHY_INHABITED "a call did not leave the driver"

static bool is(const char *state, const struct record *r)
{
	return !strcmp(r->state, state);
}

static struct tried tried_before(const struct policy *p, const struct record *last,
				 const struct record *r)
{
	static const struct tried none;

	if (!last)
		return none;
	if (is("live", last) && r->uptime_ms - last->uptime_ms >= p->calm_s * 1000LL)
		return none;
	if (is("live", r) && last->decision == DECIDE_GIVE_UP)
		return none;
	return last->tried;
}

/* The first one is delay_s, each one after it twice the one before. */
static long long delay_ms(const struct policy *p, struct tried t)
{
	long long delay = p->delay_s * 1000LL, most = p->delay_max_s * 1000LL;
	int n;

	for (n = t.restarts + t.reloads; n && delay < most; n--)
		delay *= 2;
	return delay < most ? delay : most;
}

static void decide_dead(const struct policy *p, struct record *r)
{
	struct tried before = r->tried;

	if (!strcmp(r->why, WHY_STOPPED)) {
		r->decision = DECIDE_LEAVE;
	} else if (!strcmp(r->why, WHY_INHABITED)) {
		/* Neither a restart nor an unload would get past that call. */
		r->decision = DECIDE_GIVE_UP;
	} else if (before.restarts < p->restarts && !is(STATE_GONE, r)) {
		r->decision = DECIDE_RESTART;
		r->tried.restarts++;
		r->delay_ms = delay_ms(p, before);
	} else if (before.reloads < p->reloads) {
		r->decision = DECIDE_RELOAD;
		r->tried.reloads++;
		r->delay_ms = delay_ms(p, before);
	} else {
		r->decision = DECIDE_GIVE_UP;
	}
}

/* R says what LAST, the record before it, has said already. */
static bool no_news(const struct record *last, const struct record *r)
{
	/* It was like that before it was found dead: sysfs shows a state before it is announced. */
	if (r->past && last && is("dead", last) && last->violations == r->violations)
		return true;
	if (is("live", r))
		return last ? is("live", last) && last->violations >= r->violations :
			      !r->violations;
	if (is("failed", r))
		return last && is("failed", last) && last->violations == r->violations;
	/* Left, or given up. One that is to be restarted may have lost its agent meanwhile. */
	return last && is(r->state, last) && !strcmp(last->why, r->why) &&
	       (last->decision == DECIDE_LEAVE || last->decision == DECIDE_GIVE_UP);
}

void decide(const struct policy *p, const struct history *h, struct record *r)
{
	const struct record *last = history_last(h, r);

	r->decision = DECIDE_NOTHING;
	r->delay_ms = 0;
	if (no_news(last, r))
		return;
	r->tried = tried_before(p, last, r);
	if (is("failed", r) || is("live", r))
		r->decision = DECIDE_LEAVE;
	else if (is("dead", r) && *r->why) /* without a reason: its module is going */
		decide_dead(p, r);
	else if (is(STATE_GONE, r))
		decide_dead(p, r);
}
