// SPDX-License-Identifier: GPL-2.0-only
/*
 * Silent failures of network drivers: one that breaks no rule and works no more.
 * From time to time the shadow looks at what the kernel knows of each of its
 * devices that is up:
 *
 *	transmit stall   packets wait for their completion (byte queue limits count that), or the queue is
 *	                 stopped, and no packet was completed (or, without such limits, sent)
 *	lost interrupt   the same, and the driver's NAPI instances are idle and were not polled meanwhile
 *	NAPI not completed    an instance is scheduled, on no list, and is not polled
 *	NAPI never completes  each poll has claimed its whole budget, and neither freed nor passed on anything
 *	NAPI left disabled    all instances are, though the device is up and has a carrier
 *
 * Each must hold for as long as its parameter says before it is reported. Time
 * is added up over the looks, and one look adds at most two periods: a machine
 * that stood still has not waited. Whatever moves starts anew; but a reset by the
 * driver, which throws away what waited, is not a completion: while there is
 * nothing to wait for the sum only goes down again. So a driver whose handler of
 * the kernel's own transmit watchdog does not help is found all the same.
 *
 * A card that only receives and gets no interrupts is not told from one that
 * nobody sends to; as soon as the machine sends through it, it is found.
 */
#include <linux/hashtable.h>
#include <linux/hrtimer.h>
#include <linux/moduleparam.h>
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "wrappers/by_hand.h"
#include "wrappers/net_shadow.h"

/*
 * Data
 * ----
 */
static unsigned int tx_stall_ms = 10000;
module_param(tx_stall_ms, uint, 0644);
MODULE_PARM_DESC(tx_stall_ms, "how long packets may wait for a network card to send any (0: for ever)");

static unsigned int napi_stall_ms = 5000;
module_param(napi_stall_ms, uint, 0644);
MODULE_PARM_DESC(napi_stall_ms, "how long a NAPI instance may do nothing though it is scheduled (0: for ever)");

/* What was seen of one NAPI instance. */
struct napi_watch {
	struct hlist_node node;	       /* watches */
	struct rcu_head rcu;
	const struct napi_struct *napi; /* only compared */
	const struct net_device *dev;  /* only compared; watches_lock */
	u64 polls, useful;	       /* written by the poll, one at a time */
	/* The looks' own */
	u64 polls_seen, useful_seen;
	unsigned int lost_ms, idle_ms;
	unsigned int absent;	       /* looks in a row that did not find it; watches_lock */
};

static DEFINE_SPINLOCK(watches_lock); /* for changes; found under RCU */
static DEFINE_HASHTABLE(watches, 6);

/*
 * Internals
 * ---------
 */
static struct napi_watch *watch_of(const struct napi_struct *napi)
{
	struct napi_watch *w;

	hash_for_each_possible_rcu(watches, w, node, (unsigned long)napi) {
		if (w->napi == napi)
			return w;
	}
	return NULL;
}

/* Those of DEV that LOOKS looks in a row have not found. */
static void forget_absent(const struct net_device *dev, unsigned int looks)
{
	struct napi_watch *w;
	struct hlist_node *next;
	int bucket;

	spin_lock_bh(&watches_lock);
	hash_for_each_safe(watches, bucket, next, w, node) {
		if (w->dev != dev || w->absent++ < looks)
			continue;
		hash_del_rcu(&w->node);
		kfree_rcu(w, rcu);
	}
	spin_unlock_bh(&watches_lock);
}

static void report(struct net_shadow *s, const char *why, const char *what, unsigned int ms)
{
	struct sfi_report r = { .what = SFI_SILENT, .why = why };

	snprintf(r.detail, sizeof(r.detail), "%s of %s, %u ms", what, s->dev->name, ms);
	sfi_report_and_fail(s->nd->shadow.domain, &r);
}

static bool over(unsigned int ms, unsigned int limit)
{
	return limit && ms >= limit;
}

/* See the head of this file. */
static unsigned int add_up(unsigned int sum, bool waits, bool moved, unsigned int passed)
{
	if (moved)
		return 0;
	return waits ? sum + passed : sum - min(sum, passed);
}

/*
 * NAPI
 * ----
 */
/* What a look at all instances of a device has found. */
struct napi_sum {
	unsigned int nr, disabled, scheduled;
	u64 polls;
	const char *why; /* NULL: all are well */
	unsigned int ms;
};

/* Whoever has scheduled the instance has forgotten it: nobody is going to poll it. */
static bool forgotten(const struct napi_struct *napi, unsigned long state)
{
	return state & NAPIF_STATE_SCHED && !(state & (NAPIF_STATE_NPSVC | NAPIF_STATE_THREADED)) &&
	       list_empty_careful(&napi->poll_list) && !hrtimer_active(&napi->timer);
}

static void look_at_napi(struct napi_watch *w, const struct napi_struct *napi, unsigned int passed,
			 struct napi_sum *sum)
{
	u64 polls = READ_ONCE(w->polls), useful = READ_ONCE(w->useful);
	unsigned long state = READ_ONCE(napi->state);
	unsigned int limit = READ_ONCE(napi_stall_ms);
	bool polled = polls != w->polls_seen, did = useful != w->useful_seen;

	w->lost_ms = add_up(w->lost_ms, forgotten(napi, state), polled, passed);
	w->idle_ms = add_up(w->idle_ms, polled, did, passed);
	w->polls_seen = polls;
	w->useful_seen = useful;
	sum->polls += polls;
	if (over(w->lost_ms, limit)) {
		sum->why = "NAPI not completed";
		sum->ms = w->lost_ms;
	} else if (over(w->idle_ms, limit)) {
		sum->why = "NAPI never completes";
		sum->ms = w->idle_ms;
	}
}

static struct napi_sum look_at_napis(struct net_device *dev, unsigned int passed)
{
	struct napi_sum sum = { .nr = 0 };
	struct napi_struct *napi;
	struct napi_watch *w;
	unsigned long state;

	rcu_read_lock();
	list_for_each_entry_rcu(napi, &dev->napi_list, dev_list) {
		state = READ_ONCE(napi->state);
		sum.nr++;
		if (state & NAPIF_STATE_SCHED)
			*(state & NAPIF_STATE_NPSVC ? &sum.disabled : &sum.scheduled) += 1;
		w = watch_of(napi);
		if (!w)
			continue;
		WRITE_ONCE(w->absent, 0);
		look_at_napi(w, napi, passed, &sum);
	}
	rcu_read_unlock();
	return sum;
}

/*
 * Transmit queues
 * ---------------
 */
/* The last interrupt may have come when packets were waiting already. */
#define SLACK_MS 500

/* Packets wait in QUEUE; *MOVED: fewer than before do. */
static bool queue_waits(struct net_queue_watch *w, const struct netdev_queue *queue, bool *moved)
{
	unsigned long trans_start = READ_ONCE(queue->trans_start);
	bool waits = netif_xmit_stopped(queue);
#ifdef CONFIG_BQL
	unsigned int completed = READ_ONCE(queue->dql.num_completed);
	unsigned int queued = READ_ONCE(queue->dql.num_queued);

	w->counted |= queued || completed;
	if (w->counted) {
		/* A reset puts both to 0. */
		*moved = completed && completed != w->completed;
		w->completed = completed;
		return waits || queued != completed;
	}
#endif
	*moved = trans_start != w->trans_start;
	w->trans_start = trans_start;
	return waits;
}

static bool look_at_queue(struct net_shadow *s, unsigned int i, unsigned int passed,
			  const struct napi_sum *napis)
{
	struct net_queue_watch *w = &s->silent.queues[i];
	bool moved, waits, silent;
	char what[16];

	waits = queue_waits(w, netdev_get_tx_queue(s->dev, i), &moved);
	w->waits_ms = add_up(w->waits_ms, waits && netif_carrier_ok(s->dev), moved, passed);
	if (!over(w->waits_ms, READ_ONCE(tx_stall_ms)))
		return false;
	snprintf(what, sizeof(what), "queue %u", i);
	silent = napis->nr && !napis->scheduled && !napis->disabled &&
		 s->silent.quiet_ms + SLACK_MS >= w->waits_ms;
	report(s, silent ? "lost interrupt" : "transmit stall", what, w->waits_ms);
	return true;
}

/* It is not to be judged by what it did before. */
static void look_away(struct net_shadow *s)
{
	s->silent.disabled_ms = 0;
	memset(s->silent.queues, 0, s->dev->num_tx_queues * sizeof(*s->silent.queues));
}

/*
 * Public interface
 * ----------------
 */
void net_silent_look(struct net_shadow *s, unsigned int passed)
{
	struct net_device *dev = s->dev;
	struct napi_sum napis;
	unsigned int i;

	if (net_shadow_is_down(s) || s->state != NET_REGISTERED || !netif_running(dev) ||
	    !netif_device_present(dev)) {
		look_away(s);
		return;
	}
	napis = look_at_napis(dev, passed);
	s->silent.quiet_ms = add_up(s->silent.quiet_ms, true, napis.polls != s->silent.polls, passed);
	s->silent.polls = napis.polls;
	forget_absent(dev, 2);
	if (napis.why) {
		report(s, napis.why, "an instance", napis.ms);
		return;
	}
	s->silent.disabled_ms = add_up(s->silent.disabled_ms, netif_carrier_ok(dev),
				       !napis.nr || napis.disabled < napis.nr, passed);
	if (over(s->silent.disabled_ms, READ_ONCE(napi_stall_ms))) {
		report(s, "NAPI left disabled", "all instances", s->silent.disabled_ms);
		return;
	}
	for (i = 0; i < dev->real_num_tx_queues; i++) {
		if (look_at_queue(s, i, passed, &napis))
			return;
	}
}

int net_silent_init(struct net_shadow *s)
{
	s->silent.queues = kcalloc(s->dev->num_tx_queues, sizeof(*s->silent.queues), GFP_KERNEL);
	return s->silent.queues ? 0 : -ENOMEM;
}

void net_silent_free(struct net_shadow *s)
{
	forget_absent(s->dev, 0);
	kfree(s->silent.queues);
}

void net_silent_napi_added(struct net_device *dev, struct napi_struct *napi)
{
	struct napi_watch *w = kzalloc(sizeof(*w), GFP_ATOMIC), *old;

	spin_lock_bh(&watches_lock);
	old = watch_of(napi);
	if (old) {
		hash_del_rcu(&old->node);
		kfree_rcu(old, rcu);
	}
	/* Without memory it is not watched: that is no reason to do without a driver. */
	if (w) {
		w->napi = napi;
		w->dev = dev;
		hash_add_rcu(watches, &w->node, (unsigned long)napi);
	}
	spin_unlock_bh(&watches_lock);
}

void net_silent_polled(const struct napi_struct *napi, bool idle)
{
	struct napi_watch *w = watch_of(napi);

	if (!w)
		return;
	WRITE_ONCE(w->polls, w->polls + 1);
	if (!idle)
		WRITE_ONCE(w->useful, w->useful + 1);
}

void net_silent_disable_waits(struct sfi_domain *d, const struct napi_struct *napi, unsigned int ms)
{
	struct sfi_report r = { .what = SFI_SILENT, .why = "NAPI not completed" };

	if (READ_ONCE(napi->state) & NAPIF_STATE_NPSVC)
		r.why = "NAPI left disabled";
	if (!over(ms, READ_ONCE(napi_stall_ms)))
		return;
	snprintf(r.detail, sizeof(r.detail), "napi_disable() has waited %u ms", ms);
	sfi_report_and_fail(d, &r);
}
