// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables that stand between the kernel and a driver's: copies of the
 * driver's, with other functions where a call changes the configuration (it is
 * noted if the driver agrees) or is made for an application (it is made again
 * if the driver failed in it). Everything else, packets above all, goes to the
 * driver directly.
 *
 * Their callers hold rtnl_lock, but for those that ask for statistics.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <net/tls.h>

#include "wrappers/by_hand.h"
#include "wrappers/net_shadow.h"

/* For so long a restarted driver may take to find its link before anybody is told that it has none. */
#define CARRIER_PATIENCE (10 * HZ)

/*
 * Calls that are made again
 * -------------------------
 */
#define NDO(s) ((s)->driver_ops)
#define ETHTOOL(s) ((s)->driver_ethtool_ops)

/* A function of TABLE that returns TYPE and changes nothing that would have to be noted. */
#define REPEATED(table, type, name, params, ...)                                \
	static type shadow_##name params                                        \
	{                                                                       \
		struct net_shadow *s = net_shadow_of(dev);                      \
		struct net_attempt attempt = NET_ATTEMPT(s);                    \
		type ret;                                                       \
										\
		do {                                                            \
			ret = table(s)->name(__VA_ARGS__);                      \
		} while (net_shadow_again(s, &attempt));                        \
		return ret;                                                     \
	}
/* The same of one that returns nothing. */
#define REPEATED_VOID(table, name, params, ...)                                 \
	static void shadow_##name params                                        \
	{                                                                       \
		struct net_shadow *s = net_shadow_of(dev);                      \
		struct net_attempt attempt = NET_ATTEMPT(s);                    \
										\
		do {                                                            \
			table(s)->name(__VA_ARGS__);                            \
		} while (net_shadow_again(s, &attempt));                        \
	}
/* A function of ethtool's that sets what its first argument points to. HAS: its bit in net_config. */
#define SETTING(name, field, bit, type)                                         \
	static int shadow_##name(struct net_device *dev, type *value)           \
	{                                                                       \
		struct net_shadow *s = net_shadow_of(dev);                      \
		struct net_attempt attempt = NET_ATTEMPT(s);                    \
		int ret;                                                        \
										\
		do {                                                            \
			ret = ETHTOOL(s)->name(dev, value);                     \
		} while (net_shadow_again(s, &attempt));                        \
		if (!ret) {                                                     \
			s->config.field = *value;                               \
			s->config.has |= bit;                                   \
		}                                                               \
		return ret;                                                     \
	}
/* The same for those that have two parts, and are said why not. */
#define SETTING2(name, field, bit, type, kernel_type)                           \
	static int shadow_##name(struct net_device *dev, type *value,           \
				 typeof(kernel_type) *kernel_value,             \
				 struct netlink_ext_ack *extack)                \
	{                                                                       \
		struct net_shadow *s = net_shadow_of(dev);                      \
		struct net_attempt attempt = NET_ATTEMPT(s);                    \
		int ret;                                                        \
										\
		do {                                                            \
			ret = ETHTOOL(s)->name(dev, value, kernel_value, extack); \
		} while (net_shadow_again(s, &attempt));                        \
		if (!ret) {                                                     \
			s->config.field = *value;                               \
			s->config.kernel_##field = *kernel_value;               \
			s->config.has |= bit;                                   \
		}                                                               \
		return ret;                                                     \
	}

REPEATED(NDO, int, ndo_eth_ioctl, (struct net_device *dev, struct ifreq *ifr, int cmd), dev, ifr, cmd)
REPEATED(NDO, int, ndo_vlan_rx_add_vid, (struct net_device *dev, __be16 proto, u16 vid), dev, proto, vid)
REPEATED(NDO, int, ndo_vlan_rx_kill_vid, (struct net_device *dev, __be16 proto, u16 vid), dev, proto, vid)
REPEATED(NDO, netdev_features_t, ndo_fix_features, (struct net_device *dev, netdev_features_t features),
	 dev, features)

REPEATED_VOID(ETHTOOL, get_drvinfo, (struct net_device *dev, struct ethtool_drvinfo *info), dev, info)
REPEATED(ETHTOOL, int, get_regs_len, (struct net_device *dev), dev)
REPEATED_VOID(ETHTOOL, get_regs, (struct net_device *dev, struct ethtool_regs *regs, void *p), dev, regs, p)
REPEATED_VOID(ETHTOOL, get_wol, (struct net_device *dev, struct ethtool_wolinfo *wol), dev, wol)
REPEATED(ETHTOOL, u32, get_msglevel, (struct net_device *dev), dev)
REPEATED(ETHTOOL, int, nway_reset, (struct net_device *dev), dev)
REPEATED(ETHTOOL, u32, get_link, (struct net_device *dev), dev)
REPEATED(ETHTOOL, int, get_eeprom_len, (struct net_device *dev), dev)
REPEATED(ETHTOOL, int, get_eeprom, (struct net_device *dev, struct ethtool_eeprom *eeprom, u8 *bytes),
	 dev, eeprom, bytes)
REPEATED(ETHTOOL, int, set_eeprom, (struct net_device *dev, struct ethtool_eeprom *eeprom, u8 *bytes),
	 dev, eeprom, bytes)
REPEATED(ETHTOOL, int, get_coalesce,
	 (struct net_device *dev, struct ethtool_coalesce *ec, struct kernel_ethtool_coalesce *kernel_ec,
	  struct netlink_ext_ack *extack), dev, ec, kernel_ec, extack)
REPEATED_VOID(ETHTOOL, get_ringparam,
	      (struct net_device *dev, struct ethtool_ringparam *ring,
	       struct kernel_ethtool_ringparam *kernel_ring, struct netlink_ext_ack *extack),
	      dev, ring, kernel_ring, extack)
REPEATED_VOID(ETHTOOL, get_pauseparam, (struct net_device *dev, struct ethtool_pauseparam *pause), dev, pause)
REPEATED_VOID(ETHTOOL, self_test, (struct net_device *dev, struct ethtool_test *test, u64 *data),
	      dev, test, data)
REPEATED_VOID(ETHTOOL, get_strings, (struct net_device *dev, u32 set, u8 *data), dev, set, data)
REPEATED_VOID(ETHTOOL, get_ethtool_stats, (struct net_device *dev, struct ethtool_stats *stats, u64 *data),
	      dev, stats, data)
REPEATED(ETHTOOL, int, begin, (struct net_device *dev), dev)
REPEATED_VOID(ETHTOOL, complete, (struct net_device *dev), dev)
REPEATED(ETHTOOL, int, get_sset_count, (struct net_device *dev, int set), dev, set)
REPEATED(ETHTOOL, int, get_link_ksettings, (struct net_device *dev, struct ethtool_link_ksettings *settings),
	 dev, settings)

SETTING(set_wol, wol, HAS_WOL, struct ethtool_wolinfo)
SETTING(set_pauseparam, pauseparam, HAS_PAUSEPARAM, struct ethtool_pauseparam)
SETTING(set_link_ksettings, link_ksettings, HAS_LINK_KSETTINGS, const struct ethtool_link_ksettings)
SETTING2(set_ringparam, ringparam, HAS_RINGPARAM, struct ethtool_ringparam, struct kernel_ethtool_ringparam)
SETTING2(set_coalesce, coalesce, HAS_COALESCE, struct ethtool_coalesce, struct kernel_ethtool_coalesce)

/* Its caller keeps the table while it lets go of rtnl_lock: the device may have lost its driver. */
static int shadow_set_phys_id(struct net_device *dev, enum ethtool_phys_id_state state)
{
	struct net_shadow *s = net_shadow_of(dev);
	struct net_attempt attempt = NET_ATTEMPT(s);
	int ret;

	do {
		ret = s->state == NET_REGISTERED ? ETHTOOL(s)->set_phys_id(dev, state) : -ENODEV;
	} while (net_shadow_again(s, &attempt));
	return ret;
}

static void shadow_set_msglevel(struct net_device *dev, u32 level)
{
	struct net_shadow *s = net_shadow_of(dev);
	struct net_attempt attempt = NET_ATTEMPT(s);

	do {
		ETHTOOL(s)->set_msglevel(dev, level);
	} while (net_shadow_again(s, &attempt));
	s->config.msglevel = level;
	s->config.has |= HAS_MSGLEVEL;
}

/*
 * Calls of the device that are noted
 * ----------------------------------
 */
static int shadow_ndo_open(struct net_device *dev)
{
	struct net_shadow *s = net_shadow_of(dev);
	struct net_attempt attempt = NET_ATTEMPT(s);
	int ret;

	/* Its queues are the kernel's again, which knows whether there is a carrier. */
	net_shadow_let_queues(s);
	do {
		ret = NDO(s)->ndo_open(dev);
	} while (net_shadow_again(s, &attempt));
	s->config.open = !ret;
	return ret;
}

/* A driver that fails in it has stopped: the next instance is not opened. */
static int shadow_ndo_stop(struct net_device *dev)
{
	struct net_shadow *s = net_shadow_of(dev);
	struct net_attempt attempt = NET_ATTEMPT(s);
	int ret;

	s->config.open = false;
	ret = NDO(s)->ndo_stop(dev);
	net_shadow_wait(s, &attempt);
	return ret;
}

/* As the kernel would do it for a driver that does not care. */
static int change_mtu(struct net_shadow *s, int mtu)
{
	if (NDO(s)->ndo_change_mtu)
		return NDO(s)->ndo_change_mtu(s->dev, mtu);
	WRITE_ONCE(s->dev->mtu, mtu);
	return 0;
}

static int shadow_ndo_change_mtu(struct net_device *dev, int mtu)
{
	struct net_shadow *s = net_shadow_of(dev);
	struct net_attempt attempt = NET_ATTEMPT(s);
	int ret;

	do {
		ret = change_mtu(s, mtu);
	} while (net_shadow_again(s, &attempt));
	if (!ret)
		s->config.mtu = mtu;
	return ret;
}

static int shadow_ndo_set_features(struct net_device *dev, netdev_features_t features)
{
	struct net_shadow *s = net_shadow_of(dev);
	struct net_attempt attempt = NET_ATTEMPT(s);
	int ret;

	do {
		ret = NDO(s)->ndo_set_features ? NDO(s)->ndo_set_features(dev, features) : 0;
	} while (net_shadow_again(s, &attempt));
	if (ret >= 0)
		s->config.features = features;
	return ret;
}

static int shadow_ndo_set_mac_address(struct net_device *dev, void *addr)
{
	struct net_shadow *s = net_shadow_of(dev);
	struct net_attempt attempt = NET_ATTEMPT(s);
	int ret;

	do {
		ret = NDO(s)->ndo_set_mac_address(dev, addr);
	} while (net_shadow_again(s, &attempt));
	if (!ret)
		memcpy(s->config.addr, ((struct sockaddr *)addr)->sa_data, dev->addr_len);
	return ret;
}

/*
 * Statistics
 * ----------
 */
#define NR_STATS (sizeof(struct rtnl_link_stats64) / sizeof(u64))

static void add_stats(struct rtnl_link_stats64 *sum, const struct rtnl_link_stats64 *stats)
{
	unsigned int i;

	for (i = 0; i < NR_STATS; i++)
		((u64 *)sum)[i] += ((const u64 *)stats)[i];
}

static void latest_stats(struct rtnl_link_stats64 *last, const struct rtnl_link_stats64 *stats)
{
	unsigned int i;

	/* Two may have asked at once, and come here in any order. */
	for (i = 0; i < NR_STATS; i++)
		((u64 *)last)[i] = max(((u64 *)last)[i], ((const u64 *)stats)[i]);
}

/* Any context. In an outage they stand still. */
static void shadow_ndo_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct net_shadow *s = net_shadow_of(dev);
	unsigned int failures = READ_ONCE(s->nd->failures);
	unsigned long flags;

	/* A driver that does not have the device cannot be asked. */
	if (NDO(s)->ndo_get_stats64 && s->state == NET_REGISTERED)
		NDO(s)->ndo_get_stats64(dev, stats);
	else
		netdev_stats_to_stats64(stats, &dev->stats);
	spin_lock_irqsave(&s->stats_lock, flags);
	if (net_shadow_is_down(s) || s->state != NET_REGISTERED || failures != READ_ONCE(s->nd->failures)) {
		*stats = s->last;
	} else {
		add_stats(stats, &s->before);
		latest_stats(&s->last, stats);
		*stats = s->last;
	}
	spin_unlock_irqrestore(&s->stats_lock, flags);
}

void net_shadow_keep_stats(struct net_shadow *s)
{
	struct rtnl_link_stats64 stats;

	spin_lock_irq(&s->stats_lock);
	/* A driver that has its own way to tell cannot be asked any more. */
	if (!NDO(s)->ndo_get_stats64) {
		netdev_stats_to_stats64(&stats, &s->dev->stats);
		add_stats(&stats, &s->before);
		latest_stats(&s->last, &stats);
	}
	s->before = s->last;
	spin_unlock_irq(&s->stats_lock);
}

/*
 * The tables
 * ----------
 */
#define ETHTOOL_FUNCTIONS(X)                                                                       \
	X(get_drvinfo) X(get_regs_len) X(get_regs) X(get_wol) X(set_wol) X(get_msglevel)           \
	X(set_msglevel) X(nway_reset) X(get_link) X(get_eeprom_len) X(get_eeprom) X(set_eeprom)    \
	X(get_coalesce) X(set_coalesce) X(get_ringparam) X(set_ringparam) X(get_pauseparam)        \
	X(set_pauseparam) X(self_test) X(get_strings) X(set_phys_id) X(get_ethtool_stats)          \
	X(begin) X(complete) X(get_sset_count) X(get_link_ksettings) X(set_link_ksettings)
#define NDO_FUNCTIONS(X)                                                                           \
	X(ndo_open) X(ndo_stop) X(ndo_set_mac_address)                                             \
	X(ndo_eth_ioctl) X(ndo_vlan_rx_add_vid) X(ndo_vlan_rx_kill_vid) X(ndo_fix_features)

/*
 * What the kernel calls for a feature without a look whether it is there, while a driver may write
 * its features at any time.
 */
static int no_vid(struct net_device *dev, __be16 proto, u16 vid)
{
	return 0;
}

static void *no_station(struct net_device *dev, struct net_device *station)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static void no_station_goes(struct net_device *dev, void *station)
{
}

#if IS_ENABLED(CONFIG_TLS_DEVICE)
static int no_tls(struct net_device *dev, struct sock *sk, enum tls_offload_ctx_dir direction,
		  struct tls_crypto_info *info, u32 sequence)
{
	return -EOPNOTSUPP;
}

static void no_tls_goes(struct net_device *dev, struct tls_context *context,
			enum tls_offload_ctx_dir direction)
{
}

static int no_tls_resync(struct net_device *dev, struct sock *sk, u32 sequence, u8 *record,
			 enum tls_offload_ctx_dir direction)
{
	return -EOPNOTSUPP;
}

static const struct tlsdev_ops no_tls_ops = {
	.tls_dev_add = no_tls,
	.tls_dev_del = no_tls_goes,
	.tls_dev_resync = no_tls_resync,
};
#endif

static void stand_in(struct net_shadow *s)
{
	if (!s->ops.ndo_vlan_rx_add_vid || !s->ops.ndo_vlan_rx_kill_vid) {
		s->ops.ndo_vlan_rx_add_vid = no_vid;
		s->ops.ndo_vlan_rx_kill_vid = no_vid;
	}
	s->ops.ndo_dfwd_add_station = no_station;
	s->ops.ndo_dfwd_del_station = no_station_goes;
#if IS_ENABLED(CONFIG_TLS_DEVICE)
	s->dev->tlsdev_ops = &no_tls_ops;
#endif
}

void net_shadow_interpose(struct net_shadow *s)
{
	struct net_device *dev = s->dev;

	s->driver_ops = dev->netdev_ops;
	s->driver_ethtool_ops = dev->ethtool_ops;
	s->ops = *s->driver_ops;
	s->ethtool_ops = *s->driver_ethtool_ops;
#define X(name)                             \
	if (s->ops.name)                    \
		s->ops.name = shadow_##name;
	NDO_FUNCTIONS(X)
#undef X
#define X(name)                                     \
	if (s->ethtool_ops.name)                    \
		s->ethtool_ops.name = shadow_##name;
	ETHTOOL_FUNCTIONS(X)
#undef X
	stand_in(s);
	/* These also where the driver leaves them to the kernel. */
	s->ops.ndo_change_mtu = shadow_ndo_change_mtu;
	s->ops.ndo_set_features = shadow_ndo_set_features;
	s->ops.ndo_get_stats64 = shadow_ndo_get_stats64;
	dev->netdev_ops = &s->ops;
	dev->ethtool_ops = &s->ethtool_ops;
}

static netdev_tx_t drop(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static void no_timeout(struct net_device *dev, unsigned int txqueue)
{
}

static void last_stats(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct net_shadow *s = net_shadow_of(dev);
	unsigned long flags;

	spin_lock_irqsave(&s->stats_lock, flags);
	*stats = s->last;
	spin_unlock_irqrestore(&s->stats_lock, flags);
}

/* What the kernel calls without a look, for a device that had it or has certain features, is there. */
static const struct net_device_ops no_driver = {
	.ndo_start_xmit = drop,
	.ndo_vlan_rx_add_vid = no_vid,
	.ndo_vlan_rx_kill_vid = no_vid,
	.ndo_dfwd_add_station = no_station,
	.ndo_dfwd_del_station = no_station_goes,
	.ndo_tx_timeout = no_timeout,
	.ndo_get_stats64 = last_stats,
};
static const struct ethtool_ops no_driver_ethtool;

/* The shadow's own tables stay as they are: somebody may be reading them. */
void net_shadow_disconnect(struct net_shadow *s)
{
	WRITE_ONCE(s->dev->netdev_ops, &no_driver);
	WRITE_ONCE(s->dev->ethtool_ops, &no_driver_ethtool);
}

/*
 * Configuration
 * -------------
 */
void net_shadow_note_config(struct net_shadow *s)
{
	s->config.mtu = s->dev->mtu;
	s->config.features = s->dev->features;
	memcpy(s->config.addr, s->dev->dev_addr, s->dev->addr_len);
}

static void failed(struct net_shadow *s, const char *what, int ret)
{
	if (ret && !sfi_closed(s->nd->shadow.domain))
		netdev_warn(s->dev, "sfi: the restarted driver did not take its %s: %d\n", what, ret);
}

static void replay_settings(struct net_shadow *s)
{
	const struct ethtool_ops *ops = ETHTOOL(s);
	struct net_config *c = &s->config;
	struct net_device *dev = s->dev;

	if (c->has & HAS_MSGLEVEL && ops->set_msglevel)
		ops->set_msglevel(dev, c->msglevel);
	if (c->has & HAS_WOL && ops->set_wol)
		failed(s, "wake-on-LAN", ops->set_wol(dev, &c->wol));
	if (c->has & HAS_RINGPARAM && ops->set_ringparam)
		failed(s, "ring sizes",
		       ops->set_ringparam(dev, &c->ringparam, &c->kernel_ringparam, NULL));
	if (c->has & HAS_COALESCE && ops->set_coalesce)
		failed(s, "coalescing",
		       ops->set_coalesce(dev, &c->coalesce, &c->kernel_coalesce, NULL));
	if (c->has & HAS_PAUSEPARAM && ops->set_pauseparam)
		failed(s, "flow control", ops->set_pauseparam(dev, &c->pauseparam));
	if (c->has & HAS_LINK_KSETTINGS && ops->set_link_ksettings)
		failed(s, "link settings", ops->set_link_ksettings(dev, &c->link_ksettings));
}

static void replay_mtu(struct net_shadow *s)
{
	struct net_device *dev = s->dev;
	int ret = 0;

	if (dev->mtu != s->config.mtu)
		ret = change_mtu(s, s->config.mtu);
	failed(s, "MTU", ret);
	if (!ret)
		dev->mtu = s->config.mtu;
}

static void replay_features(struct net_shadow *s)
{
	struct net_device *dev = s->dev;
	int ret = 0;

	if (dev->features == s->config.features)
		return;
	if (NDO(s)->ndo_set_features)
		ret = NDO(s)->ndo_set_features(dev, s->config.features);
	failed(s, "features", min(ret, 0));
	if (ret >= 0)
		dev->features = s->config.features;
}

static void replay_address(struct net_shadow *s)
{
	struct net_device *dev = s->dev;
	struct sockaddr_storage addr = { .ss_family = dev->type };

	if (!memcmp(dev->dev_addr, s->config.addr, dev->addr_len) || !NDO(s)->ndo_set_mac_address)
		return;
	memcpy(((struct sockaddr *)&addr)->sa_data, s->config.addr, dev->addr_len);
	failed(s, "address", NDO(s)->ndo_set_mac_address(dev, &addr));
}

/* VLAN is the device that uses this number; there may be none. */
static int replay_vid(struct net_device *vlan, int vid, void *arg)
{
	__be16 proto = vlan ? vlan_dev_vlan_proto(vlan) : htons(ETH_P_8021Q);
	struct net_shadow *s = arg;

	if (s->dev->features & (proto == htons(ETH_P_8021AD) ? NETIF_F_HW_VLAN_STAG_FILTER :
							       NETIF_F_HW_VLAN_CTAG_FILTER))
		failed(s, "VLAN", NDO(s)->ndo_vlan_rx_add_vid(s->dev, proto, vid));
	return 0;
}

/* Whether it is open or not: the kernel tells them once, and not again when it is opened. */
static void replay_vids(struct net_shadow *s)
{
	if (NDO(s)->ndo_vlan_rx_add_vid)
		vlan_for_each(s->dev, replay_vid, s);
}

static void replay_rx_mode(struct net_shadow *s)
{
	struct net_device *dev = s->dev;

	if (!NDO(s)->ndo_set_rx_mode)
		return;
	netif_addr_lock_bh(dev);
	NDO(s)->ndo_set_rx_mode(dev);
	netif_addr_unlock_bh(dev);
}

/* It would look up and do nothing. The policy says how often the driver is restarted for that. */
static void not_opened(struct net_shadow *s, int ret)
{
	struct sfi_report r = { .what = SFI_SILENT, .why = "a device was not opened again" };

	snprintf(r.detail, sizeof(r.detail), "%s, %d", s->dev->name, ret);
	sfi_report_and_fail(s->nd->shadow.domain, &r);
}

static void reopen(struct net_shadow *s)
{
	struct net_device *dev = s->dev;
	int ret;

	net_shadow_start_queues(dev);
	set_bit(__LINK_STATE_START, &dev->state);
	ret = NDO(s)->ndo_open ? NDO(s)->ndo_open(dev) : 0;
	if (ret) {
		not_opened(s, ret);
		net_shadow_thaw_queues(dev);
		return;
	}
	replay_vids(s);
	replay_rx_mode(s);
	net_shadow_hold_queues(s);
	net_shadow_thaw_queues(dev);
	if (!s->held)
		net_shadow_let_queues(s);
	if (s->had_carrier)
		schedule_delayed_work(&s->carrier, CARRIER_PATIENCE);
	s->had_carrier = false;
}

void net_shadow_replay(struct net_shadow *s)
{
	replay_settings(s);
	replay_mtu(s);
	replay_features(s);
	replay_address(s);
	if (s->config.open) {
		reopen(s);
	} else {
		replay_vids(s);
		net_shadow_start_queues(s->dev);
		net_shadow_thaw_queues(s->dev);
		net_shadow_let_queues(s);
	}
	/* Failed in being opened: the call is made again, and its caller has set this before. */
	if (!s->config.open && s->was_running)
		set_bit(__LINK_STATE_START, &s->dev->state);
	/* As a new device has one. */
	if (!s->sees_to_carrier)
		clear_bit(__LINK_STATE_NOCARRIER, &s->dev->state);
	s->was_running = false;
}
