// SPDX-License-Identifier: GPL-2.0-only
/* Registering what is registered, giving back what is not, leaving behind what is. */
#include <linux/etherdevice.h>
#include <linux/fs.h>
#include <linux/inetdevice.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/workqueue.h>

#include "misbehave.h"

static int no_notice(struct notifier_block *nb, unsigned long action, void *data)
{
	return NOTIFY_DONE;
}

static struct notifier_block block = { .notifier_call = no_notice };

MISBEHAVIOUR(notifier_twice)
{
	register_inetaddr_notifier(&block);
	if (wrong)
		register_inetaddr_notifier(&block);
	unregister_inetaddr_notifier(&block);
}

MISBEHAVIOUR(notifier_unregistered)
{
	if (!wrong)
		register_inetaddr_notifier(&block);
	unregister_inetaddr_notifier(&block);
}

/* In the list that is being gone through, and locked. Rightly in_notifier() does it, outside. */
MISBEHAVIOUR(notifier_within)
{
	if (!wrong)
		return;
	register_inetaddr_notifier(&block);
	unregister_inetaddr_notifier(&block);
}

/* A link of the list, while it is one. */
MISBEHAVIOUR(store_notifier)
{
	register_inetaddr_notifier(&block);
	if (wrong)
		WRITE_ONCE(block.next, (void *)0x4141414141414141UL);
	unregister_inetaddr_notifier(&block);
	WRITE_ONCE(block.next, NULL);
}

static int no_poll(struct napi_struct *instance, int budget)
{
	napi_complete_done(instance, 0);
	return 0;
}

MISBEHAVIOUR(napi_twice)
{
	static struct napi_struct instance;
	struct net_device *dev = alloc_etherdev(0);

	netif_napi_add(dev, &instance, no_poll);
	if (wrong)
		netif_napi_add(dev, &instance, no_poll);
	free_netdev(dev);
}

MISBEHAVIOUR(netdev_freed_twice)
{
	struct net_device *dev = alloc_etherdev(0);

	free_netdev(dev);
	OPTIMIZER_HIDE_VAR(dev);
	if (wrong)
		free_netdev(dev);
}

MISBEHAVIOUR(netdev_unregistered)
{
	struct net_device *dev = alloc_etherdev(0);

	if (wrong)
		unregister_netdev(dev);
	free_netdev(dev);
}

MISBEHAVIOUR(queue_destroyed_twice)
{
	struct workqueue_struct *queue = alloc_workqueue("misbehave", 0, 0);

	destroy_workqueue(queue);
	OPTIMIZER_HIDE_VAR(queue);
	if (wrong)
		destroy_workqueue(queue);
}

static const struct file_operations no_operations = { .owner = THIS_MODULE };
static struct miscdevice left = {
	.minor = MISC_DYNAMIC_MINOR, .name = "sfi_misbehave_left", .fops = &no_operations,
};

/* By a module that goes. */
MISBEHAVIOUR(registration_left)
{
	misc_register(&left);
	if (!wrong)
		misc_deregister(&left);
}

/* A function of another type in a table of operations. */
static long no_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	return -ENOTTY;
}

static const struct file_operations wrong_operations = {
	.owner = THIS_MODULE, .flush = (void *)no_ioctl,
};

MISBEHAVIOUR(table_wrong_type)
{
	static struct miscdevice other = { .minor = MISC_DYNAMIC_MINOR, .name = "sfi_misbehave_4" };

	other.fops = wrong ? &wrong_operations : &no_operations;
	misc_register(&other);
	misc_deregister(&other);
}
