// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network devices: allocation, registration, NAPI instances.
 *
 * By hand: a device may outlive its driver's instance (net_shadow.c);
 * one allocation is a device, its private area and its queues; its end
 * is also that of the NAPI instances in it; a poll that failed must still be
 * completed, and who sends must find the lock as it was; at registration fields and tables must be out of the driver's
 * reach before they are checked and the kernel looks at them; and rtnl_lock()
 * has no argument that a lock could be known by.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "compat/compat.h"
#include "wrappers/by_hand.h"
#include "wrappers/net_shadow.h"

void sfi_net_device_release(struct net_device *dev);
void sfi_napi_release(struct napi_struct *napi);

/* === Allocation === */

/*
 * The kernel's own table, that a device has until the driver sets one. Same value at every write.
 */
static const struct ethtool_ops *default_ethtool_ops;

struct net_device *sfi_w_alloc_etherdev_mqs(struct sfi_self *self, int sizeof_priv,
					    unsigned int txqs, unsigned int rxqs)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct net_device *dev;
	unsigned int i;

	SFI_CHECK_SLEEPS(d, "alloc_etherdev");
	sfi_check_that(d, sizeof_priv >= 0, SFI_ARG("alloc_etherdev", "sizeof_priv >= 0"));
	sfi_check_that(d, txqs && rxqs && txqs <= 4096 && rxqs <= 4096,
		       SFI_ARG("alloc_etherdev", "1 to 4096 queues"));
	dev = net_shadow_alloc(d, sizeof_priv, txqs, rxqs);
	if (dev) {
		if (dev->reg_state == NETREG_UNINITIALIZED)
			WRITE_ONCE(default_ethtool_ops, dev->ethtool_ops);
		sfi_acquire(d, &sfi_type_net_device, dev, 0, NULL, 0, 0, 0, 0);
		if (sizeof_priv)
			sfi_acquire(d, &sfi_type_netdev_priv, netdev_priv(dev), sizeof_priv, NULL,
				    0, 0, 0, 0);
		for (i = 0; i < txqs; i++)
			sfi_acquire(d, &sfi_type_netdev_queue, netdev_get_tx_queue(dev, i), 0, NULL,
				    0, 0, 0, 0);
	}
	sfi_import_leave(d);
	return dev;
}
EXPORT_SYMBOL_GPL(sfi_w_alloc_etherdev_mqs);

/* In the order that free_netdev() has: nothing is taken before all is known to be right. */
void sfi_w_free_netdev(struct sfi_self *self, struct net_device *dev)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct napi_struct *napi, *next;
	unsigned int i;

	SFI_CHECK_SLEEPS(d, "free_netdev");
	sfi_check_owned(d, dev, SFI_T_net_device, SFI_ARG("free_netdev", "dev"));
	sfi_check_that(d, !sfi_holds(d, SFI_T_netdev_registration, dev),
		       SFI_ARG("free_netdev", "dev is not registered"));
	list_for_each_entry_safe(napi, next, &dev->napi_list, dev_list) {
		if (!sfi_is(d, napi, SFI_T_napi_struct))
			continue;
		sfi_napi_release(napi);
		sfi_unembed(d, &sfi_type_napi_struct, napi, sizeof(*napi),
			    SFI_ARG("free_netdev", "dev"));
	}
	if (sfi_holds(d, SFI_T_netdev_priv, netdev_priv(dev)))
		sfi_release(d, &sfi_type_netdev_priv, netdev_priv(dev),
			    SFI_ARG("free_netdev", "dev"));
	for (i = 0; i < dev->num_tx_queues; i++)
		sfi_take_back(d, &sfi_type_netdev_queue, netdev_get_tx_queue(dev, i));
	sfi_release(d, &sfi_type_net_device, dev, SFI_ARG("free_netdev", "dev"));
	net_shadow_free_netdev(dev);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_free_netdev);

/*
 * Its instances, which may lie anywhere, go first: a poll on its way completes its instance with the
 * device's settings.
 */
void sfi_net_device_release(struct net_device *dev)
{
	struct napi_struct *napi, *next;

	list_for_each_entry_safe(napi, next, &dev->napi_list, dev_list)
		sfi_napi_release(napi);
	net_shadow_free_netdev(dev);
}

/* === Registration === */

/* Also for a registration that a violation has left half-way. */
static void release_registration(void *obj, const u64 args[4])
{
	struct net_device *dev = obj;

	if (dev->reg_state == NETREG_REGISTERED) {
		net_shadow_going(dev);
		unregister_netdev(dev);
	}
}

/* Where the kernel follows pointers to tables that no driver can set here. */
#define NEED_TABLES                                                                              \
	(NETIF_F_HW_TLS_TX | NETIF_F_HW_TLS_RX | NETIF_F_HW_TLS_RECORD | NETIF_F_HW_ESP |        \
	 NETIF_F_HW_ESP_TX_CSUM | NETIF_F_HW_L2FW_DOFFLOAD | NETIF_F_HW_MACSEC)

/* What the driver has filled in, no longer writable. */
static void check_device(struct sfi_domain *d, struct net_device *dev)
{
	const struct net_device_ops *ops = dev->netdev_ops;
	const struct ethtool_ops *ethtool_ops = dev->ethtool_ops;

	/* One that is adopted may be somebody's port; what the driver has set goes when it is registered. */
	if (dev->reg_state == NETREG_UNINITIALIZED)
		sfi_check_that(d, !(dev->priv_flags & NET_SHADOW_NO_CARD),
			       SFI_ARG("register_netdev", "dev->priv_flags are a network card's"));
	sfi_check_that(d, dev->mtu >= ETH_MIN_MTU && dev->mtu <= ETH_MAX_MTU,
		       SFI_ARG("register_netdev", "dev->mtu is one of Ethernet's"));
	sfi_check_that(d, !((dev->features | dev->hw_features) & NEED_TABLES),
		       SFI_ARG("register_netdev", "dev->features have the tables that they need"));
	sfi_check_that(d, strnlen(dev->name, IFNAMSIZ) < IFNAMSIZ,
		       SFI_ARG("register_netdev", "dev->name ends"));
	sfi_check_that(d, ops, SFI_ARG("register_netdev", "dev->netdev_ops is set"));
	sfi_check_net_device_ops(d, ops, SFI_ARG("register_netdev", "dev->netdev_ops"));
	if (ethtool_ops != READ_ONCE(default_ethtool_ops))
		sfi_check_ethtool_ops(d, ethtool_ops,
				      SFI_ARG("register_netdev", "dev->ethtool_ops"));
	if (dev->dev.parent)
		sfi_check_owned(d, dev->dev.parent, SFI_T_device,
				SFI_ARG("register_netdev", "dev->dev.parent"));
}

int sfi_w_register_netdev(struct sfi_self *self, struct net_device *dev)
{
	struct sfi_domain *d = sfi_import_enter(self);
	int ret;

	SFI_CHECK_SLEEPS(d, "register_netdev");
	sfi_check_owned(d, dev, SFI_T_net_device, SFI_ARG("register_netdev", "dev"));
	sfi_check_that(d,
		       net_shadow_may_register(dev) &&
			       !sfi_holds(d, SFI_T_netdev_registration, dev),
		       SFI_ARG("register_netdev", "dev was not registered before"));
	/* Takes the fields away, see SFI_FIELDS_UNTIL. */
	sfi_acquire(d, &sfi_type_netdev_registration, dev, 0, release_registration, 0, 0, 0, 0);
	check_device(d, dev);
	ret = net_shadow_register(d, dev);
	if (ret)
		sfi_take_back(d, &sfi_type_netdev_registration, dev);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_register_netdev);

/* Calls back into the driver, for which the device is registered until the end. */
void sfi_w_unregister_netdev(struct sfi_self *self, struct net_device *dev)
{
	struct sfi_domain *d = sfi_import_enter(self);

	SFI_CHECK_SLEEPS(d, "unregister_netdev");
	sfi_check_owned(d, dev, SFI_T_netdev_registration, SFI_ARG("unregister_netdev", "dev"));
	net_shadow_unregister(d, dev);
	sfi_take_back(d, &sfi_type_netdev_registration, dev);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_unregister_netdev);

/* === Carrier === */

/* Later the kernel would make a note of a change, and follow it after the device is gone. */
static bool tells_of_carrier(const struct net_device *dev)
{
	return dev->reg_state == NETREG_UNINITIALIZED || dev->reg_state == NETREG_REGISTERED;
}

void sfi_w_netif_carrier_on(struct sfi_self *self, struct net_device *dev)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, dev, SFI_T_net_device, SFI_ARG("netif_carrier_on", "dev"));
	if (tells_of_carrier(dev)) {
		netif_carrier_on(dev);
		net_shadow_carrier(dev);
	}
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_netif_carrier_on);

void sfi_w_netif_carrier_off(struct sfi_self *self, struct net_device *dev)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, dev, SFI_T_net_device, SFI_ARG("netif_carrier_off", "dev"));
	if (tells_of_carrier(dev)) {
		netif_carrier_off(dev);
		net_shadow_carrier(dev);
	}
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_netif_carrier_off);

/* === NAPI === */

/* Own memory becomes an instance, all of it: nothing that the driver wrote there stays. */
void sfi_w_netif_napi_add_weight(struct sfi_self *self, struct net_device *dev,
				 struct napi_struct *napi, int (*poll)(struct napi_struct *, int),
				 int weight)
{
	struct sfi_domain *d = sfi_import_enter(self);

	SFI_CHECK_SLEEPS(d, "netif_napi_add");
	sfi_check_owned(d, dev, SFI_T_net_device, SFI_ARG("netif_napi_add", "dev"));
	sfi_check_that(d, poll && weight > 0 && weight <= NAPI_POLL_WEIGHT,
		       SFI_ARG("netif_napi_add", "poll and weight are right"));
	sfi_check_callback(d, poll, "napi_struct__poll", SFI_ARG("netif_napi_add", "poll"));
	sfi_check_that(d,
		       sfi_embed(d, &sfi_type_napi_struct, napi, sizeof(*napi),
				 SFI_ARG("netif_napi_add", "napi")),
		       SFI_ARG("netif_napi_add", "napi was not added before"));
	memset(napi, 0, sizeof(*napi));
	netif_napi_add_weight(dev, napi, poll, weight);
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
	sfi_check_that(d, test_bit(NAPI_STATE_NPSVC, &napi->state) && list_empty(&napi->poll_list),
		       SFI_ARG("netif_napi_del", "napi is disabled"));
	sfi_napi_release(napi);
	sfi_unembed(d, &sfi_type_napi_struct, napi, sizeof(*napi),
		    SFI_ARG("netif_napi_del", "napi"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_netif_napi_del);

/*
 * As the kernel does, but not longer than the driver lives: an instance that is
 * never completed would keep its context, and with it recovery, for ever.
 */
void sfi_w_napi_disable(struct sfi_self *self, struct napi_struct *n)
{
	struct sfi_domain *d = sfi_import_enter(self);
	unsigned long begin = jiffies;

	sfi_check_owned(d, n, SFI_T_napi_struct, SFI_ARG("napi_disable", "n"));
	SFI_CHECK_SLEEPS(d, "napi_disable");
	/* It is not scheduled again, and completed if it is polled. */
	set_bit(NAPI_STATE_DISABLE, &n->state);
	while (READ_ONCE(n->state) & (NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC)) {
		net_silent_disable_waits(d, n, jiffies_to_msecs(jiffies - begin));
		if (unlikely(sfi_closed(d))) {
			clear_bit(NAPI_STATE_DISABLE, &n->state);
			sfi_unwind(d);
		}
		usleep_range(20, 200);
	}
	napi_disable(n);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_napi_disable);

/*
 * The caller unlocks the queue or not by what DEV says then: it must be what it said when the
 * caller locked it, also where the driver has failed.
 */
netdev_tx_t sfi_e_net_device_ops__ndo_start_xmit(const struct sfi_entry *e, struct sk_buff *skb,
						 struct net_device *dev)
{
	netdev_tx_t (*fn)(struct sk_buff *, struct net_device *) = (void *)e->fn;
	const bool lltx = sfi_compat_lltx(dev);
	const u16 queue = skb_get_queue_mapping(skb);
	struct sfi_gate g;
	netdev_tx_t ret;

	if (!sfi_gate_enter(&g, e)) {
		sfi_type_sk_buff.release(skb);
		return NETDEV_TX_OK;
	}
	sfi_acquire(g.domain, &sfi_type_sk_buff, skb, 0, NULL, 0, 0, 0, 0);
	if (!sfi_gate_save(&g)) {
		ret = fn(skb, dev);
		sfi_check_result(&g, ret == NETDEV_TX_OK || ret == NETDEV_TX_BUSY, (u64)ret);
		sfi_check_that(g.domain, sfi_compat_lltx(dev) == lltx,
			       SFI_ARG("ndo_start_xmit", "dev is locked as before"));
		if (ret != NETDEV_TX_OK) {
			/* The caller looks for its queue by that. */
			sfi_check_that(g.domain,
				       sfi_is(g.domain, skb, SFI_T_sk_buff) &&
					       skb_get_queue_mapping(skb) == queue,
				       SFI_ARG("ndo_start_xmit", "skb is there and of its queue"));
			sfi_take_back(g.domain, &sfi_type_sk_buff, skb);
		}
	} else {
		ret = NETDEV_TX_OK;
		if (sfi_take_back(g.domain, &sfi_type_sk_buff, skb))
			sfi_type_sk_buff.release(skb);
	}
	if (unlikely(sfi_compat_lltx(dev) != lltx))
		sfi_compat_change_lltx(dev);
	sfi_gate_leave(&g);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_e_net_device_ops__ndo_start_xmit);

/*
 * A poll that failed, or whose driver is not there, completes the instance as the driver would
 * have: somebody may be waiting for that in napi_disable(). One that the driver has completed
 * already may be scheduled again, on another CPU's list: it is left alone, its poll comes here in
 * turn.
 */
static int complete_for_driver(struct napi_struct *napi)
{
	if (test_bit(NAPI_STATE_SCHED, &napi->state) && list_empty(&napi->poll_list))
		napi_complete_done(napi, 0);
	return 0;
}

int sfi_e_napi_struct__poll(const struct sfi_entry *e, struct napi_struct *napi, int budget)
{
	int (*fn)(struct napi_struct *, int) = (void *)e->fn;
	struct sfi_gate g;
	u64 released;
	int ret;

	if (!sfi_gate_enter(&g, e))
		return complete_for_driver(napi);
	/* Whatever a poll achieves, it gives something away: packets sent or received. */
	released = raw_cpu_read(g.domain->cpu->released);
	if (!sfi_gate_save(&g)) {
		ret = fn(napi, budget);
		sfi_check_result(&g, ret >= 0 && ret <= budget, ret);
	} else {
		ret = -1;
	}
	net_silent_polled(napi, budget > 0 && ret == budget &&
					released == raw_cpu_read(g.domain->cpu->released));
	sfi_gate_leave(&g);
	return ret < 0 ? complete_for_driver(napi) : ret;
}
EXPORT_SYMBOL_GPL(sfi_e_napi_struct__poll);

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

/* === The lock of network configuration === */

/* What the lock table knows it by. */
static void *rtnl_name(struct mutex *lock)
{
	return lock ? (void *)lock : (void *)rtnl_lock;
}

static void unlock_rtnl(void *name)
{
	net_shadow_unlock(name == (void *)rtnl_lock ? NULL : name);
}

void sfi_w_rtnl_lock(struct sfi_self *self)
{
	struct sfi_domain *d = sfi_import_enter(self);

	SFI_CHECK_SLEEPS(d, "rtnl_lock");
	sfi_lock_taken(d, rtnl_name(net_shadow_lock(d)), "rtnl", unlock_rtnl,
		       SFI_ARG("rtnl_lock", "the lock"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_rtnl_lock);

void sfi_w_rtnl_unlock(struct sfi_self *self)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct mutex *lock = net_shadow_locked(d);

	sfi_lock_dropped(d, rtnl_name(lock), "rtnl", SFI_ARG("rtnl_unlock", "the lock"));
	net_shadow_unlock(lock);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_rtnl_unlock);
