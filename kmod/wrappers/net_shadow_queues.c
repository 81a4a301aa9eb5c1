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
 * that there is one, by the bit of the byte queue limits, which drivers do not
 * touch when they are opened.
 */
#include <linux/netdevice.h>

#include "wrappers/by_hand.h"
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

void net_shadow_hold_queues(struct net_shadow *s)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&s->carrier_lock, flags);
	s->held = s->sees_to_carrier && !netif_carrier_ok(s->dev);
	for (i = 0; s->held && i < s->dev->num_tx_queues; i++)
		set_bit(__QUEUE_STATE_STACK_XOFF, &netdev_get_tx_queue(s->dev, i)->state);
	spin_unlock_irqrestore(&s->carrier_lock, flags);
}

void net_shadow_let_queues(struct net_shadow *s)
{
	unsigned int i;

	WRITE_ONCE(s->held, false);
	for (i = 0; i < s->dev->num_tx_queues; i++) {
		clear_bit(__QUEUE_STATE_STACK_XOFF, &netdev_get_tx_queue(s->dev, i)->state);
		netif_schedule_queue(netdev_get_tx_queue(s->dev, i));
	}
}

void net_shadow_carrier(struct net_device *dev)
{
	struct net_shadow *s = net_shadow_of(dev);
	unsigned long flags;
	bool let;

	if (!s)
		return;
	spin_lock_irqsave(&s->carrier_lock, flags);
	s->sees_to_carrier = true;
	let = s->held && netif_carrier_ok(dev);
	spin_unlock_irqrestore(&s->carrier_lock, flags);
	if (let)
		net_shadow_let_queues(s);
}
