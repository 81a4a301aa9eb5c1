// SPDX-License-Identifier: GPL-2.0-only
/* Packets that are not what they say, or not the driver's. */
#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>

#include "misuse.h"

#define FRAG 1024

/* As it is received. */
static struct sk_buff *raw_packet(void)
{
	struct sk_buff *skb = netdev_alloc_skb(interface, 256);

	if (skb)
		skb_put(skb, 64);
	return skb;
}

/* As the stack would take it. */
static struct sk_buff *packet(void)
{
	struct sk_buff *skb = raw_packet();

	if (skb)
		skb->protocol = eth_type_trans(skb, interface);
	return skb;
}

static DEFINE_SPINLOCK(lock);
static struct hrtimer high;

static enum hrtimer_restart on_high(struct hrtimer *timer)
{
	spin_lock(&lock);
	spin_unlock_irqrestore(&lock, X86_EFLAGS_IF);
	return HRTIMER_NORESTART;
}

MISUSE(packet_wrong_type, "argument skb of .*: wrong type")
{
	dev_kfree_skb_any((struct sk_buff *)interface);
}

MISUSE(packet_freed_twice, "argument skb of .*: (double free|not an object|foreign object)")
{
	struct sk_buff *skb = packet();

	dev_kfree_skb_any(skb);
	OPTIMIZER_HIDE_VAR(skb);
	dev_kfree_skb_any(skb);
}

MISUSE(packet_length, "argument skb is consistent of netif_rx")
{
	struct sk_buff *skb = packet();

	skb->len += 8;
	netif_rx(skb);
}

MISUSE(packet_fragments, "argument skb is consistent of netif_rx")
{
	struct sk_buff *skb = packet();

	skb->data_len = 8;
	skb->len += 8;
	netif_rx(skb);
}

MISUSE(packet_references, "argument skb is consistent of netif_rx")
{
	struct sk_buff *skb = packet();

	atomic_set((atomic_t *)&skb->users, 2);
	netif_rx(skb);
}

MISUSE(packet_checksum, "argument skb is consistent of netif_rx")
{
	struct sk_buff *skb = packet();

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = 0xfff0;
	netif_rx(skb);
}

MISUSE(packet_transport, "argument skb is consistent of netif_rx")
{
	struct sk_buff *skb = packet();

	skb->transport_header = 0xfff0;
	netif_rx(skb);
}

MISUSE(packet_inner, "argument skb is consistent of netif_rx")
{
	struct sk_buff *skb = packet();

	skb->encapsulation = 1;
	skb->inner_network_header = 0xfff0;
	netif_rx(skb);
}

/* Who listens to all packets would go back to a header that is nowhere. */
MISUSE(packet_without_header, "argument skb is consistent of netif_rx")
{
	netif_rx(raw_packet());
}

MISUSE(packet_header_in_fragment, "argument .* of eth_type_trans: does not meet")
{
	struct sk_buff *skb = netdev_alloc_skb(interface, 256);

	skb_fill_page_desc(skb, 0, alloc_page(GFP_KERNEL), 0, 64);
	skb->data_len = 64;
	skb->len = 64;
	eth_type_trans(skb, interface);
}

MISUSE(packet_headroom_negative, "argument headroom is not negative of skb_cow_head")
{
	skb_cow_head(packet(), -200);
}

MISUSE(packet_pulled_from_nowhere, "argument skb of __pskb_pull_tail: does not meet")
{
	struct sk_buff *skb = packet();

	skb->data_len = 8;
	skb->len += 8;
	__pskb_pull_tail(skb, 8);
}

MISUSE(packet_padded_nowhere, "argument pad bytes in a packet that is not shared of skb_pad")
{
	struct sk_buff *skb = packet();

	skb->len = 0x10000;
	skb_pad(skb, 8);
}

MISUSE(packet_trimmed_past, "argument .* of skb_trim: does not meet")
{
	struct sk_buff *skb = packet();

	skb->len = 0x10000;
	skb_trim(skb, 0x8000);
}

MISUSE(packet_merged_outside, "argument bottom halves are off of napi_gro_receive: does not meet")
{
	napi_gro_receive(NULL, packet());
}

static struct napi_struct napi;

static int on_poll(struct napi_struct *instance, int budget)
{
	return 0;
}

/* Its poll may be merging there at the same time. */
MISUSE(packet_merged_by_others, "argument napi is polled here of napi_gro_receive: does not meet")
{
	netif_napi_add(interface, &napi, on_poll);
	local_bh_disable();
	napi_gro_receive(&napi, packet());
	local_bh_enable();
}

MISUSE(packet_put_past, "argument .* of skb_put: does not meet")
{
	struct sk_buff *skb = packet();

	skb_put(skb, skb_tailroom(skb) + 8);
}

MISUSE(packet_page_past, "argument off and size are within page of skb_fill_page_desc")
{
	struct sk_buff *skb = packet();
	struct page *page = alloc_page(GFP_ATOMIC);

	skb_fill_page_desc(skb, 0, page, 8, PAGE_SIZE);
}

MISUSE(packet_of_fragment, "argument data is a fragment of frag_size of build_skb")
{
	void *frag = netdev_alloc_frag(FRAG);

	build_skb(frag, 2 * FRAG);
}

/* The part that is not linear is longer than all of it, which wraps: a BUG() of the kernel's. */
MISUSE(packet_length_wraps, "argument .* of eth_type_trans: does not meet")
{
	struct sk_buff *skb = raw_packet();

	skb->len -= 4;
	skb->data_len -= 4;
	skb->protocol = eth_type_trans(skb, interface);
}

/* A bridge puts the header back in front. */
MISUSE(packet_without_headroom, "argument skb is consistent of netif_rx")
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);

	skb_put(skb, 10);
	skb->protocol = eth_type_trans(skb, interface);
	netif_rx(skb);
}

MISUSE(packet_checksum_before, "argument skb is consistent of netif_rx")
{
	struct sk_buff *skb = packet();

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) - 2;
	skb->csum_offset = 0;
	netif_rx(skb);
}

MISUSE(packet_of_dead_device, "argument skb is consistent of netif_rx")
{
	struct net_device *other = alloc_etherdev(0);
	struct sk_buff *skb = raw_packet();

	if (!other)
		return;
	skb->protocol = eth_type_trans(skb, other);
	free_netdev(other);
	netif_rx(skb);
}

MISUSE(packet_made_atomic, "argument gfp_mask is right here of netdev_alloc_skb: does not meet")
{
	local_bh_disable();
	(void)__netdev_alloc_skb(interface, 256, GFP_KERNEL);
}

MISUSE(device_of_no_mtu, "argument dev->mtu is one of Ethernet's of register_netdev: does not meet")
{
	struct net_device *other = alloc_etherdev(0);

	if (!other)
		return;
	other->mtu = -14;
	(void)register_netdev(other);
}

MISUSE(interrupts_turned_on, "argument .*SFI_IRQS_WERE_ON_BEFORE.* of _raw_spin_unlock_irqrestore")
{
	hrtimer_init(&high, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	high.function = on_high;
	hrtimer_start(&high, ms_to_ktime(1), HRTIMER_MODE_REL);
}

const struct misuse packet_misuses[] = {
	ROW(packet_wrong_type), ROW(packet_freed_twice), ROW(packet_length),
	ROW(packet_fragments),	ROW(packet_references),	 ROW(packet_checksum),
	ROW(packet_transport),	ROW(packet_inner),	 ROW(packet_put_past),
	ROW(packet_page_past),	ROW(packet_of_fragment), ROW(packet_without_header),
	ROW(packet_header_in_fragment), ROW(packet_headroom_negative),
	ROW(packet_pulled_from_nowhere), ROW(packet_padded_nowhere),
	ROW(packet_trimmed_past), ROW(packet_merged_outside), ROW(packet_merged_by_others),
	ROW(packet_length_wraps), ROW(packet_without_headroom), ROW(packet_checksum_before),
	ROW(packet_of_dead_device), ROW(packet_made_atomic), ROW(device_of_no_mtu),
	ROW(interrupts_turned_on), {},
};
