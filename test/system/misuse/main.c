// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver around the misuses: a PCI device (QEMU's edu), an interface that
 * sends nothing, and /dev/misuse, where the name of a misuse is written.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#include "misuse.h"

struct pci_dev *card;
struct net_device *interface;

/* Set by a misuse, done by a later call of the kernel. */
static bool long_regs, long_strings, long_read, other_lock, register_in_open, deregister_in_open;

/* === The interface === */

static netdev_tx_t misuse_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb_any(skb);
#ifdef NETIF_F_LLTX
	if (other_lock)
		dev->features ^= NETIF_F_LLTX;
#endif
	return NETDEV_TX_OK;
}

static const struct net_device_ops misuse_netdev_ops = {
	.ndo_start_xmit = misuse_xmit,
};

#define REGS 16
#define STRINGS 2

static int misuse_regs_len(struct net_device *dev)
{
	return REGS;
}

static void misuse_regs(struct net_device *dev, struct ethtool_regs *info, void *buffer)
{
	u32 i, size = long_regs ? REGS + 8 : REGS;

	for (i = 0; i < size; i += 8)
		WRITE_ONCE(*(u64 *)(buffer + i), i);
}

static int misuse_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? STRINGS : -EOPNOTSUPP;
}

static void misuse_strings(struct net_device *dev, u32 set, u8 *buffer)
{
	u32 i, size = (long_strings ? STRINGS + 1 : STRINGS) * ETH_GSTRING_LEN;

	for (i = 0; i < size; i += 8)
		WRITE_ONCE(*(u64 *)(buffer + i), 0x6161616161616161);
}

static void misuse_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *values)
{
}

static const struct ethtool_ops misuse_ethtool_ops = {
	.get_regs_len = misuse_regs_len,
	.get_regs = misuse_regs,
	.get_sset_count = misuse_sset_count,
	.get_strings = misuse_strings,
	.get_ethtool_stats = misuse_stats,
};

/* === The device file === */

/* By "ethtool -d", whose buffer is as long as what misuse_regs_len() has said. */
MISUSE(regs_too_long, "wild store of size 8 at .* by misuse_regs")
{
	long_regs = true;
}

/* By "ethtool -S". */
MISUSE(strings_too_long, "wild store of size 8 at .* by misuse_strings")
{
	long_strings = true;
}

/* By a packet: the queue would stay locked. */
MISUSE(sent_with_other_lock, "argument dev is locked as before of ndo_start_xmit: does not meet")
{
	other_lock = true;
}

/* By reading /dev/misuse. */
MISUSE(read_too_long, "result [0-9]+ of file_operations__read")
{
	long_read = true;
}

/* By opening /dev/misuse: the kernel would wait for the lock under which it does that. */
MISUSE(registered_in_open, "argument .*file_operations__open.* of misc_register: does not meet")
{
	register_in_open = true;
}

MISUSE(deregistered_in_open, "argument .*file_operations__open.* of misc_deregister: does not meet")
{
	deregister_in_open = true;
}

static const struct misuse own_misuses[] = {
	ROW(regs_too_long),
	ROW(strings_too_long),
	ROW(read_too_long),
	ROW(sent_with_other_lock),
	ROW(registered_in_open),
	ROW(deregistered_in_open),
	{},
};

static const struct misuse *const all_misuses[] = {
	own_misuses,	  packet_misuses, memory_misuses, mapping_misuses,
	callback_misuses, lock_misuses,	  file_misuses,
};

static const struct misuse *find(const char *name)
{
	const struct misuse *misuse;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(all_misuses); i++)
		for (misuse = all_misuses[i]; misuse->name; misuse++)
			if (!strcmp(misuse->name, name))
				return misuse;
	return NULL;
}

static struct miscdevice second_device = { .minor = MISC_DYNAMIC_MINOR, .name = "misuse-second" };
static struct miscdevice misuse_device;

static int misuse_open(struct inode *inode, struct file *file)
{
	if (deregister_in_open)
		misc_deregister(&misuse_device);
	return register_in_open ? misc_register(&second_device) : 0;
}

static ssize_t misuse_read(struct file *file, char __user *buffer, size_t count, loff_t *position)
{
	return long_read ? count + 1 : 0;
}

static ssize_t misuse_write(struct file *file, const char __user *buffer, size_t count,
			    loff_t *position)
{
	const struct misuse *misuse;
	char name[32] = "";

	if (!count || count >= sizeof(name))
		return -EINVAL;
	if (copy_from_user(name, buffer, count))
		return -EFAULT;
	if (name[count - 1] == '\n')
		name[count - 1] = 0;
	misuse = find(name);
	if (!misuse)
		return -ENOENT;
	misuse->run();
	return count;
}

static const struct file_operations misuse_fops = {
	.owner = THIS_MODULE,
	.open = misuse_open,
	.read = misuse_read,
	.write = misuse_write,
};

static struct miscdevice misuse_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "misuse",
	.fops = &misuse_fops,
};

/* === The device === */

static irqreturn_t misuse_irq(int irq, void *cookie)
{
	return IRQ_NONE;
}

/* The kernel shows the name after this has returned. */
static int ask_for(struct pci_dev *pdev)
{
	char name[] = "misuse-name";
	int ret = pci_enable_device(pdev);

	if (ret)
		return ret;
	ret = pci_request_regions(pdev, name);
	if (ret)
		goto disable;
	ret = request_irq(pdev->irq, misuse_irq, IRQF_SHARED, name, pdev);
	if (ret)
		goto release;
	memset(name, '!', sizeof(name));
	return 0;

release:
	pci_release_regions(pdev);
disable:
	pci_disable_device(pdev);
	return ret;
}

static void give_up(struct pci_dev *pdev)
{
	free_irq(pdev->irq, pdev);
	pci_release_regions(pdev);
	pci_disable_device(pdev);
}

static int misuse_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret = ask_for(pdev);

	if (ret)
		return ret;
	interface = alloc_etherdev(0);
	if (!interface) {
		give_up(pdev);
		return -ENOMEM;
	}
	interface->netdev_ops = &misuse_netdev_ops;
	interface->ethtool_ops = &misuse_ethtool_ops;
	SET_NETDEV_DEV(interface, &pdev->dev);
	eth_hw_addr_random(interface);
	card = pdev;
	ret = register_netdev(interface);
	if (!ret)
		ret = misc_register(&misuse_device);
	return ret;
}

static void misuse_remove(struct pci_dev *pdev)
{
	misc_deregister(&misuse_device);
	unregister_netdev(interface);
	free_netdev(interface);
	give_up(pdev);
}

static const struct pci_device_id misuse_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
MODULE_DEVICE_TABLE(pci, misuse_ids);

static struct pci_driver misuse_driver = {
	.name = "misuse",
	.id_table = misuse_ids,
	.probe = misuse_probe,
	.remove = misuse_remove,
};

static int __init misuse_init(void)
{
	return pci_register_driver(&misuse_driver);
}

static void __exit misuse_exit(void)
{
	pci_unregister_driver(&misuse_driver);
}

module_init(misuse_init);
module_exit(misuse_exit);
MODULE_DESCRIPTION("Passes wrong things to the kernel");
MODULE_LICENSE("GPL");
