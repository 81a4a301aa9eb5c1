// SPDX-License-Identifier: GPL-2.0-only
/* Objects that the driver has given to the kernel, and uses as if they were its own still. */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "misbehave.h"

#define VALUE 0x4141414141414141ULL

/*
 * Packets
 * -------
 */
static struct sk_buff *packet(void)
{
	struct sk_buff *skb = alloc_skb(128, GFP_ATOMIC | __GFP_NOFAIL);

	OPTIMIZER_HIDE_VAR(skb);
	return skb;
}

/* Its data. */
MISBEHAVIOUR(packet_store_given)
{
	struct sk_buff *skb = packet();
	u64 *data = skb_put(skb, sizeof(*data));

	if (wrong)
		dev_kfree_skb_any(skb);
	WRITE_ONCE(*data, VALUE);
	if (!wrong)
		dev_kfree_skb_any(skb);
}

/* A field that a driver may write, while the packet is its own. */
MISBEHAVIOUR(packet_field_given)
{
	struct sk_buff *skb = packet();

	if (wrong)
		dev_kfree_skb_any(skb);
	WRITE_ONCE(skb->protocol, 0x4141);
	if (!wrong)
		dev_kfree_skb_any(skb);
}

MISBEHAVIOUR(packet_freed_twice)
{
	struct sk_buff *skb = packet();

	dev_kfree_skb_any(skb);
	OPTIMIZER_HIDE_VAR(skb);
	if (wrong)
		dev_kfree_skb_any(skb);
}

/*
 * Heads of RCU callbacks
 * ----------------------
 */
struct later {
	u64 value;
	struct rcu_head head;
};

static void free_later(struct rcu_head *head)
{
	kfree(container_of(head, struct later, head));
}

static struct later *later(void)
{
	struct later *object = kmalloc(sizeof(*object), GFP_ATOMIC | __GFP_NOFAIL);

	OPTIMIZER_HIDE_VAR(object);
	return object;
}

/* What is beside the head is the driver's until the callback. */
MISBEHAVIOUR(store_rcu_head)
{
	struct later *object = later();

	rcu_read_lock();
	call_rcu(&object->head, free_later);
	if (wrong)
		WRITE_ONCE(*(u64 *)&object->head.func, VALUE);
	else
		WRITE_ONCE(object->value, VALUE);
	rcu_read_unlock();
}

MISBEHAVIOUR(rcu_queued_twice)
{
	struct later *object = later();

	rcu_read_lock();
	call_rcu(&object->head, free_later);
	if (wrong)
		call_rcu(&object->head, free_later);
	rcu_read_unlock();
}

MISBEHAVIOUR(free_with_rcu_head)
{
	struct later *object = later();

	rcu_read_lock();
	if (wrong)
		call_rcu(&object->head, free_later);
	kfree(object);
	rcu_read_unlock();
}

static void tick(struct timer_list *unused)
{
}

/* A callback of the driver's, for something else. */
MISBEHAVIOUR(rcu_wrong_callback)
{
	struct later *object = later();
	rcu_callback_t function = free_later;
	/* Not on the stack: DEBUG_OBJECTS takes that of an interrupt for none. */
	static struct timer_list timer;

	timer_setup(&timer, tick, 0);
	if (wrong)
		function = (void *)READ_ONCE(timer.function);
	call_rcu(&object->head, function);
}

/*
 * Work items and timers
 * ---------------------
 */
static void no_work(struct work_struct *unused)
{
}

/* Which is queued, but not for now. */
MISBEHAVIOUR(free_with_work)
{
	struct delayed_work *work = kmalloc(sizeof(*work), GFP_ATOMIC | __GFP_NOFAIL);

	OPTIMIZER_HIDE_VAR(work);
	INIT_DELAYED_WORK(work, no_work);
	if (wrong)
		schedule_delayed_work(work, HZ);
	kfree(work);
}

/* A timer that is armed, as a work item. */
MISBEHAVIOUR(queue_timer)
{
	static DEFINE_TIMER(armed, tick);
	static DECLARE_WORK(work, no_work);
	struct work_struct *item = wrong ? (struct work_struct *)&armed : &work;

	OPTIMIZER_HIDE_VAR(item);
	mod_timer(&armed, jiffies + HZ);
	schedule_work(item);
	del_timer(&armed);
}
