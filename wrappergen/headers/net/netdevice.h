/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/netdevice.h>: network devices, their queues, and NAPI.
 *
 * A net_device and its private area are one allocation; of the structure the driver may write some fields, fewer of
 * them once it is registered. The inlines that change queues, carrier and byte limits are the interface.
 */
#include <linux/netdevice.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/version.h>
#include <sfi/annotate.h>

SFI_TYPE(net_device, ordered, sfi_net_device_release);
SFI_PART(net_device, dev);
SFI_TYPE_ABSTRACT(netdev_priv, ordered, none);
SFI_TYPE_ABSTRACT(netdev_registration, ordered, none);
SFI_TYPE(netdev_queue, hot, none);
SFI_FIELDS(net_device, mtu, features, stats);
SFI_FIELDS_UNTIL(net_device, netdev_registration, name, mem_end, mem_start, base_addr, irq, netdev_ops, ethtool_ops, hw_features, vlan_features, hw_enc_features, gso_partial_features, mpls_features, min_mtu, max_mtu, watchdog_timeo, dev.parent);
/* From 6.12 on they are bits, in a group of their own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
SFI_FIELDS_UNTIL(net_device, netdev_registration, priv_flags_fast);
#else
SFI_FIELDS_UNTIL(net_device, netdev_registration, priv_flags);
#endif
SFI_TABLE(net_device, netdev_ops);
SFI_TABLE(net_device, ethtool_ops);
SFI_TYPE(napi_struct, hot, sfi_napi_release);
SFI_EMBEDDED(napi_struct, true, test_bit(NAPI_STATE_LISTED, &obj->state));

/*
 * Callbacks of the device
 */
int SFI_CB(net_device_ops, ndo_init)(struct net_device *dev) SFI_ON_FAILURE(-EIO);
void SFI_CB(net_device_ops, ndo_uninit)(struct net_device *dev);
int SFI_CB(net_device_ops, ndo_open)(struct net_device *dev) SFI_ON_FAILURE(-EIO);
int SFI_CB(net_device_ops, ndo_stop)(struct net_device *dev) SFI_ON_FAILURE(0);
netdev_tx_t SFI_CB(net_device_ops, ndo_start_xmit)(struct sk_buff *skb SFI_TAKES_IF(ret == NETDEV_TX_OK), struct net_device *dev) SFI_BY_HAND(the caller looks again whether it has a lock) SFI_ON_FAILURE(NETDEV_TX_OK) SFI_RETURNS(ret == NETDEV_TX_OK || ret == NETDEV_TX_BUSY);
netdev_features_t SFI_CB(net_device_ops, ndo_features_check)(struct sk_buff *skb, struct net_device *dev, netdev_features_t features) SFI_ON_FAILURE(features);
void SFI_CB(net_device_ops, ndo_change_rx_flags)(struct net_device *dev, int flags);
void SFI_CB(net_device_ops, ndo_set_rx_mode)(struct net_device *dev);
int SFI_CB(net_device_ops, ndo_set_mac_address)(struct net_device *dev, void *addr) SFI_ON_FAILURE(-EIO);
int SFI_CB(net_device_ops, ndo_validate_addr)(struct net_device *dev) SFI_ON_FAILURE(-EIO);
int SFI_CB(net_device_ops, ndo_eth_ioctl)(struct net_device *dev, struct ifreq *ifr SFI_LENDS(sizeof(*ifr)), int cmd) SFI_ON_FAILURE(-EIO);
int SFI_CB(net_device_ops, ndo_change_mtu)(struct net_device *dev, int new_mtu) SFI_ON_FAILURE(-EIO);
void SFI_CB(net_device_ops, ndo_tx_timeout)(struct net_device *dev, unsigned int txqueue);
void SFI_CB(net_device_ops, ndo_get_stats64)(struct net_device *dev, struct rtnl_link_stats64 *storage SFI_LENDS(sizeof(*storage)));
int SFI_CB(net_device_ops, ndo_vlan_rx_add_vid)(struct net_device *dev, __be16 proto, u16 vid) SFI_ON_FAILURE(-EIO) SFI_RETURNS(ret <= 0);
int SFI_CB(net_device_ops, ndo_vlan_rx_kill_vid)(struct net_device *dev, __be16 proto, u16 vid) SFI_ON_FAILURE(0) SFI_RETURNS(ret <= 0);
#ifdef CONFIG_NET_POLL_CONTROLLER
void SFI_CB(net_device_ops, ndo_poll_controller)(struct net_device *dev);
#endif
netdev_features_t SFI_CB(net_device_ops, ndo_fix_features)(struct net_device *dev, netdev_features_t features) SFI_ON_FAILURE(features);
int SFI_CB(net_device_ops, ndo_set_features)(struct net_device *dev, netdev_features_t features) SFI_ON_FAILURE(-EIO);
int SFI_CB(napi_struct, poll)(struct napi_struct *napi, int budget) SFI_BY_HAND(a driver that has failed leaves its instance completed) SFI_ON_FAILURE(0) SFI_RETURNS(ret >= 0 && ret <= budget);

/*
 * The device
 */
int register_netdev(struct net_device *dev) SFI_BY_HAND(fields and tables are out of reach and checked before the kernel looks at them);
void unregister_netdev(struct net_device *dev) SFI_BY_HAND(gives back the fields);
void free_netdev(struct net_device *dev) SFI_BY_HAND(the shadow may keep it; frees private area and queues and NAPI instances too);
void netif_device_attach(struct net_device *dev SFI_OWNED) SFI_KEEPS;
void netif_device_detach(struct net_device *dev SFI_OWNED) SFI_KEEPS;
void netif_carrier_on(struct net_device *dev) SFI_BY_HAND(the shadow lets go what has waited for it) SFI_KEEPS;
void netif_carrier_off(struct net_device *dev) SFI_BY_HAND(the shadow learns that the driver sees to it) SFI_KEEPS;
void dev_addr_mod(struct net_device *dev SFI_OWNED, unsigned int offset, const void *addr SFI_READS(len), size_t len) SFI_REQUIRES(offset <= MAX_ADDR_LEN && len <= MAX_ADDR_LEN - offset) SFI_KEEPS;
int netif_set_real_num_tx_queues(struct net_device *dev SFI_OWNED, unsigned int txq) SFI_REQUIRES(txq >= 1 && txq <= dev->num_tx_queues) SFI_SLEEPS;
int netif_set_real_num_rx_queues(struct net_device *dev SFI_OWNED, unsigned int rxq) SFI_REQUIRES(rxq >= 1 && rxq <= dev->num_rx_queues) SFI_SLEEPS;
void netdev_update_features(struct net_device *dev SFI_OWNED) SFI_REQUIRES(dev->reg_state == NETREG_REGISTERED && !SFI_WITHIN_CB(sfi_cb__net_device_ops__ndo_set_features) && !SFI_WITHIN_CB(sfi_cb__net_device_ops__ndo_fix_features)) SFI_SLEEPS;
void netdev_features_change(struct net_device *dev SFI_OWNED) SFI_REQUIRES(dev->reg_state == NETREG_REGISTERED) SFI_SLEEPS;
void linkwatch_fire_event(struct net_device *dev SFI_OWNED) SFI_REQUIRES(dev->reg_state == NETREG_REGISTERED) SFI_KEEPS;

/*
 * Transmit queues. What may send, or schedules that, needs the queue disciplines, which come with registration; what
 * takes the queues' locks is not to be called where the kernel holds one.
 */
void SFI_INTERFACE(netif_tx_start_queue)(struct netdev_queue *dev_queue SFI_OWNED) SFI_KEEPS;
void SFI_INTERFACE(netif_start_queue)(struct net_device *dev SFI_OWNED) SFI_KEEPS;
void SFI_INTERFACE(netif_tx_start_all_queues)(struct net_device *dev SFI_OWNED) SFI_KEEPS;
void netif_tx_wake_queue(struct netdev_queue *dev_queue SFI_OWNED) SFI_REQUIRES(rcu_access_pointer(dev_queue->qdisc)) SFI_KEEPS;
void SFI_INTERFACE(netif_wake_queue)(struct net_device *dev SFI_OWNED) SFI_REQUIRES(rcu_access_pointer(netdev_get_tx_queue(dev, 0)->qdisc)) SFI_KEEPS;
void SFI_INTERFACE(netif_tx_wake_all_queues)(struct net_device *dev SFI_OWNED) SFI_REQUIRES(rcu_access_pointer(netdev_get_tx_queue(dev, dev->num_tx_queues - 1)->qdisc)) SFI_KEEPS;
void SFI_INTERFACE(netif_tx_stop_queue)(struct netdev_queue *dev_queue SFI_OWNED) SFI_KEEPS;
void SFI_INTERFACE(netif_stop_queue)(struct net_device *dev SFI_OWNED) SFI_KEEPS;
void netif_tx_stop_all_queues(struct net_device *dev SFI_OWNED) SFI_KEEPS;
void netif_schedule_queue(struct netdev_queue *txq SFI_OWNED) SFI_REQUIRES(rcu_access_pointer(txq->qdisc)) SFI_KEEPS;
void SFI_INTERFACE(netif_tx_disable)(struct net_device *dev SFI_OWNED) SFI_REQUIRES(!SFI_HOLDS(dev) && !in_hardirq() && !SFI_WITHIN_CB(sfi_cb__net_device_ops__ndo_start_xmit) && !SFI_WITHIN_CB(sfi_cb__net_device_ops__ndo_tx_timeout)) SFI_KEEPS;
void SFI_INTERFACE(netif_trans_update)(struct net_device *dev SFI_OWNED) SFI_KEEPS;
void netif_tx_lock(struct net_device *dev SFI_OWNED SFI_LOCK(netif_tx_unlock(dev))) SFI_REQUIRES(!SFI_HOLDS(dev) && (softirq_count() || irqs_disabled()) && dev->reg_state != NETREG_UNINITIALIZED && !in_hardirq() && !SFI_WITHIN_CB(sfi_cb__net_device_ops__ndo_start_xmit) && !SFI_WITHIN_CB(sfi_cb__net_device_ops__ndo_tx_timeout)) SFI_KEEPS;
void netif_tx_unlock(struct net_device *dev SFI_UNLOCK) SFI_KEEPS;

/*
 * Byte queue limits. More completed than queued is a BUG() in the kernel: a violation here.
 */
void SFI_INTERFACE(netdev_tx_sent_queue)(struct netdev_queue *dev_queue SFI_OWNED, unsigned int bytes) SFI_REQUIRES(bytes <= DQL_MAX_OBJECT) SFI_KEEPS;
void SFI_INTERFACE(netdev_sent_queue)(struct net_device *dev SFI_OWNED, unsigned int bytes) SFI_REQUIRES(bytes <= DQL_MAX_OBJECT) SFI_KEEPS;
void SFI_INTERFACE(netdev_tx_completed_queue)(struct netdev_queue *dev_queue, unsigned int pkts, unsigned int bytes) SFI_BY_HAND(the look and the step are one) SFI_KEEPS;
void SFI_INTERFACE(netdev_completed_queue)(struct net_device *dev, unsigned int pkts, unsigned int bytes) SFI_BY_HAND(the look and the step are one) SFI_KEEPS;
void SFI_INTERFACE(netdev_tx_reset_queue)(struct netdev_queue *q) SFI_BY_HAND(what waits for a carrier goes on waiting) SFI_KEEPS;
void SFI_INTERFACE(netdev_reset_queue)(struct net_device *dev_queue) SFI_BY_HAND(what waits for a carrier goes on waiting) SFI_KEEPS;

/*
 * NAPI
 */
void netif_napi_add_weight(struct net_device *dev, struct napi_struct *napi SFI_INITS(napi_struct), int (*poll)(struct napi_struct *, int) SFI_CALLBACK(napi_struct.poll), int weight) SFI_BY_HAND(adding the same instance twice corrupts a list of the kernel);
void SFI_INTERFACE(netif_napi_del)(struct napi_struct *napi) SFI_BY_HAND(the packet that the instance keeps goes with it);
void napi_enable(struct napi_struct *n) SFI_BY_HAND(only who has disabled it may) SFI_KEEPS;
void napi_disable(struct napi_struct *n) SFI_BY_HAND(one that is never completed must not be waited for without end);
bool napi_schedule_prep(struct napi_struct *n) SFI_BY_HAND(who may schedule it now is remembered) SFI_KEEPS;
void __napi_schedule(struct napi_struct *n) SFI_BY_HAND(only who has asked napi_schedule_prep may) SFI_KEEPS;
void __napi_schedule_irqoff(struct napi_struct *n) SFI_BY_HAND(only who has asked napi_schedule_prep may) SFI_KEEPS;
bool napi_complete_done(struct napi_struct *n, int work_done) SFI_BY_HAND(only the poll itself may and only once);
gro_result_t napi_gro_receive(struct napi_struct *napi SFI_OWNED, struct sk_buff *skb) SFI_BY_HAND(the packet is checked for consistency before the stack gets it);
int netif_receive_skb(struct sk_buff *skb) SFI_BY_HAND(the packet is checked for consistency before the stack gets it);
int netif_rx(struct sk_buff *skb) SFI_BY_HAND(the packet is checked for consistency before the stack gets it);
struct sk_buff *napi_get_frags(struct napi_struct *napi SFI_OWNED) SFI_BY_HAND(gives the same packet until it is used);
gro_result_t napi_gro_frags(struct napi_struct *napi SFI_OWNED) SFI_BY_HAND(takes the packet that the instance keeps);
void SFI_INTERFACE(napi_free_frags)(struct napi_struct *napi SFI_OWNED) SFI_BY_HAND(takes the packet that the instance keeps);

/*
 * Messages
 */
void netdev_printk(const char *level, const struct net_device *dev, const char *format, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void netdev_emerg(const struct net_device *dev, const char *format, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void netdev_alert(const struct net_device *dev, const char *format, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void netdev_crit(const struct net_device *dev, const char *format, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void netdev_err(const struct net_device *dev, const char *format, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void netdev_warn(const struct net_device *dev, const char *format, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void netdev_notice(const struct net_device *dev, const char *format, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void netdev_info(const struct net_device *dev, const char *format, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
#ifdef CONFIG_DYNAMIC_DEBUG
void __dynamic_netdev_dbg(struct _ddebug *descriptor, const struct net_device *dev, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
#endif

/* The lock of network configuration; unlocking it runs deferred work of the kernel. */
void rtnl_lock(void) SFI_BY_HAND(a lock of the kernel has no argument) SFI_KEEPS;
void rtnl_unlock(void) SFI_BY_HAND(a lock of the kernel has no argument);

/* Whether more packets follow, by CPU: read by netdev_xmit_more(). */
SFI_DATA(softnet_data);
