// SPDX-License-Identifier: GPL-2.0-only
/* Functions that the kernel must not call, and objects that carry them. */
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/miscdevice.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "misuse.h"

static void on_timer(struct timer_list *timer)
{
}

static void on_work(struct work_struct *work)
{
}

static irqreturn_t on_irq(int irq, void *cookie)
{
	return IRQ_NONE;
}

static int on_poll(struct napi_struct *napi, int budget)
{
	return 0;
}

static struct timer_list timer;
static struct work_struct work;
static struct delayed_work delayed;
static struct napi_struct napi;
static u64 cookies[2];

/* === Interrupts === */

MISUSE(irq_of_others, "argument irq is of a device of the driver of request_irq")
{
	(void)request_irq(1, on_irq, IRQF_SHARED, "misuse", cookies);
}

MISUSE(irq_wrong_kind, "argument handler of request_irq: a callback of another kind")
{
	void *gate;

	timer_setup(&timer, on_timer, 0);
	gate = READ_ONCE(timer.function);
	(void)request_irq(card->irq, (irq_handler_t)gate, IRQF_SHARED, "misuse", cookies);
}

MISUSE(irq_wild_handler, "argument handler of request_irq: not a callback")
{
	(void)request_irq(card->irq, (irq_handler_t)NOWHERE, IRQF_SHARED, "misuse", cookies);
}

/* It would be called with a number as its device. */
MISUSE(irq_handled_by_kernel, "argument handler of request_irq: not a kernel function")
{
	(void)request_irq(card->irq, (irq_handler_t)eth_validate_addr, IRQF_SHARED, "misuse",
			  cookies);
}

MISUSE(irq_freed_by_other, "argument dev_id of free_irq: ")
{
	if (!request_irq(card->irq, on_irq, IRQF_SHARED, "misuse", cookies))
		free_irq(card->irq, cookies + 1);
}

MISUSE(irq_freed_on_other, "argument dev_id of free_irq: other arguments")
{
	if (!request_irq(card->irq, on_irq, IRQF_SHARED, "misuse", cookies))
		free_irq(card->irq + 1, cookies);
}

MISUSE(irq_disabled_of_others, "argument irq of disable_irq_nosync: ")
{
	disable_irq_nosync(1);
}

/* === Locals of interrupts === */

static void on_rcu(struct rcu_head *head)
{
}

/* On the stack of an interrupt, not of a task; until no callback can be under way any more. */
static void with_local_head(struct timer_list *unused)
{
	struct rcu_head head;

	call_rcu(&head, on_rcu);
}

static void with_local_work(struct timer_list *unused)
{
	struct work_struct local;

	INIT_WORK_ONSTACK(&local, on_work);
	schedule_work(&local);
}

MISUSE(head_of_interrupts_stack, "argument head is not a local of call_rcu: does not meet")
{
	timer_setup(&timer, with_local_head, 0);
	mod_timer(&timer, jiffies + 1);
}

MISUSE(work_of_interrupts_stack, "argument work is not a local of an interrupt of queue_work_on: does not meet")
{
	timer_setup(&timer, with_local_work, 0);
	mod_timer(&timer, jiffies + 1);
}

/* === Timers and work === */

MISUSE(timer_wild_function, "argument func of timer_setup: not a callback")
{
	timer_setup(&timer, (void (*)(struct timer_list *))NOWHERE, 0);
}

MISUSE(timer_changed, "argument timer.* of .*mod_timer: not a callback")
{
	timer_setup(&timer, on_timer, 0);
	WRITE_ONCE(timer.function, (void (*)(struct timer_list *))NOWHERE);
	mod_timer(&timer, jiffies + HZ);
}

/* A BUG() of the kernel's. */
MISUSE(timer_without_function, "argument timer of mod_timer: does not meet")
{
	timer_setup(&timer, NULL, 0);
	mod_timer(&timer, jiffies + HZ);
}

/* Not to be deleted by recovery either, which would follow what stands there. */
MISUSE(timer_never_set_up, "argument timer of mod_timer: does not meet")
{
	struct timer_list *own = kmalloc(sizeof(*own), GFP_KERNEL);

	if (!own)
		return;
	memset(own, 0x41, sizeof(*own));
	mod_timer(own, jiffies + HZ);
}

MISUSE(head_never_set_up, "argument wq_head of __wake_up: does not meet")
{
	struct wait_queue_head *own = kzalloc(sizeof(*own), GFP_KERNEL);

	if (own)
		wake_up(own);
}

MISUSE(napi_deleted_atomic, "argument .*preempt.* of netif_napi_del: does not meet")
{
	netif_napi_add(interface, &napi, on_poll);
	local_bh_disable();
	netif_napi_del(&napi);
}

MISUSE(timer_of_others, "argument timer of .*mod_timer: is not memory of the driver's own")
{
	mod_timer((struct timer_list *)interface, jiffies + HZ);
}

MISUSE(work_changed, "argument work is initialised of queue_work_on: not a callback")
{
	INIT_WORK(&work, on_work);
	WRITE_ONCE(work.func, (work_func_t)NOWHERE);
	schedule_work(&work);
}

/* What was proved of a store before the call says nothing after it. */
MISUSE(work_written_queued, "wild store of size 8 at .* by work_written_queued")
{
	struct work_struct *own = kzalloc(sizeof(*own), GFP_KERNEL);

	if (!own)
		return;
	INIT_WORK(own, on_work);
	schedule_work(own);
	WRITE_ONCE(own->func, (work_func_t)NOWHERE);
}

MISUSE(delayed_written_queued, "wild store of size 8 at .* by delayed_written_queued")
{
	struct delayed_work *own = kzalloc(sizeof(*own), GFP_KERNEL);

	if (!own)
		return;
	INIT_DELAYED_WORK(own, on_work);
	schedule_delayed_work(own, HZ);
	WRITE_ONCE(own->work.func, (work_func_t)NOWHERE);
}

MISUSE(head_written_waiting, "wild store of size 8 at .* by head_written_waiting")
{
	struct wait_queue_head *own = kzalloc(sizeof(*own), GFP_KERNEL);
	DEFINE_WAIT(entry);

	if (!own)
		return;
	INIT_LIST_HEAD(&own->head);
	prepare_to_wait(own, &entry, TASK_UNINTERRUPTIBLE);
	WRITE_ONCE(own->head.next, NOWHERE);
}

MISUSE(work_not_initialised, "argument work is initialised of queue_work_on: does not meet")
{
	memset(&work, 0, sizeof(work));
	schedule_work(&work);
}

MISUSE(delayed_not_initialised, "argument work is initialised of queue_delayed_work_on: does not")
{
	memset(&delayed, 0, sizeof(delayed));
	schedule_delayed_work(&delayed, HZ);
}

MISUSE(work_wild_queue, "argument wq of queue_work_on: ")
{
	INIT_WORK(&work, on_work);
	queue_work((struct workqueue_struct *)interface, &work);
}

MISUSE(delayed_changed, "argument work is initialised of queue_delayed_work_on: does not meet")
{
	INIT_DELAYED_WORK(&delayed, on_work);
	WRITE_ONCE(delayed.timer.function, on_timer);
	schedule_delayed_work(&delayed, HZ);
}

/* === Tables === */

static struct miscdevice file = { .minor = MISC_DYNAMIC_MINOR, .name = "misuse2" };

MISUSE(file_own_table, "argument misc of misc_register: not constant")
{
	struct file_operations *ops = kzalloc(sizeof(*ops), GFP_KERNEL);

	file.fops = ops;
	misc_register(&file);
}

MISUSE(device_own_table, "argument dev->netdev_ops of register_netdev: not constant")
{
	struct net_device_ops *ops = kzalloc(sizeof(*ops), GFP_KERNEL);
	struct net_device *dev = alloc_etherdev(0);

	*ops = *interface->netdev_ops;
	dev->netdev_ops = ops;
	register_netdev(dev);
}

/* === Network devices === */

MISUSE(device_registered_twice, "argument dev was not registered before of register_netdev")
{
	register_netdev(interface);
}

MISUSE(device_freed_registered, "argument dev is not registered of free_netdev")
{
	free_netdev(interface);
}

MISUSE(queue_destroyed_early, "argument no delayed work is due on wq of destroy_workqueue")
{
	struct workqueue_struct *queue = alloc_workqueue("misuse", 0, 0);

	INIT_DELAYED_WORK(&delayed, on_work);
	if (queue) {
		queue_delayed_work(queue, &delayed, HZ / 4);
		destroy_workqueue(queue);
	}
}

MISUSE(napi_wild_poll, "argument poll of netif_napi_add: not a callback")
{
	netif_napi_add(interface, &napi, (int (*)(struct napi_struct *, int))NOWHERE);
}

MISUSE(napi_added_twice, "argument napi was not added before of netif_napi_add")
{
	netif_napi_add(interface, &napi, on_poll);
	netif_napi_add(interface, &napi, on_poll);
}

MISUSE(napi_not_added, "argument n of napi_enable: not an object")
{
	napi_enable(&napi);
}

/* The kernel would have one instance on two lists, or take it from none. */
MISUSE(napi_enabled_twice, "argument n is disabled of napi_enable: does not meet")
{
	netif_napi_add(interface, &napi, on_poll);
	napi_enable(&napi);
	napi_enable(&napi);
}

/* It would be on the list of the CPU twice. */
MISUSE(napi_scheduled_twice, "argument n is claimed .* of __napi_schedule: does not meet")
{
	netif_napi_add(interface, &napi, on_poll);
	napi_enable(&napi);
	local_bh_disable();
	if (napi_schedule_prep(&napi)) {
		__napi_schedule(&napi);
		__napi_schedule(&napi);
	}
	local_bh_enable();
}

/* A BUG() of the kernel's. */
MISUSE(bytes_completed_unsent, "argument bytes were sent of netdev_completed_queue: does not meet")
{
	netdev_sent_queue(interface, 100);
	netdev_completed_queue(interface, 1, 101);
}

MISUSE(napi_completed_unasked, "argument n is polled here of napi_complete_done: does not meet")
{
	netif_napi_add(interface, &napi, on_poll);
	napi_enable(&napi);
	napi_complete(&napi);
}

/* Though it is scheduled, on no list, and soft interrupts are off, as in a poll. */
MISUSE(napi_completed_elsewhere, "argument n is polled here of napi_complete_done: does not meet")
{
	netif_napi_add(interface, &napi, on_poll);
	napi_enable(&napi);
	local_bh_disable();
	if (napi_schedule_prep(&napi))
		napi_complete(&napi);
	local_bh_enable();
}

MISUSE(napi_scheduled_unclaimed, "argument n is claimed .* of __napi_schedule: does not meet")
{
	netif_napi_add(interface, &napi, on_poll);
	napi_enable(&napi);
	__napi_schedule(&napi);
}

/* The kernel would take its private area for a bridge. */
MISUSE(device_of_another_kind, "argument dev->priv_flags are .* of register_netdev: does not meet")
{
	struct net_device *dev = alloc_etherdev(0);

	dev->priv_flags |= IFF_EBRIDGE;
	register_netdev(dev);
}

/* Nothing is there to send by. */
MISUSE(queue_woken_early, "argument rcu_access_pointer.* of netif_wake_queue: does not meet")
{
	struct net_device *dev = alloc_etherdev(0);

	netif_stop_queue(dev);
	netif_wake_queue(dev);
}

/* It could be polled, and have its timer armed, with nothing there any more. */
MISUSE(napi_deleted_enabled, "argument napi is disabled of netif_napi_del: does not meet")
{
	netif_napi_add(interface, &napi, on_poll);
	napi_enable(&napi);
	netif_napi_del(&napi);
}

const struct misuse callback_misuses[] = {
	ROW(irq_of_others),
	ROW(irq_wrong_kind),
	ROW(irq_wild_handler),
	ROW(irq_handled_by_kernel),
	ROW(irq_freed_by_other),
	ROW(irq_freed_on_other),
	ROW(irq_disabled_of_others),
	ROW(head_of_interrupts_stack),
	ROW(work_of_interrupts_stack),
	ROW(timer_wild_function),
	ROW(timer_changed),
	ROW(timer_without_function),
	ROW(timer_never_set_up),
	ROW(head_never_set_up),
	ROW(napi_deleted_atomic),
	ROW(timer_of_others),
	ROW(work_changed),
	ROW(work_written_queued),
	ROW(delayed_written_queued),
	ROW(head_written_waiting),
	ROW(work_not_initialised),
	ROW(delayed_not_initialised),
	ROW(work_wild_queue),
	ROW(delayed_changed),
	ROW(queue_destroyed_early),
	ROW(file_own_table),
	ROW(device_own_table),
	ROW(device_registered_twice),
	ROW(device_freed_registered),
	ROW(napi_wild_poll),
	ROW(napi_added_twice),
	ROW(napi_not_added),
	ROW(napi_deleted_enabled),
	ROW(napi_enabled_twice),
	ROW(napi_scheduled_twice),
	ROW(napi_scheduled_unclaimed),
	ROW(bytes_completed_unsent),
	ROW(napi_completed_unasked),
	ROW(napi_completed_elsewhere),
	ROW(queue_woken_early),
	ROW(device_of_another_kind),
	{},
};
