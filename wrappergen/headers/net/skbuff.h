/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/skbuff.h>: packets.
 *
 * A packet that the driver made may be written by it: data, and the fields that describe them. One that it was
 * given to send is read only, but for scratch and offload fields, until skb_cow_head() or the like has made its
 * headers private. The shared info and the pointers are the kernel's in any case; the inlines that move them are
 * the interface. net_skb.c holds the rights and what needs more than a check.
 */
#include <linux/skbuff.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/version.h>
#include <sfi/annotate.h>

SFI_TYPE(sk_buff, hot, dev_kfree_skb_any);
/* What it really has changes while it is held. */
SFI_MEMORY(sk_buff, SKB_TRUESIZE(ETH_DATA_LEN));
SFI_RIGHTS_BY_HAND(sk_buff, sfi_skb_map, none, sfi_skb_revoke);
/* Memory for a packet's head, not yet in a packet. */
SFI_TYPE_ABSTRACT(netdev_frag, hot, skb_free_frag);
SFI_RIGHTS_BY_HAND(netdev_frag, none, none, sfi_frag_revoke);
/* The writable head of a packet: marks where it begins and that it is writable. */
SFI_TYPE_ABSTRACT(skb_head, hot, none);

/*
 * Making packets
 */
struct sk_buff *__alloc_skb(unsigned int size, gfp_t priority, int flags, int node) SFI_BY_HAND(the data is writable too) SFI_KEEPS;
struct sk_buff *__netdev_alloc_skb(struct net_device *dev SFI_OWNED_OR_NULL, unsigned int length, gfp_t gfp_mask) SFI_BY_HAND(the data is writable too) SFI_KEEPS;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
struct sk_buff *napi_alloc_skb(struct napi_struct *napi SFI_OWNED, unsigned int length) SFI_BY_HAND(the data is writable too) SFI_KEEPS;
#else
struct sk_buff *__napi_alloc_skb(struct napi_struct *napi SFI_OWNED, unsigned int length, gfp_t gfp_mask) SFI_BY_HAND(the data is writable too) SFI_KEEPS;
#endif
struct sk_buff *build_skb(void *data, unsigned int frag_size) SFI_BY_HAND(turns a fragment of that very size into a packet);
struct sk_buff *napi_build_skb(void *data, unsigned int frag_size) SFI_BY_HAND(turns a fragment of that very size into a packet);
void *__netdev_alloc_frag_align(unsigned int fragsz, unsigned int align_mask) SFI_REQUIRES(fragsz && fragsz <= PAGE_SIZE) SFI_ACQUIRES(netdev_frag) SFI_SIZE(fragsz) SFI_KEEPS;
void page_frag_free(void *addr) SFI_BY_HAND(any address within the fragment frees it);
void SFI_INTERFACE(skb_free_frag)(void *addr) SFI_BY_HAND(any address within the fragment frees it);

/*
 * Ending packets
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
void sk_skb_reason_drop(struct sock *sk SFI_OPAQUE, struct sk_buff *skb SFI_GIVES_OR_NULL, enum skb_drop_reason reason) SFI_REQUIRES(!sk && !in_hardirq());
#else
void kfree_skb_reason(struct sk_buff *skb SFI_GIVES_OR_NULL, enum skb_drop_reason reason) SFI_REQUIRES(!in_hardirq());
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
void dev_kfree_skb_irq_reason(struct sk_buff *skb SFI_GIVES_OR_NULL, enum skb_drop_reason reason);
void dev_kfree_skb_any_reason(struct sk_buff *skb SFI_GIVES_OR_NULL, enum skb_drop_reason reason);
#else
void __dev_kfree_skb_irq(struct sk_buff *skb SFI_GIVES_OR_NULL, enum skb_free_reason reason);
void __dev_kfree_skb_any(struct sk_buff *skb SFI_GIVES_OR_NULL, enum skb_free_reason reason);
#endif
#ifdef CONFIG_TRACEPOINTS
void consume_skb(struct sk_buff *skb SFI_GIVES_OR_NULL) SFI_REQUIRES(!in_hardirq());
#endif
void napi_consume_skb(struct sk_buff *skb, int budget) SFI_BY_HAND(a budget is taken for what it is where there can be one);

/*
 * Moving the pointers. What would be a BUG() in the kernel is a violation here.
 */
void *skb_put(struct sk_buff *skb SFI_OWNED, unsigned int len) SFI_REQUIRES(!skb_is_nonlinear(skb) && len <= skb_tailroom(skb)) SFI_KEEPS;
void *SFI_INTERFACE(__skb_put)(struct sk_buff *skb SFI_OWNED, unsigned int len) SFI_REQUIRES(!skb_is_nonlinear(skb) && len <= skb_tailroom(skb)) SFI_KEEPS;
void *skb_push(struct sk_buff *skb SFI_OWNED, unsigned int len) SFI_REQUIRES(len <= skb_headroom(skb)) SFI_KEEPS;
void *skb_pull(struct sk_buff *skb SFI_OWNED, unsigned int len) SFI_REQUIRES(skb->len >= skb->data_len && skb_headlen(skb) == skb_tail_pointer(skb) - skb->data && len <= skb_headlen(skb)) SFI_KEEPS;
void SFI_INTERFACE(skb_reserve)(struct sk_buff *skb SFI_OWNED, int len) SFI_REQUIRES(len >= 0 && !skb->len && len <= skb_tailroom(skb)) SFI_KEEPS;
void skb_trim(struct sk_buff *skb SFI_OWNED, unsigned int len) SFI_REQUIRES(!skb_is_nonlinear(skb) && skb_headlen(skb) == skb_tail_pointer(skb) - skb->data) SFI_KEEPS;
int SFI_INTERFACE(pskb_trim)(struct sk_buff *skb SFI_OWNED, unsigned int len) SFI_BY_HAND(may move the head);
void *__pskb_pull_tail(struct sk_buff *skb SFI_OWNED, int delta) SFI_BY_HAND(may move the head);
int pskb_expand_head(struct sk_buff *skb SFI_OWNED, int nhead, int ntail, gfp_t gfp_mask) SFI_BY_HAND(moves the head and makes it private);
int SFI_INTERFACE(skb_cow_head)(struct sk_buff *skb SFI_OWNED, unsigned int headroom) SFI_BY_HAND(may move the head and makes it private);
int __skb_pad(struct sk_buff *skb SFI_OWNED, int pad, bool free_on_error) SFI_BY_HAND(may move the head and frees the packet on failure);
void SFI_INTERFACE(skb_fill_page_desc)(struct sk_buff *skb SFI_OWNED, int i, struct page *page SFI_GIVES, int off, int size) SFI_BY_HAND(the page is checked against offset and size before it is given);
int skb_copy_bits(const struct sk_buff *skb SFI_OWNED, int offset, void *to SFI_WRITES(len), int len) SFI_REQUIRES(len >= 0 && offset >= 0 && skb->len >= skb->data_len && skb_headlen(skb) <= skb_tail_pointer(skb) - skb->data) SFI_KEEPS;

void SFI_INTERFACE(skb_record_rx_queue)(struct sk_buff *skb SFI_OWNED, u16 rx_queue) SFI_KEEPS;
#ifdef CONFIG_NETWORK_PHY_TIMESTAMPING
void skb_clone_tx_timestamp(struct sk_buff *skb SFI_OWNED) SFI_KEEPS;
#endif
void skb_tstamp_tx(struct sk_buff *orig_skb SFI_OWNED, struct skb_shared_hwtstamps *hwtstamps SFI_OPAQUE) SFI_REQUIRES(!hwtstamps) SFI_KEEPS;
int skb_checksum_help(struct sk_buff *skb SFI_OWNED) SFI_BY_HAND(may move the head);
