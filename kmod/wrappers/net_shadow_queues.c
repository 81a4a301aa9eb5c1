// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queues and the carrier after a restart.
 *
 * A new device's queues are not stopped, and some drivers never start them: so
 * they must not stay as they were stopped in the outage. But a driver that is
 * being opened must not get packets.
 *
 * Nobody is told that there is no carrier (net_shadow.c). But packets that have
 * waited in the queue must not reach a driver that has no link yet: some reset
 * their card when they find them there. They are held back until the driver says
 * that there is one, by the bit of the byte queue limits. Drivers do not touch
 * it when they are opened; when they reset the limits, as they do when they are
 * told to change anything, it stays. A call that is made again after a restart
 * may come when the link is there, and lose it once more: they wait again.
 */
#include <linux/netdevice.h>

#include "wrappers/by_hand.h"
#include "wrappers/net_napi.h"
#include "wrappers/net_shadow.h"

void net_shadow_start_queues(struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < dev->num_tx_queues; i++) {
		struct netdev_queue *q = netdev_get_tx_queue(dev, i);

		/* netpoll asks for this one alone, and drivers reset it when they are opened. */
		set_bit(__QUEUE_STATE_STACK_XOFF, &q->state);
		set_bit(__QUEUE_STATE_FROZEN, &q->state);
		/* Who sends must not see it go before it sees the others come. */
		smp_mb__before_atomic();
		clear_bit(__QUEUE_STATE_DRV_XOFF, &q->state);
	}
}

void net_shadow_thaw_queues(struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < dev->num_tx_queues; i++)
		clear_bit(__QUEUE_STATE_FROZEN, &netdev_get_tx_queue(dev, i)->state);
}

/* carrier_lock is held. */
static void hold(struct net_shadow *s)
{
	unsigned int i;

	s->held = s->sees_to_carrier && !netif_carrier_ok(s->dev);
	for (i = 0; s->held && i < s->dev->num_tx_queues; i++)
		set_bit(__QUEUE_STATE_STACK_XOFF, &netdev_get_tx_queue(s->dev, i)->state);
}

void net_shadow_hold_queues(struct net_shadow *s)
{
	unsigned long flags;

	spin_lock_irqsave(&s->carrier_lock, flags);
	hold(s);
	spin_unlock_irqrestore(&s->carrier_lock, flags);
}

/* carrier_lock is held: none is held that is not let. */
static void let(struct net_shadow *s)
{
	unsigned int i;

	WRITE_ONCE(s->held, false);
	for (i = 0; i < s->dev->num_tx_queues; i++) {
		clear_bit(__QUEUE_STATE_STACK_XOFF, &netdev_get_tx_queue(s->dev, i)->state);
		netif_schedule_queue(netdev_get_tx_queue(s->dev, i));
	}
}

void net_shadow_let_queues(struct net_shadow *s)
{
	unsigned long flags;

	spin_lock_irqsave(&s->carrier_lock, flags);
	let(s);
	spin_unlock_irqrestore(&s->carrier_lock, flags);
}

void net_shadow_carrier(struct net_device *dev)
{
	struct net_shadow *s = net_shadow_of(dev);
	unsigned long flags;

	if (!s)
		return;
	spin_lock_irqsave(&s->carrier_lock, flags);
	s->sees_to_carrier = true;
	if (netif_carrier_ok(dev)) {
		if (s->held)
			let(s);
	} else if (s->repeats) {
		hold(s);
	}
	spin_unlock_irqrestore(&s->carrier_lock, flags);
}

void net_shadow_repeat(struct net_shadow *s, int change)
{
	unsigned long flags;

	spin_lock_irqsave(&s->carrier_lock, flags);
	s->repeats += change;
	spin_unlock_irqrestore(&s->carrier_lock, flags);
}

static void reset_queue(struct netdev_queue *q)
{
	struct net_shadow *s = net_shadow_of(q->dev);
	unsigned long flags;

	if (!s) {
		sfi_queue_reset(q, false);
		return;
	}
	spin_lock_irqsave(&s->carrier_lock, flags);
	sfi_queue_reset(q, s->held);
	spin_unlock_irqrestore(&s->carrier_lock, flags);
}

void sfi_w_netdev_tx_reset_queue(struct sfi_self *self, struct netdev_queue *q)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, q, SFI_T_netdev_queue, SFI_ARG("netdev_tx_reset_queue", "q"));
	reset_queue(q);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_netdev_tx_reset_queue);

void sfi_w_netdev_reset_queue(struct sfi_self *self, struct net_device *dev)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, dev, SFI_T_net_device, SFI_ARG("netdev_reset_queue", "dev_queue"));
	reset_queue(netdev_get_tx_queue(dev, 0));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_netdev_reset_queue);
