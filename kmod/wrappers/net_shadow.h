/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shadow of network devices: what its files and net_device.c share.
 *
 * A device that has been registered has a shadow, whose tables stand between
 * the kernel and the driver's (net_shadow_ops.c): they note the configuration
 * as it is made, and let a call that the driver failed in wait until it can be
 * made again. In an outage the device stays registered and its queues are
 * stopped (net_shadow.c); the restarted driver gets the same net_device from
 * its allocation, registers it, which does nothing but put the tables back, and
 * is then configured and opened as it was.
 *
 * From the moment that everybody has left the driver until it is configured
 * again, recovery holds rtnl_lock(): all configuration waits. A task that was
 * configuring the device when the driver failed holds that lock itself and
 * lends it.
 */
#ifndef SFI_NET_SHADOW_H
#define SFI_NET_SHADOW_H

#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/netdevice.h>

#include <sfi/runtime.h>
#include <sfi/shadow.h>

#include "wrappers/net_silent.h"

/* Configuration as the driver has last agreed to it. rtnl_lock. */
struct net_config {
	bool open;
	int mtu;
	netdev_features_t features;
	u8 addr[MAX_ADDR_LEN];
	unsigned int has; /* which of the following were set: HAS_... */
	u32 msglevel;
	struct ethtool_wolinfo wol;
	struct ethtool_pauseparam pauseparam;
	struct ethtool_link_ksettings link_ksettings;
	struct ethtool_ringparam ringparam;
	struct kernel_ethtool_ringparam kernel_ringparam;
	struct ethtool_coalesce coalesce;
	struct kernel_ethtool_coalesce kernel_coalesce;
};
#define HAS_MSGLEVEL 1
#define HAS_WOL 2
#define HAS_PAUSEPARAM 4
#define HAS_LINK_KSETTINGS 8
#define HAS_RINGPARAM 16
#define HAS_COALESCE 32

/* What features a device has: of the driver's own accord, and once it was registered. */
struct net_features {
	netdev_features_t features, hw, vlan, hw_enc, mpls, gso_partial;
};

enum net_shadow_state {
	NET_NEW,	/* allocated, not registered yet or no longer */
	NET_REGISTERED, /* by the driver that runs, or was running when it failed */
	NET_KEPT,	/* the driver does not know of it */
	NET_ADOPTED,	/* the restarted driver has got it and not registered it yet */
	NET_GONE,	/* is being unregistered */
	NET_ORPHANED,	/* the same, and by the shadow: it has no driver any more */
};

/*
 * Flags of devices of other kinds, and of others' ports: where they are set the kernel takes the
 * private area, or a pointer beside it, for something that it knows.
 */
#define NET_SHADOW_NO_CARD                                                                        \
	(IFF_802_1Q_VLAN | IFF_EBRIDGE | IFF_BONDING | IFF_BRIDGE_PORT | IFF_OVS_DATAPATH |       \
	 IFF_OPENVSWITCH | IFF_MACVLAN | IFF_MACVLAN_PORT | IFF_TEAM | IFF_TEAM_PORT | IFF_MACSEC | \
	 IFF_L3MDEV_MASTER | IFF_L3MDEV_SLAVE | IFF_FAILOVER | IFF_FAILOVER_SLAVE)

struct net_shadow_domain;

/* One device's. Lives as long as the device. */
struct net_shadow {
	struct list_head node, all;   /* net_shadow_domain.devices; all devices, net_shadow_lock */
	struct net_shadow_domain *nd; /* const */
	struct net_device *dev;	      /* const */
	enum net_shadow_state state;  /* the driver's context, or the worker's in an outage */
	int sizeof_priv;	      /* of what is allocated; const */
	const struct net_device_ops *driver_ops;
	const struct ethtool_ops *driver_ethtool_ops;
	const struct ethtool_ops *default_ethtool_ops; /* const: what a driver has that sets none */
	struct net_device_ops ops;
	struct ethtool_ops ethtool_ops;
	struct net_features by_driver, registered;
	bool lltx; /* as registered */
	struct net_config config;
	/* In an outage, what the driver may overwrite: */
	char name[IFNAMSIZ];
	struct device *parent;
	unsigned int priv_flags;
	unsigned int misses;	      /* restarts in a row in which the driver did not take the device */
	bool was_running, had_carrier; /* when the driver failed */
	bool replay;		      /* it is to be configured again; devices_lock */
	bool unplugged;		      /* its bus device is going; net_shadow_lock_all */
	struct delayed_work carrier;  /* tells the truth about it, some time later */
	spinlock_t carrier_lock;      /* the next three */
	bool sees_to_carrier;	      /* the driver has said once whether there is one */
	bool held;		      /* packets wait for one, after a restart */
	unsigned int repeats;	      /* calls that are being made again, after a restart */
	struct net_silent silent;
	spinlock_t stats_lock;	      /* the next two */
	struct rtnl_link_stats64 before, last; /* of the instances before this one; as last reported */
};

struct net_shadow_domain {
	struct sfi_shadow shadow;
	struct list_head devices;     /* devices_lock */
	struct mutex devices_lock;
	struct mutex inner;	      /* stands for rtnl_lock in the driver while recovery has that */
	struct task_struct *inner_owner; /* under inner; compared with current by anybody */
	bool has_rtnl;		      /* recovery has it. Written by the worker under inner */
	bool lent;		      /* it is a waiting task's. The worker's */
	bool down;		      /* from failure to the end of recovery. Written by the worker */
	bool given_up;		      /* the driver does not come back. Written by the worker */
	unsigned int failures;	      /* so far. Written by the worker */
	wait_queue_head_t up;	      /* when settled: for net_shadow_again() */
	struct delayed_work look;     /* for silent failures */
	u64 looked_at;		      /* ktime_get_ns(). The work's */
	struct work_struct orphans;   /* unregisters them */
};

/*
 * net_shadow.c
 */
/* That of D, or NULL. Sleeps. */
struct net_shadow_domain *net_shadow_domain_of(struct sfi_domain *d);
/* The shadow of DEV, or NULL. Any context; valid while the device is registered. */
struct net_shadow *net_shadow_of(const struct net_device *dev);

/*
 * net_shadow_lock.c
 */
/* Recovery takes rtnl_lock, and gives it back: the worker's. Sleep. */
void net_shadow_take_rtnl(struct net_shadow_domain *nd);
/* Also wakes who waited for the end of the outage. */
void net_shadow_end_outage(struct net_shadow_domain *nd);
/* A call of the driver's, made by a task that holds rtnl_lock. */
struct net_attempt {
	unsigned int failures; /* of the driver before the call */
	unsigned int left;     /* times that it may be repeated */
	bool failed;           /* the driver has failed in it itself */
	bool repeated;         /* it is being made again */
};
/* A call may itself be what other contexts fail of: an end must be. */
#define NET_REPEATS 8
#define NET_ATTEMPT(s) \
	((struct net_attempt){ .failures = READ_ONCE((s)->nd->failures), .left = NET_REPEATS })
/*
 * The call has returned: true if the driver failed meanwhile and runs again now, so that the call
 * is to be repeated: NET_REPEATS times, but not after the driver has failed in it itself for a second
 * time, or it would take the driver down for good. Sleeps until the driver is back, or will not come back.
 * Who has got true repeats the call and asks again.
 */
bool net_shadow_again(struct net_shadow *s, struct net_attempt *attempt);
/* The same for a call that is not repeated whatever the answer. */
bool net_shadow_wait(struct net_shadow *s, struct net_attempt *attempt);
/* The driver has failed and is not configured again yet. Any context. */
bool net_shadow_is_down(const struct net_shadow *s);

/*
 * rtnl_lock() on behalf of D. Returns what was taken: NULL for that lock, or what stands for it in
 * an outage. Does not return if D fails meanwhile.
 */
struct mutex *net_shadow_lock(struct sfi_domain *d);
/* What the current task has taken. */
struct mutex *net_shadow_locked(struct sfi_domain *d);
void net_shadow_unlock(struct mutex *lock);

/*
 * net_shadow_queues.c. Any context.
 */
/* DEV's queues as those of a new device, but that nothing is sent before they thaw. */
void net_shadow_start_queues(struct net_device *dev);
void net_shadow_thaw_queues(struct net_device *dev);
/* Unless the driver has a carrier, or does not care, packets wait for it. */
void net_shadow_hold_queues(struct net_shadow *s);
void net_shadow_let_queues(struct net_shadow *s);
/* CHANGE calls are made again now, 1, or have returned, -1: if they lose the carrier, packets wait for it. */
void net_shadow_repeat(struct net_shadow *s, int change);
/* The driver has said whether DEV has one. */
void net_shadow_carrier(struct net_device *dev);

/*
 * For the wrappers, in the driver's context. All sleep.
 */
/* What alloc_etherdev_mqs() would do, or a device that was kept for this very call, as if it were new. */
struct net_device *net_shadow_alloc(struct sfi_domain *d, int sizeof_priv, unsigned int txqs,
				    unsigned int rxqs);
/* What free_netdev() would do, unless the shadow keeps the device. */
void net_shadow_free_netdev(struct net_device *dev);
/* DEV is new, or looks so. */
bool net_shadow_may_register(const struct net_device *dev);
/* Registers DEV, which the driver has filled in and can no longer change: 0 or an error. */
int net_shadow_register(struct sfi_domain *d, struct net_device *dev);
void net_shadow_unregister(struct sfi_domain *d, struct net_device *dev);
/* Recovery is going to unregister DEV: nobody is to wait for its driver. */
void net_shadow_going(struct net_device *dev);

/*
 * net_shadow_ops.c
 */
/* The device's tables become the shadow's. */
void net_shadow_interpose(struct net_shadow *s);
/* No driver any more: the tables do nothing. rtnl_lock is held. */
void net_shadow_disconnect(struct net_shadow *s);
/* Statistics of the instance that is no more go into those before it. */
void net_shadow_keep_stats(struct net_shadow *s);
/* The configuration as it is at registration. */
void net_shadow_note_config(struct net_shadow *s);
/* The driver's new instance gets the configuration, and is opened if it was. rtnl_lock is held. */
void net_shadow_replay(struct net_shadow *s);

#endif
