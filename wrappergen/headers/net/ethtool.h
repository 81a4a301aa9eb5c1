/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/ethtool.h>: what a driver answers to ethtool. The structures are the kernel's, lent for the call; the
 * length of a buffer is taken from the kernel's own copy, never asked of the driver twice (net_ethtool.c).
 */
#include <linux/ethtool.h>
#include <linux/version.h>
#include <sfi/annotate.h>

void SFI_CB(ethtool_ops, get_drvinfo)(struct net_device *dev, struct ethtool_drvinfo *info SFI_LENDS(sizeof(*info)));
int SFI_CB(ethtool_ops, get_regs_len)(struct net_device *dev) SFI_BY_HAND(the length is remembered for get_regs) SFI_ON_FAILURE(0);
void SFI_CB(ethtool_ops, get_regs)(struct net_device *dev, struct ethtool_regs *regs, void *p) SFI_BY_HAND(the length of the buffer is what get_regs_len said last);
void SFI_CB(ethtool_ops, get_wol)(struct net_device *dev, struct ethtool_wolinfo *wol SFI_LENDS(sizeof(*wol)));
int SFI_CB(ethtool_ops, set_wol)(struct net_device *dev, struct ethtool_wolinfo *wol) SFI_ON_FAILURE(-EIO);
u32 SFI_CB(ethtool_ops, get_msglevel)(struct net_device *dev) SFI_ON_FAILURE(0);
void SFI_CB(ethtool_ops, set_msglevel)(struct net_device *dev, u32 level);
int SFI_CB(ethtool_ops, nway_reset)(struct net_device *dev) SFI_ON_FAILURE(-EIO);
u32 SFI_CB(ethtool_ops, get_link)(struct net_device *dev) SFI_ON_FAILURE(0);
int SFI_CB(ethtool_ops, get_eeprom_len)(struct net_device *dev) SFI_ON_FAILURE(0);
int SFI_CB(ethtool_ops, get_eeprom)(struct net_device *dev, struct ethtool_eeprom *eeprom, u8 *bytes) SFI_BY_HAND(the kernel copies by the length that it reads again) SFI_ON_FAILURE(-EIO);
int SFI_CB(ethtool_ops, set_eeprom)(struct net_device *dev, struct ethtool_eeprom *eeprom, u8 *bytes SFI_LENDS(eeprom->len)) SFI_ON_FAILURE(-EIO);
int SFI_CB(ethtool_ops, get_coalesce)(struct net_device *dev, struct ethtool_coalesce *ec SFI_LENDS(sizeof(*ec)), struct kernel_ethtool_coalesce *kernel_coal SFI_LENDS(sizeof(*kernel_coal)), struct netlink_ext_ack *extack) SFI_ON_FAILURE(-EIO);
int SFI_CB(ethtool_ops, set_coalesce)(struct net_device *dev, struct ethtool_coalesce *ec, struct kernel_ethtool_coalesce *kernel_coal, struct netlink_ext_ack *extack) SFI_ON_FAILURE(-EIO);
void SFI_CB(ethtool_ops, get_ringparam)(struct net_device *dev, struct ethtool_ringparam *ring SFI_LENDS(sizeof(*ring)), struct kernel_ethtool_ringparam *kernel_ring SFI_LENDS(sizeof(*kernel_ring)), struct netlink_ext_ack *extack);
int SFI_CB(ethtool_ops, set_ringparam)(struct net_device *dev, struct ethtool_ringparam *ring, struct kernel_ethtool_ringparam *kernel_ring, struct netlink_ext_ack *extack) SFI_ON_FAILURE(-EIO);
void SFI_CB(ethtool_ops, get_pauseparam)(struct net_device *dev, struct ethtool_pauseparam *pause SFI_LENDS(sizeof(*pause)));
int SFI_CB(ethtool_ops, set_pauseparam)(struct net_device *dev, struct ethtool_pauseparam *pause) SFI_ON_FAILURE(-EIO);
void SFI_CB(ethtool_ops, self_test)(struct net_device *dev, struct ethtool_test *test, u64 *data) SFI_BY_HAND(the kernel copies by the length that it reads again);
void SFI_CB(ethtool_ops, get_strings)(struct net_device *dev, u32 stringset, u8 *data) SFI_BY_HAND(the length of the buffer is what get_sset_count said last);
int SFI_CB(ethtool_ops, set_phys_id)(struct net_device *dev, enum ethtool_phys_id_state state) SFI_ON_FAILURE(-EIO);
void SFI_CB(ethtool_ops, get_ethtool_stats)(struct net_device *dev, struct ethtool_stats *stats, u64 *data SFI_LENDS(stats->n_stats * sizeof(*data)));
int SFI_CB(ethtool_ops, begin)(struct net_device *dev) SFI_ON_FAILURE(-EIO);
void SFI_CB(ethtool_ops, complete)(struct net_device *dev);
int SFI_CB(ethtool_ops, get_sset_count)(struct net_device *dev, int stringset) SFI_BY_HAND(the count is remembered for get_strings) SFI_ON_FAILURE(-EIO);
int SFI_CB(ethtool_ops, get_link_ksettings)(struct net_device *dev, struct ethtool_link_ksettings *cmd SFI_LENDS(sizeof(*cmd))) SFI_ON_FAILURE(-EIO);
int SFI_CB(ethtool_ops, set_link_ksettings)(struct net_device *dev, const struct ethtool_link_ksettings *cmd) SFI_ON_FAILURE(-EIO);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
int ethtool_op_get_ts_info(struct net_device *dev, struct kernel_ethtool_ts_info *info) SFI_ADDRESSABLE(ethtool_ops.get_ts_info);
#else
int ethtool_op_get_ts_info(struct net_device *dev, struct ethtool_ts_info *info) SFI_ADDRESSABLE(ethtool_ops.get_ts_info);
#endif
u32 ethtool_op_get_link(struct net_device *dev) SFI_ADDRESSABLE(ethtool_ops.get_link);
void ethtool_convert_legacy_u32_to_link_mode(unsigned long *dst SFI_WRITES(BITS_TO_LONGS(__ETHTOOL_LINK_MODE_MASK_NBITS) * sizeof(*dst)), u32 legacy_u32) SFI_KEEPS;
bool ethtool_convert_link_mode_to_legacy_u32(u32 *legacy_u32 SFI_WRITES(sizeof(*legacy_u32)), const unsigned long *src SFI_READS(BITS_TO_LONGS(__ETHTOOL_LINK_MODE_MASK_NBITS) * sizeof(*src))) SFI_KEEPS;
