// SPDX-License-Identifier: GPL-2.0-only
/*
 * NAPI instances and byte queue limits: where the kernel relies on a state that
 * its caller has seen to, for two contexts of a driver may see it at once.
 *
 * By hand: the look at the state and what follows from it are one step; whose
 * turn it is to schedule, to complete or to enable an instance is remembered,
 * for the instance's own state does not say who has set it; and a poll that failed
 * must still be completed.
 */
#include <linux/netdevice.h>
#include <linux/percpu.h>

#include "wrappers/by_hand.h"
#include "wrappers/net_napi.h"
#include "wrappers/net_silent.h"

/* === Whose turn it is === */

/*
 * In the instance's state, which the driver cannot write, where the kernel has no bits; all that it
 * does with the state leaves those that it does not know.
 */
#define IS_CLAIMED (BITS_PER_LONG - 1) /* by napi_schedule_prep(), and not scheduled yet */
#define IS_DISABLED (BITS_PER_LONG - 2) /* by the driver, or never enabled */

/*
 * The instance that this CPU polls, and has not completed, and in which context. A poll keeps its
 * CPU. NULL also while the kernel works on the instance's lists: it may come back to the driver, to
 * send, from there.
 */
struct polled {
	struct napi_struct *napi;
	unsigned long hard; /* hardirq_count() */
};

static DEFINE_PER_CPU(struct polled, polled);

bool sfi_napi_is_polled_here(const struct napi_struct *napi)
{
	return napi && raw_cpu_read(polled.napi) == napi &&
	       raw_cpu_read(polled.hard) == hardirq_count();
}

bool sfi_napi_is_disabled(const struct napi_struct *napi)
{
	return test_bit(IS_DISABLED, &napi->state);
}

void sfi_napi_lists_begin(void)
{
	raw_cpu_write(polled.napi, NULL);
}

void sfi_napi_lists_end(struct napi_struct *napi)
{
	raw_cpu_write(polled.napi, napi);
}

/* === Begin and end === */

/*
 * Own memory becomes an instance, all of it: nothing that the driver wrote there stays, but what
 * netif_napi_add_tx() has. Whoever finds it there before the kernel has set it up finds it disabled.
 */
static bool prepare(const void *obj)
{
	struct napi_struct *napi = (struct napi_struct *)obj;
	unsigned long state = napi->state & NAPIF_STATE_NO_BUSY_POLL;

	memset(napi, 0, sizeof(*napi));
	napi->state = state | NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC;
	INIT_LIST_HEAD(&napi->poll_list);
	return true;
}

void sfi_w_netif_napi_add_weight(struct sfi_self *self, struct net_device *dev,
				 struct napi_struct *napi, int (*poll)(struct napi_struct *, int),
				 int weight)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct sfi_type type = sfi_type_napi_struct;

	type.sound = prepare;
	SFI_CHECK_SLEEPS(d, "netif_napi_add");
	sfi_check_owned(d, dev, SFI_T_net_device, SFI_ARG("netif_napi_add", "dev"));
	sfi_check_that(d, poll && weight >= 0 && weight <= NAPI_POLL_WEIGHT,
		       SFI_ARG("netif_napi_add", "poll and weight are right"));
	sfi_check_callback(d, poll, "napi_struct__poll", SFI_ARG("netif_napi_add", "poll"));
	sfi_check_that(d,
		       sfi_embed(d, &type, napi, sizeof(*napi), SFI_ARG("netif_napi_add", "napi")),
		       SFI_ARG("netif_napi_add", "napi was not added before"));
	netif_napi_add_weight(dev, napi, poll, weight);
	set_bit(IS_DISABLED, &napi->state);
	net_silent_napi_added(dev, napi);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_netif_napi_add_weight);

/* What is disabled has neither a poll nor a timer of its own on its way. */
void sfi_w_netif_napi_del(struct sfi_self *self, struct napi_struct *napi)
{
	struct sfi_domain *d = sfi_import_enter(self);

	SFI_CHECK_SLEEPS(d, "netif_napi_del");
	sfi_check_owned(d, napi, SFI_T_napi_struct, SFI_ARG("netif_napi_del", "napi"));
	sfi_check_that(d, test_and_clear_bit(IS_DISABLED, &napi->state),
		       SFI_ARG("netif_napi_del", "napi is disabled"));
	sfi_napi_release(napi);
	sfi_unembed(d, &sfi_type_napi_struct, napi, sizeof(*napi),
		    SFI_ARG("netif_napi_del", "napi"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_netif_napi_del);

/*
 * An instance goes that may not have been disabled: in recovery, since the driver may have failed
 * with it scheduled, and napi_disable() could wait for ever. It is enough that the core forgets it:
 * nobody schedules it any more, and a poll of a driver that is not there ends at once. It must have
 * had its turn, however long that takes: the list that it waits in goes through the instance, whose
 * memory is about to be something else. So does the tree of timers: its own is armed by polls
 * (gro_flush_timeout), the last of which netif_napi_del() waits for. The packet that it keeps goes
 * with it, unless the driver has freed it already.
 */
void sfi_napi_release(struct napi_struct *napi)
{
	struct sfi_domain *d = sfi_domain_of_text((u64)napi->poll);

	set_bit(NAPI_STATE_DISABLE, &napi->state);
	while (!list_empty_careful(&napi->poll_list))
		usleep_range(1000, 1100);
	if (!d || !napi->skb || !sfi_take_back(d, &sfi_type_sk_buff, napi->skb))
		napi->skb = NULL;
	netif_napi_del(napi);
	hrtimer_cancel(&napi->timer);
}

/* === On and off === */

void sfi_w_napi_enable(struct sfi_self *self, struct napi_struct *n)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, n, SFI_T_napi_struct, SFI_ARG("napi_enable", "n"));
	sfi_check_that(d, test_and_clear_bit(IS_DISABLED, &n->state),
		       SFI_ARG("napi_enable", "n is disabled"));
	napi_enable(n);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_napi_enable);

/*
 * A step of napi_disable(). Unlike there, an instance that is in use is not waited for: false.
 * Source: net/core/dev.c.
 */
static bool disable(struct napi_struct *n)
{
	unsigned long old, new;

	/* It is not scheduled again, and completed if it is polled. */
	set_bit(NAPI_STATE_DISABLE, &n->state);
	old = READ_ONCE(n->state);
	new = (old | NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC) &
	      ~(NAPIF_STATE_THREADED | NAPIF_STATE_PREFER_BUSY_POLL);
	if ((old & (NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC)) || cmpxchg(&n->state, old, new) != old)
		return false;
	hrtimer_cancel(&n->timer);
	clear_bit(NAPI_STATE_DISABLE, &n->state);
	/* From here on it may be freed. */
	set_bit(IS_DISABLED, &n->state);
	return true;
}

/*
 * As the kernel does, but not longer than the driver lives: an instance that is
 * never completed would keep its context, and with it recovery, for ever.
 */
void sfi_w_napi_disable(struct sfi_self *self, struct napi_struct *n)
{
	struct sfi_domain *d = sfi_import_enter(self);
	unsigned long begin = jiffies;

	SFI_CHECK_SLEEPS(d, "napi_disable");
	for (;;) {
		/* Another context may free it meanwhile. */
		sfi_check_owned(d, n, SFI_T_napi_struct, SFI_ARG("napi_disable", "n"));
		if (disable(n))
			break;
		net_silent_disable_waits(d, n, jiffies_to_msecs(jiffies - begin));
		if (unlikely(sfi_closed(d))) {
			clear_bit(NAPI_STATE_DISABLE, &n->state);
			sfi_unwind(d);
		}
		usleep_range(20, 200);
	}
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_napi_disable);

/* === Scheduling === */

bool sfi_w_napi_schedule_prep(struct sfi_self *self, struct napi_struct *n)
{
	struct sfi_domain *d = sfi_import_enter(self);
	bool ret;

	sfi_check_owned(d, n, SFI_T_napi_struct, SFI_ARG("napi_schedule_prep", "n"));
	ret = napi_schedule_prep(n);
	if (ret)
		set_bit(IS_CLAIMED, &n->state);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_napi_schedule_prep);

static void schedule_claimed(struct sfi_self *self, struct napi_struct *n,
			     const struct sfi_arg *arg, const struct sfi_arg *claimed)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, n, SFI_T_napi_struct, arg);
	sfi_check_that(d, test_and_clear_bit(IS_CLAIMED, &n->state), claimed);
	__napi_schedule(n);
	sfi_import_leave(d);
}

void sfi_w___napi_schedule(struct sfi_self *self, struct napi_struct *n)
{
	schedule_claimed(self, n, SFI_ARG("__napi_schedule", "n"),
			 SFI_ARG("__napi_schedule", "n is claimed and not scheduled"));
}
EXPORT_SYMBOL_GPL(sfi_w___napi_schedule);

/* Nobody has looked whether interrupts are off: as above, which switches them off. */
void sfi_w___napi_schedule_irqoff(struct sfi_self *self, struct napi_struct *n)
{
	schedule_claimed(self, n, SFI_ARG("__napi_schedule_irqoff", "n"),
			 SFI_ARG("__napi_schedule_irqoff", "n is claimed and not scheduled"));
}
EXPORT_SYMBOL_GPL(sfi_w___napi_schedule_irqoff);

/* === Polling === */

bool sfi_w_napi_complete_done(struct sfi_self *self, struct napi_struct *n, int work_done)
{
	struct sfi_domain *d = sfi_import_enter(self);
	bool ret;

	sfi_check_that(d, sfi_napi_is_polled_here(n),
		       SFI_ARG("napi_complete_done", "n is polled here"));
	raw_cpu_write(polled.napi, NULL);
	ret = napi_complete_done(n, work_done);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_napi_complete_done);

/*
 * In a poll that failed, or whose driver is not there, the instance is completed as the driver
 * would have: somebody may be waiting for that in napi_disable().
 */
int sfi_e_napi_struct__poll(const struct sfi_entry *e, struct napi_struct *napi, int budget)
{
	int (*fn)(struct napi_struct *, int) = (void *)e->fn;
	struct polled outer;
	bool completed;
	SFI_DEFINE_GATE(g);
	u64 released;
	int ret;

	if (!sfi_gate_enter(&g, e)) {
		napi_complete_done(napi, 0);
		return 0;
	}
	/* netpoll may poll in the midst of another poll. */
	outer = *raw_cpu_ptr(&polled);
	*raw_cpu_ptr(&polled) = (struct polled){ .napi = napi, .hard = hardirq_count() };
	/* Whatever a poll achieves, it gives something away: packets sent or received. */
	released = raw_cpu_read(g.domain->cpu->released);
	if (!sfi_gate_save(&g)) {
		ret = fn(napi, budget);
		/* One that has taken all of its budget is polled again: it must not have completed. */
		sfi_check_result(&g,
				 ret >= 0 && ret <= budget &&
					 (!budget || ret < budget ||
					  raw_cpu_read(polled.napi) == napi),
				 ret);
	} else {
		ret = -1;
	}
	completed = raw_cpu_read(polled.napi) != napi;
	*raw_cpu_ptr(&polled) = outer;
	net_silent_polled(napi, budget > 0 && ret == budget &&
					released == raw_cpu_read(g.domain->cpu->released));
	sfi_gate_leave(&g);
	if (ret >= 0)
		return ret;
	/* If it has, it may be scheduled again, on another CPU's list. */
	if (!completed)
		napi_complete_done(napi, 0);
	return 0;
}
EXPORT_SYMBOL_GPL(sfi_e_napi_struct__poll);

/* === Byte queue limits === */

/* Of all, and not a domain's: what is done with it neither waits nor prints. */
static DEFINE_RAW_SPINLOCK(stepping);

/* More completed than queued is a BUG(). */
static void complete_bytes(struct sfi_domain *d, struct netdev_queue *q, unsigned int pkts,
			   unsigned int bytes, const struct sfi_arg *arg)
{
	unsigned long flags;
	bool ok;

	raw_spin_lock_irqsave(&stepping, flags);
	ok = bytes <= READ_ONCE(q->dql.num_queued) - q->dql.num_completed;
	if (ok)
		netdev_tx_completed_queue(q, pkts, bytes);
	raw_spin_unlock_irqrestore(&stepping, flags);
	sfi_check_that(d, ok, arg);
}

void sfi_queue_reset(struct netdev_queue *q, bool wait)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&stepping, flags);
	if (wait) {
		/* What was completed before it may have set them going. */
		set_bit(__QUEUE_STATE_STACK_XOFF, &q->state);
		dql_reset(&q->dql);
	} else {
		netdev_tx_reset_queue(q);
	}
	raw_spin_unlock_irqrestore(&stepping, flags);
}

void sfi_w_netdev_tx_completed_queue(struct sfi_self *self, struct netdev_queue *dev_queue,
				     unsigned int pkts, unsigned int bytes)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, dev_queue, SFI_T_netdev_queue,
			SFI_ARG("netdev_tx_completed_queue", "dev_queue"));
	complete_bytes(d, dev_queue, pkts, bytes,
		       SFI_ARG("netdev_tx_completed_queue", "bytes were sent"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_netdev_tx_completed_queue);

void sfi_w_netdev_completed_queue(struct sfi_self *self, struct net_device *dev, unsigned int pkts,
				  unsigned int bytes)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, dev, SFI_T_net_device, SFI_ARG("netdev_completed_queue", "dev"));
	complete_bytes(d, netdev_get_tx_queue(dev, 0), pkts, bytes,
		       SFI_ARG("netdev_completed_queue", "bytes were sent"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_netdev_completed_queue);
