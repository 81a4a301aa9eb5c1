// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two network devices, each of which receives what the other one sends. When it is
 * opened, a device says that it has features for which this driver has no callbacks.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/string.h>

#define NOT_THERE (NETIF_F_HW_TLS_TX | NETIF_F_HW_TLS_RX | NETIF_F_HW_L2FW_DOFFLOAD | \
		   NETIF_F_HW_VLAN_CTAG_FILTER | NETIF_F_HW_VLAN_STAG_FILTER)

static struct net_device *ends[2];

static int features_open(struct net_device *dev)
{
	dev->features |= NOT_THERE;
	return 0;
}

static netdev_tx_t features_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct net_device *other = ends[dev == ends[0]];
	struct sk_buff *copy = netdev_alloc_skb(other, skb->len);

	if (copy) {
		memcpy(skb_put(copy, skb->len), skb->data, skb->len);
		copy->protocol = eth_type_trans(copy, other);
		netif_rx(copy);
	}
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops features_netdev_ops = {
	.ndo_open = features_open,
	.ndo_start_xmit = features_xmit,
};

static int add(struct net_device **end)
{
	struct net_device *dev = alloc_etherdev(0);
	int ret;

	if (!dev)
		return -ENOMEM;
	strcpy(dev->name, "end%d");
	dev->netdev_ops = &features_netdev_ops;
	eth_hw_addr_random(dev);
	ret = register_netdev(dev);
	if (ret)
		free_netdev(dev);
	else
		*end = dev;
	return ret;
}

static void remove(struct net_device *dev)
{
	unregister_netdev(dev);
	free_netdev(dev);
}

static int __init features_init(void)
{
	int ret = add(&ends[0]);

	if (ret)
		return ret;
	ret = add(&ends[1]);
	if (ret)
		remove(ends[0]);
	return ret;
}

static void __exit features_exit(void)
{
	remove(ends[0]);
	remove(ends[1]);
}

module_init(features_init);
module_exit(features_exit);
MODULE_DESCRIPTION("Claims features that it has not");
MODULE_LICENSE("GPL");
