/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernel versions that Alcove runs on (6.1, 6.12). No
 * other file of the kernel modules asks for a version.
 */
#ifndef SFI_COMPAT_H
#define SFI_COMPAT_H

#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/version.h>
#include <linux/workqueue.h>

/* A range of a module's memory; size in bytes. */
struct sfi_range {
	unsigned long base, size;
};

/* Code of MOD that stays after initialisation. */
static inline struct sfi_range sfi_compat_text(const struct module *mod)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
	return (struct sfi_range){ (unsigned long)mod->core_layout.base,
				   mod->core_layout.text_size };
#else
	return (struct sfi_range){ (unsigned long)mod->mem[MOD_TEXT].base,
				   mod->mem[MOD_TEXT].size };
#endif
}

/* Constant data of MOD that stays after initialisation (without what is constant after it). */
static inline struct sfi_range sfi_compat_rodata(const struct module *mod)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
	return (struct sfi_range){ (unsigned long)mod->core_layout.base +
				   mod->core_layout.text_size,
				   mod->core_layout.ro_size - mod->core_layout.text_size };
#else
	return (struct sfi_range){ (unsigned long)mod->mem[MOD_RODATA].base,
				   mod->mem[MOD_RODATA].size };
#endif
}

/* Code of MOD that is thrown away after initialisation: isolated modules have none. */
static inline struct sfi_range sfi_compat_init_text(const struct module *mod)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
	return (struct sfi_range){ (unsigned long)mod->init_layout.base,
				   mod->init_layout.text_size };
#else
	return (struct sfi_range){ (unsigned long)mod->mem[MOD_INIT_TEXT].base,
				   mod->mem[MOD_INIT_TEXT].size };
#endif
}

/*
 * Who sends takes no lock for DEV. In 6.1 a feature, which a driver may write at any time; in 6.12
 * not any more once it has registered DEV.
 */
static inline bool sfi_compat_lltx(const struct net_device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	return dev->features & NETIF_F_LLTX;
#else
	return dev->lltx;
#endif
}

static inline void sfi_compat_set_lltx(struct net_device *dev, bool lltx)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	if (lltx)
		dev->features |= NETIF_F_LLTX;
	else
		dev->features &= ~NETIF_F_LLTX;
#else
	dev->lltx = lltx;
#endif
}

/* Queues of the system that 6.1 does not have: 6.12 got them by a stable update. */
static inline bool sfi_compat_is_system_wq(const struct workqueue_struct *wq)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	return false;
#else
	return wq == system_percpu_wq || wq == system_dfl_wq;
#endif
}

/*
 * DEV is found by NAME from now on, which stays as long as DEV: the structure is the same in both,
 * in a header that modules do not get. Source: net/core/dev.h, struct netdev_name_node. rtnl_lock.
 */
static inline void sfi_compat_netdev_called(struct net_device *dev, const char *name)
{
	struct {
		struct hlist_node hlist;
		struct list_head list;
		struct net_device *dev;
		const char *name;
	} *node = (void *)dev->name_node;

	if (node && node->dev == dev && !strncmp(node->name, name, IFNAMSIZ))
		WRITE_ONCE(node->name, name);
}

/* In trace events: __assign_str() has lost its second argument. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define sfi_compat_assign_str(dst, src) __assign_str(dst, src)
#else
#define sfi_compat_assign_str(dst, src) __assign_str(dst)
#endif

#endif
