// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_echo: a network device whose wire leads back to itself. What it sends it
 * receives, with the two addresses of IP exchanged, as if the other end had sent
 * it back: so that a socket that is connected to any neighbour, by the port that
 * it has itself, hears itself. A driver like others: a ring, NAPI, and a new
 * packet with a copy for each that comes in.
 */
#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#define RING_SIZE 64 /* a power of two */

/* The wire. Put in by who sends, which has the queue's lock; taken out by the poll. */
struct echo {
	struct net_device *dev;
	struct napi_struct napi;
	struct sk_buff *ring[RING_SIZE];
	u32 head; /* packets ever put in, modulo 2^32 */
	u32 tail; /* packets ever taken out, modulo 2^32 */
};

static struct net_device *device;

static netdev_tx_t echo_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct echo *echo = netdev_priv(dev);
	u32 head = echo->head;

	echo->ring[head % RING_SIZE] = skb;
	/* Pairs with echo_poll(). */
	smp_store_release(&echo->head, head + 1);
	if (head + 1 - READ_ONCE(echo->tail) == RING_SIZE)
		netif_stop_queue(dev);
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += skb->len;
	napi_schedule(&echo->napi);
	return NETDEV_TX_OK;
}

/* Neither checksum changes. */
static void exchange(struct sk_buff *skb)
{
	struct ethhdr *eth = (struct ethhdr *)skb->data;
	struct iphdr *ip = (struct iphdr *)(eth + 1);

	if (skb->len >= sizeof(*eth) + sizeof(*ip) && eth->h_proto == htons(ETH_P_IP))
		swap(ip->saddr, ip->daddr);
}

/* As if it came in by the wire. */
static void echo_receive(struct echo *echo, const struct sk_buff *sent)
{
	struct sk_buff *skb = napi_alloc_skb(&echo->napi, sent->len);

	if (!skb) {
		echo->dev->stats.rx_dropped++;
		return;
	}
	skb_put_data(skb, sent->data, sent->len);
	exchange(skb);
	echo->dev->stats.rx_packets++;
	echo->dev->stats.rx_bytes += skb->len;
	skb->protocol = eth_type_trans(skb, echo->dev);
	napi_gro_receive(&echo->napi, skb);
}

static int echo_poll(struct napi_struct *napi, int budget)
{
	struct echo *echo = container_of(napi, struct echo, napi);
	struct sk_buff *sent;
	int work = 0;

	/* Pairs with echo_start_xmit(). */
	while (work < budget && echo->tail != smp_load_acquire(&echo->head)) {
		sent = echo->ring[echo->tail % RING_SIZE];
		echo_receive(echo, sent);
		napi_consume_skb(sent, budget);
		WRITE_ONCE(echo->tail, echo->tail + 1);
		work++;
	}
	if (netif_queue_stopped(echo->dev))
		netif_wake_queue(echo->dev);
	if (work < budget)
		napi_complete_done(napi, work);
	return work;
}

static int echo_open(struct net_device *dev)
{
	struct echo *echo = netdev_priv(dev);

	napi_enable(&echo->napi);
	netif_start_queue(dev);
	return 0;
}

static int echo_stop(struct net_device *dev)
{
	struct echo *echo = netdev_priv(dev);

	netif_stop_queue(dev);
	napi_disable(&echo->napi);
	while (echo->tail != echo->head)
		dev_kfree_skb_any(echo->ring[echo->tail++ % RING_SIZE]);
	return 0;
}

static const struct net_device_ops echo_ops = {
	.ndo_open = echo_open,
	.ndo_stop = echo_stop,
	.ndo_start_xmit = echo_start_xmit,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = eth_mac_addr,
};

static int __init echo_init(void)
{
	struct echo *echo;
	int ret;

	device = alloc_etherdev(sizeof(*echo));
	if (!device)
		return -ENOMEM;
	echo = netdev_priv(device);
	echo->dev = device;
	device->netdev_ops = &echo_ops;
	eth_hw_addr_random(device);
	netif_napi_add(device, &echo->napi, echo_poll);
	ret = register_netdev(device);
	if (ret)
		free_netdev(device);
	return ret;
}

static void __exit echo_exit(void)
{
	unregister_netdev(device);
	free_netdev(device);
}

module_init(echo_init);
module_exit(echo_exit);
MODULE_DESCRIPTION("A network device that receives what it sends");
MODULE_LICENSE("GPL");
