// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network devices that outlive a failure of their driver: keeping them, giving
 * them to the next instance, rtnl_lock() in the meantime. net_shadow.h says how
 * it goes together.
 *
 * An adopted device looks to the driver as a new one does: private memory and
 * statistics zero, no features, the usual MTU, down, without carrier. To
 * everybody else it is the device that it was; what the driver writes into it
 * before it registers it (its name, its features) is put right then.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "wrappers/by_hand.h"
#include "wrappers/net_shadow.h"

/*
 * Data
 * ----
 */
static DEFINE_SPINLOCK(net_shadow_lock_all);
static LIST_HEAD(all_shadows); /* net_shadow_lock_all */

/* A task holds rtnl_lock() and waits; while lend_lock is held, it goes on waiting. */
static DEFINE_MUTEX(lend_lock);
static bool lending; /* lend_lock */

static const struct sfi_shadow_class class;

/*
 * Internals
 * ---------
 */
static struct net_shadow_domain *domain_of(struct sfi_domain *d)
{
	struct sfi_shadow *s = sfi_shadow_of(d, &class);

	return s ? container_of(s, struct net_shadow_domain, shadow) : NULL;
}

/* Period of the looks for silent failures. */
#define LOOK_MS 250

static void look(struct work_struct *work)
{
	struct net_shadow_domain *nd = container_of(work, struct net_shadow_domain, look.work);
	u64 now = ktime_get_ns();
	unsigned int passed = min_t(u64, div_u64(now - nd->looked_at, NSEC_PER_MSEC), 2 * LOOK_MS);
	struct net_shadow *s;

	/* Else there is recovery: it is not waited for, and there is nothing to be seen. */
	if (mutex_trylock(&nd->devices_lock)) {
		list_for_each_entry(s, &nd->devices, node)
			net_silent_look(s, passed);
		mutex_unlock(&nd->devices_lock);
	}
	nd->looked_at = now;
	schedule_delayed_work(&nd->look, msecs_to_jiffies(LOOK_MS));
}

static struct net_shadow_domain *make_domain(struct sfi_domain *d)
{
	struct net_shadow_domain *nd = domain_of(d);

	if (nd)
		return nd;
	nd = kzalloc(sizeof(*nd), GFP_KERNEL);
	if (!nd)
		return NULL;
	nd->shadow.class = &class;
	nd->shadow.domain = d;
	INIT_LIST_HEAD(&nd->devices);
	mutex_init(&nd->devices_lock);
	mutex_init(&nd->inner);
	init_waitqueue_head(&nd->up);
	INIT_DELAYED_WORK(&nd->look, look);
	nd->looked_at = ktime_get_ns();
	sfi_shadow_attach(&nd->shadow);
	schedule_delayed_work(&nd->look, msecs_to_jiffies(LOOK_MS));
	return nd;
}

/* Whoever was told that the device has a carrier is told that it has none any more. */
static void carrier_is_late(struct work_struct *work)
{
	struct net_shadow *s = container_of(work, struct net_shadow, carrier.work);

	if (!netif_carrier_ok(s->dev))
		linkwatch_fire_event(s->dev);
}

static struct net_shadow *make_shadow(struct net_shadow_domain *nd, struct net_device *dev,
				      int sizeof_priv)
{
	struct net_shadow *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	s->nd = nd;
	s->dev = dev;
	s->default_ethtool_ops = dev->ethtool_ops;
	s->sizeof_priv = sizeof_priv;
	if (net_silent_init(s)) {
		kfree(s);
		return NULL;
	}
	INIT_DELAYED_WORK(&s->carrier, carrier_is_late);
	spin_lock_init(&s->stats_lock);
	mutex_lock(&nd->devices_lock);
	list_add_tail(&s->node, &nd->devices);
	mutex_unlock(&nd->devices_lock);
	spin_lock_bh(&net_shadow_lock_all);
	list_add_tail(&s->all, &all_shadows);
	spin_unlock_bh(&net_shadow_lock_all);
	return s;
}

/* The device is not registered: nobody calls its tables, nor asks for its carrier. */
static void drop_shadow(struct net_shadow *s)
{
	spin_lock_bh(&net_shadow_lock_all);
	list_del(&s->all);
	spin_unlock_bh(&net_shadow_lock_all);
	mutex_lock(&s->nd->devices_lock);
	list_del(&s->node);
	mutex_unlock(&s->nd->devices_lock);
	net_silent_free(s);
	kfree(s);
}

static struct net_features features_of(const struct net_device *dev)
{
	return (struct net_features){
		.features = dev->features, .hw = dev->hw_features, .vlan = dev->vlan_features,
		.hw_enc = dev->hw_enc_features, .mpls = dev->mpls_features,
		.gso_partial = dev->gso_partial_features,
	};
}

/* The driver has set some; the core adds to them at registration, and did so before. */
static void complete_features(struct net_shadow *s)
{
	const struct net_features *driver = &s->by_driver, *all = &s->registered;
	struct net_device *dev = s->dev;

	dev->features |= all->features & ~driver->features;
	dev->hw_features |= all->hw & ~driver->hw;
	dev->vlan_features |= all->vlan & ~driver->vlan;
	dev->hw_enc_features |= all->hw_enc & ~driver->hw_enc;
	dev->mpls_features |= all->mpls & ~driver->mpls;
	dev->gso_partial_features |= all->gso_partial & ~driver->gso_partial;
}

/*
 * rtnl_lock in an outage
 * ----------------------
 */
static void take_rtnl(struct net_shadow_domain *nd)
{
	if (nd->has_rtnl)
		return;
	while (!rtnl_trylock()) {
		mutex_lock(&lend_lock);
		nd->lent = lending;
		if (nd->lent)
			break; /* lend_lock is held as long as the loan lasts */
		mutex_unlock(&lend_lock);
		usleep_range(500, 1000);
	}
	mutex_lock(&nd->inner);
	nd->has_rtnl = true;
	mutex_unlock(&nd->inner);
}

/* Also wakes who waited for the end of the outage. */
static void end_outage(struct net_shadow_domain *nd)
{
	if (nd->has_rtnl) {
		/* Who has the lock that stands for it takes it for the real one. */
		mutex_lock(&nd->inner);
		nd->has_rtnl = false;
		mutex_unlock(&nd->inner);
		if (nd->lent)
			mutex_unlock(&lend_lock);
		else
			rtnl_unlock();
		nd->lent = false;
	}
	WRITE_ONCE(nd->down, false);
	wake_up_all(&nd->up);
}

/* The driver is back, or does not come back. */
static bool settled(const struct net_shadow_domain *nd)
{
	return READ_ONCE(nd->given_up) ||
	       (!READ_ONCE(nd->down) && sfi_domain_state(nd->shadow.domain) == SFI_LIVE);
}

bool net_shadow_is_down(const struct net_shadow *s)
{
	return READ_ONCE(s->nd->down) || sfi_closed(s->nd->shadow.domain);
}

bool net_shadow_again(struct net_shadow *s, struct net_attempt *attempt)
{
	struct net_shadow_domain *nd = s->nd;

	if (likely(!net_shadow_is_down(s) && READ_ONCE(nd->failures) == attempt->failures))
		return false;
	/* Whoever is still in the driver further out must leave it first; some ask under RCU alone. */
	if (s->state == NET_GONE || attempt->repeated || rcu_preempt_depth() || !preemptible() ||
	    !rtnl_is_locked() || sfi_gate_find((u64)__builtin_frame_address(0)))
		return false;
	mutex_lock(&lend_lock);
	lending = true;
	mutex_unlock(&lend_lock);
	while (!settled(nd))
		wait_event_timeout(nd->up, settled(nd), HZ / 10);
	mutex_lock(&lend_lock);
	lending = false;
	mutex_unlock(&lend_lock);
	attempt->repeated = true;
	return sfi_domain_state(nd->shadow.domain) == SFI_LIVE;
}

struct mutex *net_shadow_lock(struct sfi_domain *d)
{
	struct net_shadow_domain *nd = domain_of(d);

	for (;;) {
		if (nd) {
			mutex_lock(&nd->inner);
			if (nd->has_rtnl) {
				nd->inner_owner = current;
				return &nd->inner;
			}
			mutex_unlock(&nd->inner);
		}
		if (rtnl_trylock())
			return NULL;
		if (unlikely(sfi_closed(d)))
			sfi_unwind(d);
		usleep_range(500, 1000);
	}
}

struct mutex *net_shadow_locked(struct sfi_domain *d)
{
	struct net_shadow_domain *nd = domain_of(d);

	return nd && READ_ONCE(nd->inner_owner) == current ? &nd->inner : NULL;
}

void net_shadow_unlock(struct mutex *lock)
{
	if (!lock) {
		rtnl_unlock();
		return;
	}
	container_of(lock, struct net_shadow_domain, inner)->inner_owner = NULL;
	mutex_unlock(lock);
}

/*
 * Recovery
 * --------
 */
static void suspend(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);
	struct net_shadow *s;

	WRITE_ONCE(nd->failures, nd->failures + 1);
	WRITE_ONCE(nd->given_up, false);
	WRITE_ONCE(nd->down, true);
	mutex_lock(&nd->devices_lock);
	list_for_each_entry(s, &nd->devices, node) {
		if (s->state == NET_REGISTERED)
			netif_tx_disable(s->dev);
	}
	mutex_unlock(&nd->devices_lock);
}

/* What was on its way is lost, and nobody is told that the link is. */
static void put_to_sleep(struct net_shadow *s)
{
	struct net_device *dev = s->dev;
	unsigned int i;

	memcpy(s->name, dev->name, sizeof(s->name));
	net_shadow_keep_stats(s);
	s->was_running = test_and_clear_bit(__LINK_STATE_START, &dev->state);
	s->had_carrier = !test_and_set_bit(__LINK_STATE_NOCARRIER, &dev->state) || s->had_carrier;
	for (i = 0; i < dev->num_tx_queues; i++)
		netdev_tx_reset_queue(netdev_get_tx_queue(dev, i));
}

static void keep(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);
	struct sfi_domain *d = shadow->domain;
	struct net_shadow *s;

	take_rtnl(nd);
	list_for_each_entry(s, &nd->devices, node) {
		if (s->state == NET_NEW || s->dev->reg_state != NETREG_REGISTERED)
			continue;
		if (s->state == NET_REGISTERED) {
			put_to_sleep(s);
			sfi_take_back(d, &sfi_type_netdev_registration, s->dev);
		}
		if (s->state != NET_KEPT)
			sfi_take_back(d, &sfi_type_net_device, s->dev);
		s->state = NET_KEPT;
	}
}

/* Its driver will never hear of it again. */
static void orphan(struct net_shadow *s)
{
	net_shadow_disconnect(s);
	s->state = NET_GONE;
}

static struct net_shadow *next_gone(struct net_shadow_domain *nd)
{
	struct net_shadow *s, *found = NULL;

	mutex_lock(&nd->devices_lock);
	list_for_each_entry(s, &nd->devices, node) {
		if (s->state == NET_GONE)
			found = s;
	}
	mutex_unlock(&nd->devices_lock);
	return found;
}

/* The devices that the driver does not have any more. */
static void remove_gone(struct net_shadow_domain *nd)
{
	struct net_shadow *s;

	while ((s = next_gone(nd)) != NULL) {
		cancel_delayed_work_sync(&s->carrier);
		unregister_netdev(s->dev);
		net_shadow_free_netdev(s->dev);
	}
}

static void resume(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);
	struct net_shadow *s;

	mutex_lock(&nd->devices_lock);
	list_for_each_entry(s, &nd->devices, node) {
		if (s->state == NET_KEPT)
			orphan(s);
		else if (s->state == NET_REGISTERED)
			net_shadow_replay(s);
	}
	mutex_unlock(&nd->devices_lock);
	if (sfi_closed(shadow->domain))
		return;
	end_outage(nd);
	remove_gone(nd);
}

static void strand(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);

	WRITE_ONCE(nd->given_up, true);
	end_outage(nd);
}

static void give_up(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);
	struct net_shadow *s;

	WRITE_ONCE(nd->given_up, true);
	list_for_each_entry(s, &nd->devices, node) {
		if (s->state == NET_ADOPTED)
			sfi_take_back(shadow->domain, &sfi_type_net_device, s->dev);
		if (s->state == NET_ADOPTED || s->state == NET_KEPT)
			orphan(s);
	}
	end_outage(nd);
	remove_gone(nd);
}

static void free_domain(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);

	cancel_delayed_work_sync(&nd->look);
	kfree(nd);
}

static const struct sfi_shadow_class class = {
	.suspend = suspend,
	.keep = keep,
	.resume = resume,
	.give_up = give_up,
	.strand = strand,
	.free = free_domain,
};

/*
 * For the wrappers
 * ----------------
 */
void net_shadow_going(struct net_device *dev)
{
	struct net_shadow *s = net_shadow_of(dev);

	if (!s)
		return;
	cancel_delayed_work_sync(&s->carrier);
	s->state = NET_GONE;
}

struct net_shadow *net_shadow_of(const struct net_device *dev)
{
	struct net_shadow *s, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&net_shadow_lock_all, flags);
	list_for_each_entry(s, &all_shadows, all) {
		if (s->dev == dev) {
			found = s;
			break;
		}
	}
	spin_unlock_irqrestore(&net_shadow_lock_all, flags);
	return found;
}

/*
 * The kept device that is meant: its parent is in the driver's hands again, and it is made of the
 * same parts. Probes run one after another, or each would have to be told from the others.
 */
static struct net_shadow *find_kept(struct net_shadow_domain *nd, int sizeof_priv,
				    unsigned int txqs, unsigned int rxqs)
{
	struct net_shadow *s, *found = NULL;

	mutex_lock(&nd->devices_lock);
	list_for_each_entry(s, &nd->devices, node) {
		if (!found && s->state == NET_KEPT && s->sizeof_priv == sizeof_priv &&
		    s->dev->num_tx_queues == txqs && s->dev->num_rx_queues == rxqs &&
		    sfi_is(nd->shadow.domain, s->dev->dev.parent, SFI_T_device))
			found = s;
	}
	mutex_unlock(&nd->devices_lock);
	return found;
}

static void look_new(struct net_shadow *s)
{
	struct net_device *dev = s->dev;

	memset(netdev_priv(dev), 0, s->sizeof_priv);
	memset(&dev->stats, 0, sizeof(dev->stats));
	dev->mtu = ETH_DATA_LEN;
	dev->ethtool_ops = s->default_ethtool_ops;
	dev->features = 0;
	dev->hw_features = 0;
	dev->vlan_features = 0;
	dev->hw_enc_features = 0;
	dev->mpls_features = 0;
	dev->gso_partial_features = 0;
}

struct net_device *net_shadow_alloc(struct sfi_domain *d, int sizeof_priv, unsigned int txqs,
				    unsigned int rxqs)
{
	struct net_shadow_domain *nd = make_domain(d);
	struct net_device *dev;
	struct net_shadow *s;

	if (!nd)
		return NULL;
	s = READ_ONCE(nd->has_rtnl) ? find_kept(nd, sizeof_priv, txqs, rxqs) : NULL;
	if (s) {
		look_new(s);
		s->state = NET_ADOPTED;
		return s->dev;
	}
	dev = alloc_etherdev_mqs(sizeof_priv, txqs, rxqs);
	if (dev && !make_shadow(nd, dev, sizeof_priv)) {
		free_netdev(dev);
		return NULL;
	}
	return dev;
}

void net_shadow_free_netdev(struct net_device *dev)
{
	struct net_shadow *s = net_shadow_of(dev);

	if (s && s->state == NET_ADOPTED) {
		s->state = NET_KEPT;
		return;
	}
	if (s)
		drop_shadow(s);
	free_netdev(dev);
}

/* The driver's new instance has filled in the device that is registered already. */
static void register_adopted(struct net_shadow *s)
{
	s->by_driver = features_of(s->dev);
	complete_features(s);
	memcpy(s->dev->name, s->name, sizeof(s->name));
	net_shadow_interpose(s);
	s->state = NET_REGISTERED;
}

static int register_new(struct net_shadow *s)
{
	struct net_device *dev = s->dev;
	int ret;

	s->by_driver = features_of(dev);
	net_shadow_interpose(s);
	ret = register_netdevice(dev);
	if (ret) {
		dev->netdev_ops = s->driver_ops;
		dev->ethtool_ops = s->driver_ethtool_ops;
		return ret;
	}
	s->registered = features_of(dev);
	net_shadow_note_config(s);
	s->state = NET_REGISTERED;
	return 0;
}

bool net_shadow_may_register(const struct net_device *dev)
{
	const struct net_shadow *s = net_shadow_of(dev);

	return s && (s->state == NET_ADOPTED ||
		     (s->state == NET_NEW && dev->reg_state == NETREG_UNINITIALIZED));
}

int net_shadow_register(struct sfi_domain *d, struct net_device *dev)
{
	struct mutex *lock = net_shadow_lock(d);
	struct net_shadow *s = net_shadow_of(dev);
	bool adopted = s->state == NET_ADOPTED;
	int ret = 0;

	if (adopted)
		register_adopted(s);
	else
		ret = register_new(s);
	/* Else it is done at the end of the outage, when the driver is live. */
	if (adopted && !lock)
		net_shadow_replay(s);
	net_shadow_unlock(lock);
	return ret;
}

void net_shadow_unregister(struct sfi_domain *d, struct net_device *dev)
{
	struct mutex *lock = net_shadow_lock(d);
	struct net_shadow *s = net_shadow_of(dev);

	if (lock) {
		/* In an outage nothing is taken from the applications before its end. */
		s->state = NET_ADOPTED;
	} else {
		net_shadow_going(dev);
		unregister_netdevice(dev);
	}
	net_shadow_unlock(lock);
	if (!lock)
		s->state = NET_NEW;
}
