// SPDX-License-Identifier: GPL-2.0-only
/*
 * A leak: the objects that a domain holds, or their memory, grow, period after
 * period, and what the driver is asked to do does not. Hot objects, packets for
 * one, are not counted, but their memory is.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "kmod.h"

struct census {
	const struct sfi_type *types[SFI_TYPE_MAX + 1];
	unsigned int held[SFI_TYPE_MAX + 1];
};

static void count(void *arg, const struct sfi_type *type, const void *obj, size_t size)
{
	struct census *c = arg;

	c->types[type->id] = type;
	c->held[type->id]++;
}

/* The three types of which there are most: "heap 1200, timer_list 7". */
static void put_types(struct sfi_domain *d, char *buf, size_t size)
{
	struct census *c = kzalloc(sizeof(*c), GFP_KERNEL);
	unsigned int i, n, most;
	size_t len = 0;

	buf[0] = '\0';
	if (!c)
		return;
	sfi_objects_for_each(d, count, c);
	for (n = 0; n < 3; n++) {
		most = 0;
		for (i = 1; i <= SFI_TYPE_MAX; i++) {
			if (c->held[i] > c->held[most])
				most = i;
		}
		if (!c->held[most])
			break;
		len += scnprintf(buf + len, size - len, "%s%s %u", n ? ", " : "",
				 c->types[most]->name, c->held[most]);
		c->held[most] = 0;
	}
	kfree(c);
}

static void found(struct sfi_host *h, u64 from, u64 to, const char *unit)
{
	struct sfi_report r = { .what = SFI_GROWTH };
	char types[64];

	h->growths++;
	put_types(h->d, types, sizeof(types));
	scnprintf(r.detail, sizeof(r.detail), "from %llu to %llu%s (%s)", from, to, unit, types);
	if (READ_ONCE(sfi_growth_recovers))
		sfi_report_and_fail(h->d, &r);
	else
		pr_warn("%s: objects grow: %s\n", h->d->name, r.detail);
}

/*
 * A period is over, in which the driver was called CALLS times and of which HELD is left. True: a
 * leak, which began with *FROM.
 */
static bool grows(struct sfi_series *s, u64 held, u64 least, u64 calls, u64 *from)
{
	bool leak;

	/* The first period of a row says how much traffic is usual. */
	if (!least || held < s->held + least || (s->periods && calls > s->calls + s->calls / 2)) {
		s->periods = 0;
		s->began_with = held;
	} else if (!s->periods++) {
		s->calls = calls;
	}
	s->held = held;
	leak = s->periods && s->periods >= READ_ONCE(sfi_growth_periods);
	if (leak) {
		*from = s->began_with;
		s->periods = 0;
		s->began_with = held;
	}
	return leak;
}

static void judge(struct sfi_host *h, struct sfi_growth *g)
{
	u64 entered = sfi_domain_count(h->d, SFI_COUNT_entered), calls = entered - g->entered;
	u64 objects = sfi_domain_objects(h->d), kb = sfi_memory_held(h->d) >> 10, from;

	g->entered = entered;
	if (grows(&g->objects, objects, READ_ONCE(sfi_growth_objects), calls, &from))
		found(h, from, objects, "");
	if (grows(&g->memory, kb, READ_ONCE(sfi_growth_kb), calls, &from))
		found(h, from, kb, " KiB");
}

void sfi_growth_look(struct sfi_host *h, struct sfi_growth *g)
{
	u64 now = ktime_get_ns();

	if (sfi_domain_state(h->d) != SFI_LIVE) {
		*g = (struct sfi_growth){ 0 };
		return;
	}
	if (g->looked_at && now - g->looked_at < READ_ONCE(sfi_growth_period_s) * (u64)NSEC_PER_SEC)
		return;
	if (g->looked_at) {
		judge(h, g);
	} else {
		g->objects.held = sfi_domain_objects(h->d);
		g->objects.began_with = g->objects.held;
		g->memory.held = sfi_memory_held(h->d) >> 10;
		g->memory.began_with = g->memory.held;
		g->entered = sfi_domain_count(h->d, SFI_COUNT_entered);
	}
	g->looked_at = now;
}
