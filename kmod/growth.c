// SPDX-License-Identifier: GPL-2.0-only
/*
 * A leak: the objects that a domain holds grow, period after period, and what
 * the driver is asked to do does not. Hot objects are not counted here: memory.c
 * knows their bytes.
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

static void found(struct sfi_host *h, const struct sfi_growth *g, unsigned int objects)
{
	struct sfi_report r = { .what = SFI_GROWTH };
	char types[64];

	h->growths++;
	put_types(h->d, types, sizeof(types));
	scnprintf(r.detail, sizeof(r.detail), "from %u to %u (%s)", g->began_with, objects, types);
	if (READ_ONCE(sfi_growth_recovers))
		sfi_report_and_fail(h->d, &r);
	else
		pr_warn("%s: objects grow: %s\n", h->d->name, r.detail);
}

/* A period is over. */
static void judge(struct sfi_host *h, struct sfi_growth *g)
{
	unsigned int objects = sfi_domain_objects(h->d), least = READ_ONCE(sfi_growth_objects);
	u64 entered = sfi_domain_count(h->d, SFI_COUNT_entered), calls = entered - g->entered;

	/* The first period of a row says how much traffic is usual. */
	if (!least || objects < g->objects + least || (g->periods && calls > g->calls + g->calls / 2)) {
		g->periods = 0;
		g->began_with = objects;
	} else if (!g->periods++) {
		g->calls = calls;
	}
	g->objects = objects;
	g->entered = entered;
	if (!g->periods || g->periods < READ_ONCE(sfi_growth_periods))
		return;
	found(h, g, objects);
	g->periods = 0;
	g->began_with = objects;
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
		g->objects = sfi_domain_objects(h->d);
		g->began_with = g->objects;
		g->entered = sfi_domain_count(h->d, SFI_COUNT_entered);
	}
	g->looked_at = now;
}
