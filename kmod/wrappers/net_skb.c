// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets: rights, and the calls that need more than a check of arguments.
 *
 * What a driver may write of a packet it holds:
 *
 *	                      given to send        made by the driver
 *	scratch (cb)               yes                   yes
 *	offload and metadata       yes                   yes      (hash, VLAN, checksum, protocol)
 *	len, data_len              no                    yes
 *	truesize                   no                    yes
 *	head up to shared info     after skb_cow_head()  yes
 *	shared info                no                    no       (it has page pointers)
 *	next, dev, sk, destructor  no                    no
 *	head, data, tail, end      no                    no
 *
 * Rights come in slots of 8 bytes, and ranges here are rounded inwards: mac_header and
 * network_header share a slot with tail and stay unwritable. One consequence goes the other way:
 * truesize shares its slot with the reference count, so both can be written in packets that the
 * driver made; what is handed to the stack is checked to have one reference, lengths that agree
 * with the pointers and the fragments, and offsets within the head (packet_ok()).
 *
 * By hand: all of the above, memory that moves (the head may be reallocated), and memory whose size
 * is not on record: a fragment of netdev_alloc_frag() ends where the rights that begin at it end,
 * or the next object begins.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "wrappers/by_hand.h"
#include "wrappers/net_napi.h"

/* Slots that lie wholly in [begin, end). */
#define SLOTS_BEGIN(begin) round_up(begin, SFI_SLOT_SIZE)
#define SLOTS_END(end) round_down(end, SFI_SLOT_SIZE)

#define CB_BEGIN SLOTS_BEGIN(offsetof(struct sk_buff, cb))
#define CB_END SLOTS_END(offsetofend(struct sk_buff, cb))
#define META_BEGIN SLOTS_BEGIN(offsetof(struct sk_buff, headers))
#define META_END SLOTS_END(offsetof(struct sk_buff, tail))
#define LEN_BEGIN offsetof(struct sk_buff, len)
#define TRUESIZE_BEGIN offsetof(struct sk_buff, truesize)

static_assert(offsetofend(struct sk_buff, protocol) <= META_END,
	      "protocol is writable, tail is not");
static_assert(META_END <= offsetof(struct sk_buff, tail), "tail is not writable");
static_assert(LEN_BEGIN % SFI_SLOT_SIZE == 0 && offsetof(struct sk_buff, data_len) == LEN_BEGIN + 4,
	      "the lengths have a slot of their own");
static_assert(TRUESIZE_BEGIN % SFI_SLOT_SIZE == 0 &&
		      offsetof(struct sk_buff, users) == TRUESIZE_BEGIN + 4,
	      "truesize shares its slot with users and nothing else");

extern const u8 sfi_skb_map[];
void sfi_skb_revoke(struct sfi_domain *d, struct sk_buff *skb);
void sfi_frag_revoke(struct sfi_domain *d, void *frag);

/* === Rights === */

#define SLOT(offset) ((offset) / SFI_SLOT_SIZE)
#define PACKET_SLOTS DIV_ROUND_UP(sizeof(struct sk_buff), SFI_SLOT_SIZE)
#define PACKET_MAP                                              \
	[0] = SFI_T_sk_buff << SFI_RIGHT_TYPE_SHIFT,            \
	[SLOT(CB_BEGIN) ... SLOT(CB_END) - 1] = SFI_RIGHT_WRITE, \
	[SLOT(META_BEGIN) ... SLOT(META_END) - 1] = SFI_RIGHT_WRITE

/*
 * The slots of a packet's structure: of every packet, also one to send; and of one that the driver
 * has made.
 */
const u8 sfi_skb_map[PACKET_SLOTS] = { PACKET_MAP };
static const u8 made_map[PACKET_SLOTS] = {
	PACKET_MAP,
	[SLOT(LEN_BEGIN)] = SFI_RIGHT_WRITE,
	[SLOT(TRUESIZE_BEGIN)] = SFI_RIGHT_WRITE,
};

static_assert(CB_BEGIN >= SFI_SLOT_SIZE, "the first slot has the type alone");

static size_t head_size(const struct sk_buff *skb)
{
	return SLOTS_END(skb_end_offset(skb));
}

static bool head_is_writable(struct sfi_domain *d, const struct sk_buff *skb)
{
	return sfi_is(d, skb->head, SFI_T_skb_head);
}

static void grant_head(struct sfi_domain *d, struct sk_buff *skb)
{
	sfi_acquire(d, &sfi_type_skb_head, skb->head, head_size(skb), NULL, 0, 0, 0, 0);
}

static void revoke_head(struct sfi_domain *d, struct sk_buff *skb)
{
	sfi_drop_bytes(d, skb->head, head_size(skb), SFI_T_skb_head);
}

/* The structure itself is the runtime's to take away. */
void sfi_skb_revoke(struct sfi_domain *d, struct sk_buff *skb)
{
	revoke_head(d, skb);
}

/* A packet that the driver has made: SKB may be NULL. */
static struct sk_buff *made(struct sfi_domain *d, struct sk_buff *skb)
{
	if (!skb)
		return NULL;
	sfi_acquire_hot(d, &sfi_type_sk_buff, skb, made_map);
	grant_head(d, skb);
	return skb;
}

/*
 * Caches and lists of the CPU's own, which have no other lock than that bottom halves are off, or
 * interrupts. The stack itself takes locks and turns bottom halves on again: they must be off before.
 */
#define CHECK_SOFTIRQ(d, function)                                               \
	sfi_check_that(d, (softirq_count() || irqs_disabled()) && !in_hardirq(), \
		       SFI_ARG(function, "bottom halves are off"))
#define CHECK_STACK(d, function)                             \
	sfi_check_that(d, softirq_count() && !in_hardirq(), \
		       SFI_ARG(function, "bottom halves are off"))
/* The packets that an instance merges or keeps are its poll's. */
#define CHECK_POLLED(d, napi, function) \
	sfi_check_that(d, sfi_napi_is_polled_here(napi), SFI_ARG(function, "napi is polled here"))

/* === Making packets === */

struct sk_buff *sfi_w___alloc_skb(struct sfi_self *self, unsigned int size, gfp_t priority,
				  int flags, int node)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct sk_buff *skb = NULL;

	sfi_check_that(d, !(flags & ~(SKB_ALLOC_FCLONE | SKB_ALLOC_RX)),
		       SFI_ARG("alloc_skb", "flags are supported"));
	sfi_check_that(d, node == NUMA_NO_NODE ||
			  (node >= 0 && node < MAX_NUMNODES && node_online(node)),
		       SFI_ARG("alloc_skb", "node is online"));
	sfi_check_gfp(d, priority, SFI_ARG("alloc_skb", "priority is right here"));
	if (sfi_may_hold(d, size))
		skb = made(d, __alloc_skb(size, priority, flags, node));
	sfi_import_leave(d);
	return skb;
}
EXPORT_SYMBOL_GPL(sfi_w___alloc_skb);

struct sk_buff *sfi_w___netdev_alloc_skb(struct sfi_self *self, struct net_device *dev,
					 unsigned int length, gfp_t gfp_mask)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct sk_buff *skb = NULL;

	if (dev)
		sfi_check_owned(d, dev, SFI_T_net_device, SFI_ARG("netdev_alloc_skb", "dev"));
	sfi_check_gfp(d, gfp_mask, SFI_ARG("netdev_alloc_skb", "gfp_mask is right here"));
	if (sfi_may_hold(d, length))
		skb = made(d, __netdev_alloc_skb(dev, length, gfp_mask));
	sfi_import_leave(d);
	return skb;
}
EXPORT_SYMBOL_GPL(sfi_w___netdev_alloc_skb);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
struct sk_buff *sfi_w_napi_alloc_skb(struct sfi_self *self, struct napi_struct *napi,
				     unsigned int length)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct sk_buff *skb = NULL;

	CHECK_SOFTIRQ(d, "napi_alloc_skb");
	sfi_check_owned(d, napi, SFI_T_napi_struct, SFI_ARG("napi_alloc_skb", "napi"));
	if (sfi_may_hold(d, length))
		skb = made(d, napi_alloc_skb(napi, length));
	sfi_import_leave(d);
	return skb;
}
EXPORT_SYMBOL_GPL(sfi_w_napi_alloc_skb);
#else
struct sk_buff *sfi_w___napi_alloc_skb(struct sfi_self *self, struct napi_struct *napi,
				       unsigned int length, gfp_t gfp_mask)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct sk_buff *skb = NULL;

	CHECK_SOFTIRQ(d, "napi_alloc_skb");
	sfi_check_owned(d, napi, SFI_T_napi_struct, SFI_ARG("napi_alloc_skb", "napi"));
	sfi_check_gfp(d, gfp_mask, SFI_ARG("napi_alloc_skb", "gfp_mask is right here"));
	if (sfi_may_hold(d, length))
		skb = made(d, __napi_alloc_skb(napi, length, gfp_mask));
	sfi_import_leave(d);
	return skb;
}
EXPORT_SYMBOL_GPL(sfi_w___napi_alloc_skb);
#endif

/* === Fragments === */

/*
 * To the next object, or to where the rights or the block of pages end: what lies behind the block
 * may be writable too, but is something else. Cold: when a ring is emptied.
 */
void sfi_frag_revoke(struct sfi_domain *d, void *frag)
{
	struct page *page = virt_to_head_page(frag);
	size_t room = page_address(page) + page_size(page) - frag, size = SFI_SLOT_SIZE;

	while (size < room && sfi_slot_at(d, (u64)frag + size) == SFI_RIGHT_WRITE)
		size += SFI_SLOT_SIZE;
	sfi_revoke(d, frag, size);
}

/* The fragment that P lies in, or P itself if there is none. */
static void *frag_of(struct sfi_domain *d, void *p)
{
	u64 first = (u64)p & PAGE_MASK, a = round_down((u64)p, SFI_SLOT_SIZE);

	/* Headroom is short: what begins more than a page before is not looked for. */
	for (first -= PAGE_SIZE; a >= first; a -= SFI_SLOT_SIZE) {
		if (sfi_type_at(d, a) == SFI_T_netdev_frag)
			return (void *)a;
		if (sfi_slot_at(d, a) != SFI_RIGHT_WRITE)
			break;
	}
	return p;
}

static void free_frag(struct sfi_self *self, void *addr, const struct sfi_arg *arg)
{
	struct sfi_domain *d = sfi_import_enter(self);

	if (addr) {
		sfi_release(d, &sfi_type_netdev_frag, frag_of(d, addr), arg);
		page_frag_free(addr);
	}
	sfi_import_leave(d);
}

void sfi_w_page_frag_free(struct sfi_self *self, void *addr)
{
	free_frag(self, addr, SFI_ARG("page_frag_free", "addr"));
}
EXPORT_SYMBOL_GPL(sfi_w_page_frag_free);

void sfi_w_skb_free_frag(struct sfi_self *self, void *addr)
{
	free_frag(self, addr, SFI_ARG("skb_free_frag", "addr"));
}
EXPORT_SYMBOL_GPL(sfi_w_skb_free_frag);

/*
 * A fragment, which DATA begins and which is FRAG_SIZE bytes or longer, becomes a packet's head: its
 * rights stay but for the shared info, its type is exchanged. Hot: once for each packet received.
 */
static struct sk_buff *build(struct sfi_self *self, void *data, unsigned int frag_size,
			     struct sk_buff *(*kernel_build)(void *data, unsigned int frag_size),
			     const struct sfi_arg *arg)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct sk_buff *skb;

	/* Before the subtraction in SKB_WITH_OVERHEAD(). */
	sfi_check_that(d, frag_size > SKB_DATA_ALIGN(sizeof(struct skb_shared_info)), arg);
	sfi_check_that(d, sfi_turn(d, data, frag_size, SLOTS_END(SKB_WITH_OVERHEAD(frag_size)),
				   &sfi_type_netdev_frag, &sfi_type_skb_head), arg);
	skb = kernel_build(data, frag_size);
	if (skb)
		sfi_acquire_hot(d, &sfi_type_sk_buff, skb, made_map);
	else
		sfi_acquire_bytes(d, &sfi_type_netdev_frag, data, frag_size);
	sfi_import_leave(d);
	return skb;
}

struct sk_buff *sfi_w_build_skb(struct sfi_self *self, void *data, unsigned int frag_size)
{
	return build(self, data, frag_size, build_skb,
		     SFI_ARG("build_skb", "data is a fragment of frag_size"));
}
EXPORT_SYMBOL_GPL(sfi_w_build_skb);

struct sk_buff *sfi_w_napi_build_skb(struct sfi_self *self, void *data, unsigned int frag_size)
{
	CHECK_SOFTIRQ(self->domain, "napi_build_skb");
	return build(self, data, frag_size, napi_build_skb,
		     SFI_ARG("napi_build_skb", "data is a fragment of frag_size"));
}
EXPORT_SYMBOL_GPL(sfi_w_napi_build_skb);

/* === Calls that may move the head === */

static u32 frags_size(const struct sk_buff *skb)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	u32 i, size = 0;

	for (i = 0; i < shinfo->nr_frags; i++)
		size += skb_frag_size(&shinfo->frags[i]);
	return size;
}

/*
 * Lengths that the driver could write agree with the pointers, which it could not. The kernel has
 * BUG()s for others, or stores where they lead.
 */
static bool lengths_ok(const struct sk_buff *skb)
{
	if (skb->len < skb->data_len || skb_headlen(skb) != skb_tail_pointer(skb) - skb->data)
		return false;
	return !skb->data_len || skb_has_frag_list(skb) || skb->data_len == frags_size(skb);
}

/*
 * The head leaves the driver's reach for the call, since it may be freed there, and the new one is
 * granted after. MAKE_PRIVATE: after success it is the driver's even if it was not before.
 */
static bool take_head(struct sfi_domain *d, struct sk_buff *skb, const struct sfi_arg *arg)
{
	bool was_writable;

	sfi_check_owned(d, skb, SFI_T_sk_buff, arg);
	sfi_check_that(d, !skb_shared(skb) && lengths_ok(skb), arg);
	was_writable = head_is_writable(d, skb);
	revoke_head(d, skb);
	return was_writable;
}

int sfi_w_skb_cow_head(struct sfi_self *self, struct sk_buff *skb, unsigned int headroom)
{
	struct sfi_domain *d = sfi_import_enter(self);
	bool was_writable;
	int ret;

	sfi_check_owned(d, skb, SFI_T_sk_buff, SFI_ARG("skb_cow_head", "skb"));
	sfi_check_that(d, headroom < INT_MAX / 4,
		       SFI_ARG("skb_cow_head", "headroom is not negative"));
	was_writable = take_head(d, skb, SFI_ARG("skb_cow_head", "skb"));
	ret = skb_cow_head(skb, headroom);
	if (!ret || was_writable)
		grant_head(d, skb);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_skb_cow_head);

int sfi_w_pskb_expand_head(struct sfi_self *self, struct sk_buff *skb, int nhead, int ntail,
			   gfp_t gfp_mask)
{
	struct sfi_domain *d = sfi_import_enter(self);
	bool was_writable;
	int ret;

	/* Shared packets and negative room are BUG()s in the kernel. */
	sfi_check_owned(d, skb, SFI_T_sk_buff, SFI_ARG("pskb_expand_head", "skb"));
	sfi_check_that(d, nhead >= 0 && ntail >= 0 && nhead < INT_MAX / 4 && ntail < INT_MAX / 4 &&
			  !skb_shared(skb),
		       SFI_ARG("pskb_expand_head", "room in a packet that is not shared"));
	sfi_check_gfp(d, gfp_mask, SFI_ARG("pskb_expand_head", "gfp_mask is right here"));
	was_writable = take_head(d, skb, SFI_ARG("pskb_expand_head", "skb"));
	ret = pskb_expand_head(skb, nhead, ntail, gfp_mask);
	if (!ret || was_writable)
		grant_head(d, skb);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_pskb_expand_head);

void *sfi_w___pskb_pull_tail(struct sfi_self *self, struct sk_buff *skb, int delta)
{
	struct sfi_domain *d = sfi_import_enter(self);
	bool was_writable;
	void *ret;

	sfi_check_owned(d, skb, SFI_T_sk_buff, SFI_ARG("__pskb_pull_tail", "skb"));
	sfi_check_that(d, delta >= 0 && delta <= skb->data_len,
		       SFI_ARG("__pskb_pull_tail", "delta <= skb->data_len"));
	was_writable = take_head(d, skb, SFI_ARG("__pskb_pull_tail", "skb"));
	ret = __pskb_pull_tail(skb, delta);
	if (was_writable)
		grant_head(d, skb);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w___pskb_pull_tail);

int sfi_w_pskb_trim(struct sfi_self *self, struct sk_buff *skb, unsigned int len)
{
	struct sfi_domain *d = sfi_import_enter(self);
	bool was_writable = take_head(d, skb, SFI_ARG("pskb_trim", "skb"));
	int ret = pskb_trim(skb, len);

	if (was_writable)
		grant_head(d, skb);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_pskb_trim);

int sfi_w_skb_checksum_help(struct sfi_self *self, struct sk_buff *skb)
{
	struct sfi_domain *d = sfi_import_enter(self);
	bool was_writable = take_head(d, skb, SFI_ARG("skb_checksum_help", "skb"));
	int ret = skb_checksum_help(skb);

	if (was_writable)
		grant_head(d, skb);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_skb_checksum_help);

/*
 * On failure the packet is gone if FREE_ON_ERROR: it leaves the domain before the call, and comes
 * back after.
 */
int sfi_w___skb_pad(struct sfi_self *self, struct sk_buff *skb, int pad, bool free_on_error)
{
	struct sfi_domain *d = sfi_import_enter(self);
	bool was_writable, lengths;
	int ret;

	sfi_check_owned(d, skb, SFI_T_sk_buff, SFI_ARG("skb_pad", "skb"));
	sfi_check_that(d, pad >= 0 && pad <= PAGE_SIZE && !skb_shared(skb) && lengths_ok(skb),
		       SFI_ARG("skb_pad", "pad bytes in a packet that is not shared"));
	was_writable = head_is_writable(d, skb);
	lengths = sfi_may_write(d, (void *)skb + LEN_BEGIN, SFI_SLOT_SIZE);
	sfi_release(d, &sfi_type_sk_buff, skb, SFI_ARG("skb_pad", "skb"));
	ret = __skb_pad(skb, pad, free_on_error);
	if (!ret || !free_on_error) {
		sfi_acquire_hot(d, &sfi_type_sk_buff, skb, lengths ? made_map : NULL);
		if (was_writable)
			grant_head(d, skb);
	}
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w___skb_pad);

/* The page becomes the packet's next fragment. */
void sfi_w_skb_fill_page_desc(struct sfi_self *self, struct sk_buff *skb, int i, struct page *page,
			      int off, int size)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, skb, SFI_T_sk_buff, SFI_ARG("skb_fill_page_desc", "skb"));
	sfi_check_that(d, i == skb_shinfo(skb)->nr_frags && i < MAX_SKB_FRAGS,
		       SFI_ARG("skb_fill_page_desc", "i is the next fragment"));
	sfi_check_that(d, !skb_cloned(skb), SFI_ARG("skb_fill_page_desc", "skb has no clones"));
	sfi_check_owned(d, page, SFI_T_page, SFI_ARG("skb_fill_page_desc", "page"));
	sfi_check_that(d, off >= 0 && size >= 0 && (u64)off + size <= page_size(page),
		       SFI_ARG("skb_fill_page_desc", "off and size are within page"));
	sfi_release(d, &sfi_type_page, page, SFI_ARG("skb_fill_page_desc", "page"));
	skb_fill_page_desc(skb, i, page, off, size);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_skb_fill_page_desc);

/*
 * With a budget it is put into a cache of the CPU, whose only lock is that bottom halves are off. They need not be where
 * netpoll polls, with a budget of 0 and interrupts off: but there are drivers, e1000 among them, which have a constant
 * for it.
 */
void sfi_w_napi_consume_skb(struct sfi_self *self, struct sk_buff *skb, int budget)
{
	struct sfi_domain *d = sfi_import_enter(self);

	if (skb)
		sfi_release(d, &sfi_type_sk_buff, skb, SFI_ARG("napi_consume_skb", "skb"));
	napi_consume_skb(skb, softirq_count() && !in_hardirq() && !irqs_disabled() ? budget : 0);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_napi_consume_skb);

/* === To the stack === */

/* The checksum is to be of, and in, the linear part. */
static bool checksum_ok(const struct sk_buff *skb)
{
	int start = skb_checksum_start_offset(skb);

	return start >= 0 && start + skb->csum_offset + sizeof(__sum16) <= skb_headlen(skb);
}

/* Fields that the driver could write agree with those that it could not. */
static bool packet_ok(const struct sk_buff *skb)
{
	u32 end = skb_end_offset(skb);

	if (!lengths_ok(skb) || (skb->data_len && skb_has_frag_list(skb)))
		return false;
	if (skb->ip_summed == CHECKSUM_PARTIAL && !checksum_ok(skb))
		return false;
	if (skb->encapsulation && (skb->inner_transport_header > end ||
				   skb->inner_network_header > end || skb->inner_mac_header > end))
		return false;
	if (skb_transport_header_was_set(skb) && skb->transport_header > end)
		return false;
	return refcount_read(&skb->users) == 1;
}

/*
 * It says where its hardware header is: as eth_type_trans() does, together with the device. Who
 * listens to all packets goes back there, and a bridge goes back as far as it is long.
 */
static bool has_header(struct sfi_domain *d, const struct sk_buff *skb)
{
	return sfi_is(d, skb->dev, SFI_T_net_device) && skb_mac_header_was_set(skb) &&
	       skb->mac_header <= skb_headroom(skb) &&
	       (skb->dev->type != ARPHRD_ETHER || skb_headroom(skb) >= ETH_HLEN);
}

/* Nobody else has its data: one that was given to be sent may have a clone that will be sent again. */
static bool may_merge(const struct sk_buff *skb)
{
	return !skb_cloned(skb) && !skb->destructor;
}

/*
 * The packet leaves the domain, and only then is looked at: nobody can change it any more. One that
 * is not in order is freed here, with the reference count that it must have had. WITH_HEADER: it
 * must say where its header is.
 */
static void give_packet(struct sfi_domain *d, struct sk_buff *skb, bool with_header,
			const struct sfi_arg *arg)
{
	sfi_release(d, &sfi_type_sk_buff, skb, arg);
	if (likely(packet_ok(skb) && (!with_header || has_header(d, skb))))
		return;
	refcount_set(&skb->users, 1);
	skb->len = skb->data_len + (skb_tail_pointer(skb) - skb->data);
	dev_kfree_skb_any(skb);
	sfi_check_that(d, false, arg);
}

gro_result_t sfi_w_napi_gro_receive(struct sfi_self *self, struct napi_struct *napi,
				    struct sk_buff *skb)
{
	struct sfi_domain *d = sfi_import_enter(self);
	gro_result_t ret;

	CHECK_STACK(d, "napi_gro_receive");
	CHECK_POLLED(d, napi, "napi_gro_receive");
	sfi_check_owned(d, skb, SFI_T_sk_buff, SFI_ARG("napi_gro_receive", "skb"));
	sfi_check_that(d, may_merge(skb), SFI_ARG("napi_gro_receive", "skb is not one to send"));
	give_packet(d, skb, true, SFI_ARG("napi_gro_receive", "skb is consistent"));
	sfi_napi_lists_begin();
	ret = napi_gro_receive(napi, skb);
	sfi_napi_lists_end(napi);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_napi_gro_receive);

int sfi_w_netif_receive_skb(struct sfi_self *self, struct sk_buff *skb)
{
	struct sfi_domain *d = sfi_import_enter(self);
	int ret;

	CHECK_STACK(d, "netif_receive_skb");
	give_packet(d, skb, true, SFI_ARG("netif_receive_skb", "skb is consistent"));
	ret = netif_receive_skb(skb);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_netif_receive_skb);

int sfi_w_netif_rx(struct sfi_self *self, struct sk_buff *skb)
{
	struct sfi_domain *d = sfi_import_enter(self);
	int ret;

	give_packet(d, skb, true, SFI_ARG("netif_rx", "skb is consistent"));
	ret = netif_rx(skb);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_netif_rx);

/* === The packet that a NAPI instance keeps === */

/*
 * It is given out again and again until it is used: the driver's from the first time on. One that
 * the driver has freed, or given away, is not there any more, though the instance still says so.
 */
struct sk_buff *sfi_w_napi_get_frags(struct sfi_self *self, struct napi_struct *napi)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct sk_buff *skb;

	CHECK_SOFTIRQ(d, "napi_get_frags");
	CHECK_POLLED(d, napi, "napi_get_frags");
	if (!sfi_is(d, napi->skb, SFI_T_sk_buff))
		napi->skb = NULL;
	skb = napi_get_frags(napi);
	if (!sfi_is(d, skb, SFI_T_sk_buff))
		made(d, skb);
	sfi_import_leave(d);
	return skb;
}
EXPORT_SYMBOL_GPL(sfi_w_napi_get_frags);

gro_result_t sfi_w_napi_gro_frags(struct sfi_self *self, struct napi_struct *napi)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct sk_buff *skb;
	gro_result_t ret;

	CHECK_STACK(d, "napi_gro_frags");
	CHECK_POLLED(d, napi, "napi_gro_frags");
	skb = napi->skb;
	sfi_check_owned(d, skb, SFI_T_sk_buff, SFI_ARG("napi_gro_frags", "napi->skb"));
	napi->skb = NULL;
	give_packet(d, skb, false, SFI_ARG("napi_gro_frags", "napi->skb is consistent"));
	napi->skb = skb;
	sfi_napi_lists_begin();
	ret = napi_gro_frags(napi);
	sfi_napi_lists_end(napi);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_napi_gro_frags);

void sfi_w_napi_free_frags(struct sfi_self *self, struct napi_struct *napi)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, napi, SFI_T_napi_struct, SFI_ARG("napi_free_frags", "napi"));
	sfi_check_that(d, sfi_napi_is_polled_here(napi) || sfi_napi_is_disabled(napi),
		       SFI_ARG("napi_free_frags", "napi is polled here or disabled"));
	if (!napi->skb || !sfi_take_back(d, &sfi_type_sk_buff, napi->skb))
		napi->skb = NULL;
	napi_free_frags(napi);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_napi_free_frags);
