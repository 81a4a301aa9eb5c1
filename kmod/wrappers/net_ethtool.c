// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callbacks of ethtool that fill a buffer without being told its length, or that may change it.
 *
 * By hand: the kernel allocates what the driver's get_regs_len() or
 * get_sset_count() has just said, and passes the pointer only. What they said
 * is remembered here; asking the driver again could get a greater answer than
 * the kernel got. ethtool runs under rtnl_lock(), which guards what is here.
 */
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "wrappers/by_hand.h"

/* The last answers, of one device at a time. rtnl_lock. */
static struct {
	const struct net_device *dev;
	u32 length;
} regs, strings[ETH_SS_COUNT];

/*
 * get_sset_count() and get_regs_len(): an answer that the kernel will not use as a size is 0 here.
 */
static u32 as_size(int answer)
{
	return answer > 0 ? answer : 0;
}

int sfi_e_ethtool_ops__get_regs_len(const struct sfi_entry *e, struct net_device *dev)
{
	int (*fn)(struct net_device *) = (void *)e->fn;
	SFI_DEFINE_GATE(g);
	int ret;

	if (!sfi_gate_enter(&g, e))
		return 0;
	if (!sfi_gate_save(&g))
		ret = fn(dev);
	else
		ret = 0;
	sfi_gate_leave(&g);
	if (rtnl_is_locked()) {
		regs.dev = dev;
		regs.length = as_size(ret);
	}
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_e_ethtool_ops__get_regs_len);

void sfi_e_ethtool_ops__get_regs(const struct sfi_entry *e, struct net_device *dev,
				 struct ethtool_regs *info, void *p)
{
	void (*fn)(struct net_device *, struct ethtool_regs *, void *) = (void *)e->fn;
	size_t size = regs.dev == dev ? regs.length : 0;
	bool lent_info, lent_p;
	SFI_DEFINE_GATE(g);

	if (!sfi_gate_enter(&g, e))
		return;
	lent_info = sfi_lend(g.domain, info, sizeof(*info));
	lent_p = sfi_lend(g.domain, p, size);
	if (!sfi_gate_save(&g))
		fn(dev, info, p);
	if (lent_p)
		sfi_revoke(g.domain, p, size);
	if (lent_info)
		sfi_revoke(g.domain, info, sizeof(*info));
	sfi_gate_leave(&g);
}
EXPORT_SYMBOL_GPL(sfi_e_ethtool_ops__get_regs);

int sfi_e_ethtool_ops__get_sset_count(const struct sfi_entry *e, struct net_device *dev,
				      int stringset)
{
	int (*fn)(struct net_device *, int) = (void *)e->fn;
	SFI_DEFINE_GATE(g);
	int ret;

	if (!sfi_gate_enter(&g, e))
		return -EIO;
	if (!sfi_gate_save(&g))
		ret = fn(dev, stringset);
	else
		ret = -EIO;
	sfi_gate_leave(&g);
	if (rtnl_is_locked() && stringset >= 0 && stringset < ETH_SS_COUNT) {
		strings[stringset].dev = dev;
		strings[stringset].length = as_size(ret) * ETH_GSTRING_LEN;
	}
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_e_ethtool_ops__get_sset_count);

void sfi_e_ethtool_ops__get_strings(const struct sfi_entry *e, struct net_device *dev,
				    u32 stringset, u8 *data)
{
	void (*fn)(struct net_device *, u32, u8 *) = (void *)e->fn;
	bool known = stringset < ETH_SS_COUNT && strings[stringset].dev == dev;
	size_t size = known ? strings[stringset].length : 0;
	SFI_DEFINE_GATE(g);
	bool lent;

	if (!sfi_gate_enter(&g, e))
		return;
	lent = sfi_lend(g.domain, data, size);
	if (!sfi_gate_save(&g))
		fn(dev, stringset, data);
	if (lent)
		sfi_revoke(g.domain, data, size);
	sfi_gate_leave(&g);
}
EXPORT_SYMBOL_GPL(sfi_e_ethtool_ops__get_strings);

/* === Lengths that the driver may make smaller === */

int sfi_e_ethtool_ops__get_eeprom(const struct sfi_entry *e, struct net_device *dev,
				  struct ethtool_eeprom *eeprom, u8 *bytes)
{
	int (*fn)(struct net_device *, struct ethtool_eeprom *, u8 *) = (void *)e->fn;
	const struct ethtool_eeprom asked = *eeprom;
	bool lent_eeprom, lent_bytes;
	SFI_DEFINE_GATE(g);
	int ret;

	if (!sfi_gate_enter(&g, e))
		return -EIO;
	lent_eeprom = sfi_lend(g.domain, eeprom, sizeof(*eeprom));
	lent_bytes = sfi_lend(g.domain, bytes, asked.len);
	if (!sfi_gate_save(&g)) {
		ret = fn(dev, eeprom, bytes);
		sfi_check_that(g.domain, eeprom->len <= asked.len,
			       SFI_ARG("get_eeprom", "eeprom->len is not more than was asked for"));
	} else {
		/* The next instance is asked for as much. */
		*eeprom = asked;
		ret = -EIO;
	}
	if (lent_bytes)
		sfi_revoke(g.domain, bytes, asked.len);
	if (lent_eeprom)
		sfi_revoke(g.domain, eeprom, sizeof(*eeprom));
	eeprom->len = min(READ_ONCE(eeprom->len), asked.len);
	eeprom->offset = asked.offset;
	sfi_gate_leave(&g);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_e_ethtool_ops__get_eeprom);

void sfi_e_ethtool_ops__self_test(const struct sfi_entry *e, struct net_device *dev,
				  struct ethtool_test *test, u64 *data)
{
	void (*fn)(struct net_device *, struct ethtool_test *, u64 *) = (void *)e->fn;
	const struct ethtool_test asked = *test;
	const u32 len = asked.len;
	bool lent_test, lent_data;
	SFI_DEFINE_GATE(g);

	if (!sfi_gate_enter(&g, e))
		return;
	lent_test = sfi_lend(g.domain, test, sizeof(*test));
	lent_data = sfi_lend(g.domain, data, len * sizeof(*data));
	if (!sfi_gate_save(&g)) {
		fn(dev, test, data);
		sfi_check_that(g.domain, test->len <= len,
			       SFI_ARG("self_test", "test->len is not more than was asked for"));
	} else {
		*test = asked;
	}
	if (lent_data)
		sfi_revoke(g.domain, data, len * sizeof(*data));
	if (lent_test)
		sfi_revoke(g.domain, test, sizeof(*test));
	test->len = min(READ_ONCE(test->len), len);
	sfi_gate_leave(&g);
}
EXPORT_SYMBOL_GPL(sfi_e_ethtool_ops__self_test);
