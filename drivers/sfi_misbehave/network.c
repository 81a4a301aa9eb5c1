// SPDX-License-Identifier: GPL-2.0-only
/* The contexts of the network: NAPI, on a device that nobody else sees, and a notifier. */
#include <linux/bottom_half.h>
#include <linux/etherdevice.h>
#include <linux/inetdevice.h>
#include <linux/kernel.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>

#include "misbehave.h"

static struct napi_struct napi;

static int poll_fn(struct napi_struct *instance, int budget)
{
	job_perform();
	napi_complete_done(instance, 0);
	return job_take_answer(0);
}

/* Softirq. */
long in_napi(void)
{
	struct net_device *dev = alloc_etherdev(0);
	long ret;

	if (!dev)
		return -ENOMEM;
	netif_napi_add(dev, &napi, poll_fn);
	napi_enable(&napi);
	local_bh_disable();
	napi_schedule(&napi);
	local_bh_enable();
	job_wait();
	ret = job_outcome();
	napi_disable(&napi);
	netif_napi_del(&napi);
	free_netdev(dev);
	return ret;
}

static int notifier_fn(struct notifier_block *nb, unsigned long action, void *data)
{
	job_perform_armed("notifier");
	return job_take_answer(NOTIFY_DONE);
}

static struct notifier_block notifier = { .notifier_call = notifier_fn };
static bool registered;

/*
 * Whoever gives an interface an address, with rtnl_lock() and the list of notifiers held:
 * sfi_misbehave_ctl does. Stays registered.
 */
long in_notifier(void)
{
	long ret;

	if (!registered) {
		ret = register_inetaddr_notifier(&notifier);
		if (ret)
			return ret;
		registered = true;
	}
	return job_arm("notifier");
}

void network_exit(void)
{
	if (registered)
		unregister_inetaddr_notifier(&notifier);
	registered = false;
}
