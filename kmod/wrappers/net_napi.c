// SPDX-License-Identifier: GPL-2.0-only
/*
 * NAPI instances and byte queue limits: where the kernel relies on a state that
 * its caller has seen to, for two contexts of a driver may see it at once.
 *
 * By hand: the look at the state and what follows from it are one step.
 */
#include <linux/netdevice.h>

#include "wrappers/by_hand.h"

static bool is_disabled(const struct napi_struct *n)
{
	return test_bit(NAPI_STATE_SCHED, &n->state) && test_bit(NAPI_STATE_NPSVC, &n->state);
}

/* Owned by who schedules it, and on no list yet. */
static bool is_claimed(const struct napi_struct *n)
{
	return test_bit(NAPI_STATE_SCHED, &n->state) && list_empty(&n->poll_list);
}

/* Of all, and not a domain's: what is done with it neither waits nor prints. */
static DEFINE_RAW_SPINLOCK(stepping);

#define NAPI_STEP(function, may, what)                                             \
	void sfi_w_##function(struct sfi_self *self, struct napi_struct *n)        \
	{                                                                          \
		struct sfi_domain *d = sfi_import_enter(self);                     \
		unsigned long flags;                                               \
		bool ok;                                                           \
	\
		sfi_check_owned(d, n, SFI_T_napi_struct, SFI_ARG(#function, "n")); \
		raw_spin_lock_irqsave(&stepping, flags);                           \
		ok = may(n);                                                       \
		if (ok)                                                            \
			function(n);                                               \
		raw_spin_unlock_irqrestore(&stepping, flags);                      \
		sfi_check_that(d, ok, SFI_ARG(#function, what));                   \
		sfi_import_leave(d);                                               \
	}                                                                          \
	EXPORT_SYMBOL_GPL(sfi_w_##function)

NAPI_STEP(napi_enable, is_disabled, "n is disabled");
NAPI_STEP(__napi_schedule, is_claimed, "n is claimed and not scheduled");
NAPI_STEP(__napi_schedule_irqoff, is_claimed, "n is claimed and not scheduled");

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
