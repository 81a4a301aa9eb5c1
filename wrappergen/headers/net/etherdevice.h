/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/etherdevice.h>: Ethernet. */
#include <linux/etherdevice.h>
#include <sfi/annotate.h>

struct net_device *alloc_etherdev_mqs(int sizeof_priv, unsigned int txqs, unsigned int rxqs) SFI_BY_HAND(three kinds of objects in one allocation: device and private area and queues);
__be16 eth_type_trans(struct sk_buff *skb SFI_OWNED, struct net_device *dev SFI_OWNED) SFI_REQUIRES(skb->len >= skb->data_len && skb_headlen(skb) == skb_tail_pointer(skb) - skb->data && (!skb_is_nonlinear(skb) || skb_headlen(skb) >= ETH_HLEN)) SFI_KEEPS;
int eth_validate_addr(struct net_device *dev) SFI_ADDRESSABLE(net_device_ops.ndo_validate_addr);
int eth_mac_addr(struct net_device *dev, void *p) SFI_ADDRESSABLE(net_device_ops.ndo_set_mac_address);
u32 eth_get_headlen(const struct net_device *dev SFI_OWNED, const void *data SFI_READS(len), u32 len) SFI_KEEPS;
void SFI_INTERFACE(eth_hw_addr_set)(struct net_device *dev SFI_OWNED, const u8 *addr SFI_READS(ETH_ALEN)) SFI_KEEPS;
void SFI_INTERFACE(eth_hw_addr_random)(struct net_device *dev SFI_OWNED) SFI_KEEPS;
