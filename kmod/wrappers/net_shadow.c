// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network devices that outlive a failure of their driver: keeping them, and
 * giving them to the next instance. net_shadow.h says how it goes together.
 *
 * An adopted device looks to the driver as a new one does: private memory and
 * statistics zero, no features, the usual MTU, down, without carrier. To
 * everybody else it is the device that it was; what the driver writes into it
 * before it registers it (its name, its features) is put right then.
 */
#include <linux/etherdevice.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>

#include "compat/compat.h"
#include "wrappers/by_hand.h"
#include "wrappers/net_shadow.h"

/*
 * Data
 * ----
 */
static DEFINE_SPINLOCK(net_shadow_lock_all);
static LIST_HEAD(all_shadows); /* net_shadow_lock_all, which handlers of interrupts take, too */

/* So often is a driver restarted because it has not taken a device; then the device goes. */
#define MISSES 2

/* Who unplugs a device waits here, see bus_event(). */
static DECLARE_WAIT_QUEUE_HEAD(unplugged);

static DEFINE_MUTEX(domains_lock);
static unsigned int nr_domains; /* domains_lock */

static const struct sfi_shadow_class class;
static void remove_orphans(struct work_struct *work);

/*
 * Internals
 * ---------
 */
struct net_shadow_domain *net_shadow_domain_of(struct sfi_domain *d)
{
	struct sfi_shadow *s = sfi_shadow_of(d, &class);

	return s ? container_of(s, struct net_shadow_domain, shadow) : NULL;
}

/*
 * Unplugging in an outage
 * -----------------------
 * The kernel takes a bus device away and all that it has in sysfs. A driver would have unregistered
 * its network device before, when it was asked to leave; in an outage there was nobody to ask.
 */
/* A device of PARENT, which is going, is kept without a driver: it is told apart from one that was missed. */
static bool still_there(const struct device *parent)
{
	struct net_shadow *s;
	bool found = false;

	spin_lock_irq(&net_shadow_lock_all);
	list_for_each_entry(s, &all_shadows, all) {
		if (s->dev->dev.parent != parent || s->state == NET_NEW ||
		    (s->state < NET_GONE && !net_shadow_is_down(s)))
			continue;
		s->unplugged = true;
		found = true;
	}
	spin_unlock_irq(&net_shadow_lock_all);
	return found;
}

static int bus_event(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action != BUS_NOTIFY_DEL_DEVICE)
		return NOTIFY_DONE;
	/* Recovery does not wait for who is here: the device is unbound, and holds no lock of its own. */
	while (still_there(data))
		wait_event_timeout(unplugged, !still_there(data), HZ / 10);
	return NOTIFY_OK;
}

static struct notifier_block bus_notifier = { .notifier_call = bus_event };

static void domain_comes(void)
{
	mutex_lock(&domains_lock);
	if (!nr_domains++)
		bus_register_notifier(&pci_bus_type, &bus_notifier);
	mutex_unlock(&domains_lock);
}

static void domain_goes(void)
{
	mutex_lock(&domains_lock);
	if (!--nr_domains)
		bus_unregister_notifier(&pci_bus_type, &bus_notifier);
	mutex_unlock(&domains_lock);
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

static struct net_shadow_domain *new_domain(struct sfi_domain *d)
{
	struct net_shadow_domain *nd = kzalloc(sizeof(*nd), GFP_KERNEL);

	if (!nd)
		return NULL;
	nd->shadow.class = &class;
	nd->shadow.domain = d;
	INIT_LIST_HEAD(&nd->devices);
	mutex_init(&nd->devices_lock);
	mutex_init(&nd->inner);
	init_waitqueue_head(&nd->up);
	INIT_DELAYED_WORK(&nd->look, look);
	INIT_WORK(&nd->orphans, remove_orphans);
	nd->looked_at = ktime_get_ns();
	domain_comes();
	sfi_shadow_attach(&nd->shadow);
	schedule_delayed_work(&nd->look, msecs_to_jiffies(LOOK_MS));
	return nd;
}

/* Two devices of a driver may be probed at once. */
static struct net_shadow_domain *make_domain(struct sfi_domain *d)
{
	static DEFINE_MUTEX(making);
	struct net_shadow_domain *nd;

	mutex_lock(&making);
	nd = net_shadow_domain_of(d);
	if (!nd)
		nd = new_domain(d);
	mutex_unlock(&making);
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
	spin_lock_init(&s->carrier_lock);
	mutex_lock(&nd->devices_lock);
	list_add_tail(&s->node, &nd->devices);
	mutex_unlock(&nd->devices_lock);
	spin_lock_irq(&net_shadow_lock_all);
	list_add_tail(&s->all, &all_shadows);
	spin_unlock_irq(&net_shadow_lock_all);
	return s;
}

/* The device is not registered: nobody calls its tables, nor asks for its carrier. */
static void drop_shadow(struct net_shadow *s)
{
	spin_lock_irq(&net_shadow_lock_all);
	list_del(&s->all);
	spin_unlock_irq(&net_shadow_lock_all);
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

/* What a driver that adopts the device can overwrite. */
static void remember(struct net_shadow *s)
{
	memcpy(s->name, s->dev->name, sizeof(s->name));
	s->parent = s->dev->dev.parent;
	s->priv_flags = s->dev->priv_flags;
}

/* What was on its way is lost, and nobody is told that the link is. */
static void put_to_sleep(struct net_shadow *s)
{
	struct net_device *dev = s->dev;
	unsigned int i;

	remember(s);
	sfi_compat_netdev_called(dev, s->name);
	net_shadow_keep_stats(s);
	/* Of a restart that failed after this device had been registered again, it was the one before. */
	s->was_running |= test_and_clear_bit(__LINK_STATE_START, &dev->state);
	/* The patience with the last restart must not end in this one: it begins anew. */
	s->had_carrier |= cancel_delayed_work_sync(&s->carrier);
	s->had_carrier |= !test_and_set_bit(__LINK_STATE_NOCARRIER, &dev->state);
	for (i = 0; i < dev->num_tx_queues; i++)
		netdev_tx_reset_queue(netdev_get_tx_queue(dev, i));
}

/* The driver could write what it liked into the device that it had adopted. */
static void put_right(struct net_shadow *s)
{
	struct net_device *dev = s->dev;

	memcpy(dev->name, s->name, sizeof(s->name));
	dev->dev.parent = s->parent;
	dev->priv_flags = s->priv_flags;
	dev->netdev_ops = &s->ops;
	dev->ethtool_ops = &s->ethtool_ops;
	dev->features = s->config.features;
	dev->hw_features = s->registered.hw;
	dev->vlan_features = s->registered.vlan;
	dev->hw_enc_features = s->registered.hw_enc;
	dev->mpls_features = s->registered.mpls;
	dev->gso_partial_features = s->registered.gso_partial;
	dev->mtu = s->config.mtu;
	/* Those who send go by it. */
	sfi_compat_set_lltx(dev, s->lltx);
}

static void keep(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);
	struct sfi_domain *d = shadow->domain;
	struct net_shadow *s;

	net_shadow_take_rtnl(nd);
	mutex_lock(&nd->devices_lock);
	list_for_each_entry(s, &nd->devices, node) {
		if (s->state == NET_NEW || s->state >= NET_GONE ||
		    s->dev->reg_state != NETREG_REGISTERED)
			continue;
		if (s->state == NET_REGISTERED)
			put_to_sleep(s);
		/* One that is adopted is registered for the driver while its tables are checked. */
		sfi_take_back(d, &sfi_type_netdev_registration, s->dev);
		if (s->state != NET_KEPT)
			sfi_take_back(d, &sfi_type_net_device, s->dev);
		if (s->state == NET_ADOPTED)
			put_right(s);
		s->state = NET_KEPT;
	}
	mutex_unlock(&nd->devices_lock);
}

/* Its driver will never hear of it again. */
static void orphan(struct net_shadow *s)
{
	sfi_compat_netdev_called(s->dev, s->dev->name);
	net_shadow_disconnect(s);
	s->state = NET_ORPHANED;
}

static struct net_shadow *next_orphan(struct net_shadow_domain *nd)
{
	struct net_shadow *s, *found = NULL;

	mutex_lock(&nd->devices_lock);
	list_for_each_entry(s, &nd->devices, node) {
		if (s->state == NET_ORPHANED)
			found = s;
	}
	mutex_unlock(&nd->devices_lock);
	return found;
}

/*
 * The devices that the driver does not have any more. Not in the worker: that rtnl_lock is free may
 * take another recovery, for which a task waits that has the lock.
 */
static void remove_orphans(struct work_struct *work)
{
	struct net_shadow_domain *nd = container_of(work, struct net_shadow_domain, orphans);
	struct net_shadow *s;

	while ((s = next_orphan(nd)) != NULL) {
		cancel_delayed_work_sync(&s->carrier);
		unregister_netdev(s->dev);
		net_shadow_free_netdev(s->dev);
	}
	wake_up_all(&unplugged);
}

/*
 * The restarted driver has not taken S, though its bus device is there. It may next time: probing
 * fails for lack of memory, or by an error in the device.
 */
static bool missed(struct net_shadow *s)
{
	struct sfi_report r = { .what = SFI_SILENT, .why = "a device was not taken up again" };

	if (s->state != NET_KEPT || s->unplugged || s->misses++ >= MISSES)
		return false;
	snprintf(r.detail, sizeof(r.detail), "%s", s->dev->name);
	sfi_report_and_fail(s->nd->shadow.domain, &r);
	return true;
}

static bool some_missed(struct net_shadow_domain *nd)
{
	struct net_shadow *s;
	bool some = false;

	mutex_lock(&nd->devices_lock);
	list_for_each_entry(s, &nd->devices, node)
		some |= missed(s);
	mutex_unlock(&nd->devices_lock);
	return some;
}

/* One that the driver has registered again, and that has not got its configuration. */
static struct net_shadow *next_to_replay(struct net_shadow_domain *nd)
{
	struct net_shadow *s, *found = NULL;

	mutex_lock(&nd->devices_lock);
	list_for_each_entry(s, &nd->devices, node) {
		if (!found && s->state == NET_REGISTERED && s->replay)
			found = s;
	}
	if (found)
		found->replay = false;
	mutex_unlock(&nd->devices_lock);
	return found;
}

/* Little else than calls of the driver. */
static void replay(struct net_shadow *s)
{
	u64 began = sfi_driver_begins();

	net_shadow_replay(s);
	sfi_driver_ends(s->nd->shadow.domain, began);
}

static void resume(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);
	struct net_shadow *s;

	if (some_missed(nd))
		return;
	/* Replaying is configuration: the driver's own has to wait, as it would for rtnl_lock(). */
	mutex_lock(&nd->inner);
	nd->inner_owner = current;
	while ((s = next_to_replay(nd)) != NULL)
		replay(s);
	nd->inner_owner = NULL;
	mutex_unlock(&nd->inner);
	if (sfi_closed(shadow->domain))
		return;
	mutex_lock(&nd->devices_lock);
	list_for_each_entry(s, &nd->devices, node) {
		if (s->state == NET_KEPT)
			orphan(s);
	}
	mutex_unlock(&nd->devices_lock);
	WRITE_ONCE(nd->given_up, false);
	net_shadow_end_outage(nd);
	queue_work(system_long_wq, &nd->orphans);
}

static void strand(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);

	WRITE_ONCE(nd->given_up, true);
	net_shadow_end_outage(nd);
}

static void give_up(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);
	struct net_shadow *s;

	WRITE_ONCE(nd->given_up, true);
	mutex_lock(&nd->devices_lock);
	list_for_each_entry(s, &nd->devices, node) {
		if (s->state == NET_ADOPTED) {
			sfi_take_back(shadow->domain, &sfi_type_netdev_registration, s->dev);
			sfi_take_back(shadow->domain, &sfi_type_net_device, s->dev);
			put_right(s);
		}
		if (s->state == NET_ADOPTED || s->state == NET_KEPT)
			orphan(s);
	}
	mutex_unlock(&nd->devices_lock);
	net_shadow_end_outage(nd);
}

/* Nothing of the driver's is in their memory any more, and nobody waits for this domain. */
static void given_up(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);

	queue_work(system_long_wq, &nd->orphans);
	flush_work(&nd->orphans);
}

static void free_domain(struct sfi_shadow *shadow)
{
	struct net_shadow_domain *nd = container_of(shadow, struct net_shadow_domain, shadow);

	cancel_delayed_work_sync(&nd->look);
	flush_work(&nd->orphans);
	domain_goes();
	kfree(nd);
}

static const struct sfi_shadow_class class = {
	.suspend = suspend,
	.keep = keep,
	.resume = resume,
	.give_up = give_up,
	.given_up = given_up,
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
 * same parts. Recovery's probes run one after another (pci_driver.c), or each would have to be told from the others.
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
	/* Who asks while the driver's tables are in place: in the order of both structures. */
	BUILD_BUG_ON(sizeof(dev->stats) > sizeof(s->last));
	memcpy(&dev->stats, &s->last, sizeof(dev->stats));
	dev->mtu = ETH_DATA_LEN;
	dev->ethtool_ops = s->default_ethtool_ops;
	dev->features = 0;
	sfi_compat_set_lltx(dev, s->lltx);
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
		put_right(s);
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
	sfi_compat_netdev_called(s->dev, s->dev->name);
	s->dev->priv_flags = (s->dev->priv_flags & ~NET_SHADOW_NO_CARD) | s->priv_flags;
	sfi_compat_set_lltx(s->dev, s->lltx);
	/* The last instance may have failed after it had detached it, as for suspending. */
	set_bit(__LINK_STATE_PRESENT, &s->dev->state);
	net_shadow_interpose(s);
	/* From here on what was before is added. */
	memset(&s->dev->stats, 0, sizeof(s->dev->stats));
	s->misses = 0;
	s->replay = true;
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
	s->lltx = sfi_compat_lltx(dev);
	remember(s);
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
	if (adopted && !lock) {
		s->replay = false;
		net_shadow_replay(s);
	}
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
