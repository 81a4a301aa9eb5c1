// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network devices: allocation, registration, carrier, sending.
 *
 * By hand: a device may outlive its driver's instance (net_shadow.c); one allocation is a device,
 * its private area and its queues; its end is also that of the NAPI instances in it; who sends must
 * find the lock as it was; at registration fields and tables must be out of the driver's reach before
 * they are checked and the kernel looks at them; and rtnl_lock() has no argument that a lock could be
 * known by.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "compat/compat.h"
#include "wrappers/by_hand.h"
#include "wrappers/net_napi.h"
#include "wrappers/net_shadow.h"

void sfi_net_device_release(struct net_device *dev);

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

/* === Sending === */

/* The caller has locked the queue for this CPU. */
static bool is_locked(const struct netdev_queue *q)
{
	return READ_ONCE(q->xmit_lock_owner) == smp_processor_id();
}

/*
 * The caller unlocks the queue or not by what DEV says then: it must be what it has said when the
 * caller locked it, also where the driver, here or on another CPU, has failed.
 */
netdev_tx_t sfi_e_net_device_ops__ndo_start_xmit(const struct sfi_entry *e, struct sk_buff *skb,
						 struct net_device *dev)
{
	netdev_tx_t (*fn)(struct sk_buff *, struct net_device *) = (void *)e->fn;
	const u16 queue = skb_get_queue_mapping(skb);
	const struct netdev_queue *q = netdev_get_tx_queue(dev, queue);
	const bool locked = is_locked(q);
	netdev_tx_t ret = NETDEV_TX_BUSY;
	SFI_DEFINE_GATE(g);

	/* netpoll does not ask for that; it keeps the packet. */
	if (unlikely(test_bit(__QUEUE_STATE_FROZEN, &q->state)))
		goto out;
	if (!sfi_gate_enter(&g, e)) {
		sfi_type_sk_buff.release(skb);
		ret = NETDEV_TX_OK;
		goto out;
	}
	sfi_acquire(g.domain, &sfi_type_sk_buff, skb, 0, NULL, 0, 0, 0, 0);
	if (!sfi_gate_save(&g)) {
		ret = fn(skb, dev);
		sfi_check_result(&g, ret == NETDEV_TX_OK || ret == NETDEV_TX_BUSY, (u64)ret);
		sfi_check_that(g.domain, sfi_compat_lltx(dev) != locked,
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
	sfi_gate_leave(&g);
out:
	if (unlikely(sfi_compat_lltx(dev) == locked))
		sfi_compat_set_lltx(dev, !locked);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_e_net_device_ops__ndo_start_xmit);

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
	struct mutex *lock;

	/* It also does what has waited for it. */
	SFI_CHECK_SLEEPS(d, "rtnl_unlock");
	lock = net_shadow_locked(d);
	sfi_lock_dropped(d, rtnl_name(lock), "rtnl", SFI_ARG("rtnl_unlock", "the lock"));
	net_shadow_unlock(lock);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_rtnl_unlock);
