// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device memory and ports.
 *
 * By hand: what may be mapped or addressed are the windows of the devices that
 * are bound to the driver. They are kept in a list of our own, which takes no
 * lock to look at: ports are addressed in interrupts, too, and the kernel's list
 * of devices has a lock that others hold with interrupts on.
 */
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "wrappers/by_hand.h"

struct bound {
	struct list_head link;
	struct rcu_head rcu;
	struct sfi_domain *d;
	const struct pci_dev *pdev; /* only compared */
	struct resource windows[PCI_STD_NUM_BARS];
};

static LIST_HEAD(all_bound); /* written under bound_lock */
static DEFINE_SPINLOCK(bound_lock);

void sfi_pci_bound(struct sfi_domain *d, struct pci_dev *pdev);
void sfi_pci_unbound(struct sfi_domain *d, struct pci_dev *pdev);

/* PDEV becomes D's: called before probe(), where it may sleep. */
void sfi_pci_bound(struct sfi_domain *d, struct pci_dev *pdev)
{
	struct bound *b = kzalloc(sizeof(*b), GFP_KERNEL | __GFP_NOFAIL);
	unsigned long flags;

	b->d = d;
	b->pdev = pdev;
	memcpy(b->windows, pdev->resource, sizeof(b->windows));
	spin_lock_irqsave(&bound_lock, flags);
	list_add_rcu(&b->link, &all_bound);
	spin_unlock_irqrestore(&bound_lock, flags);
}

void sfi_pci_unbound(struct sfi_domain *d, struct pci_dev *pdev)
{
	unsigned long flags;
	struct bound *b;

	spin_lock_irqsave(&bound_lock, flags);
	list_for_each_entry(b, &all_bound, link) {
		if (b->d != d || b->pdev != pdev)
			continue;
		list_del_rcu(&b->link);
		kfree_rcu(b, rcu);
		break;
	}
	spin_unlock_irqrestore(&bound_lock, flags);
}

static bool in_window(const struct bound *b, u64 start, u64 last, unsigned long type)
{
	const struct resource *w;

	for (w = b->windows; w < b->windows + PCI_STD_NUM_BARS; w++)
		if ((w->flags & type) && w->end && start >= w->start && last <= w->end)
			return true;
	return false;
}

bool sfi_pci_window(struct sfi_domain *d, u64 start, u64 size, unsigned long resource_type)
{
	const struct bound *b;
	bool found = false;

	if (!size || start + size - 1 < start)
		return false;
	rcu_read_lock();
	list_for_each_entry_rcu(b, &all_bound, link)
		found |= b->d == d && in_window(b, start, start + size - 1, resource_type);
	rcu_read_unlock();
	return found;
}

static void release_mapping(void *addr, const u64 args[4])
{
	iounmap((void __iomem *)addr);
}

void __iomem *sfi_w_ioremap(struct sfi_self *self, resource_size_t offset, unsigned long size)
{
	struct sfi_domain *d = sfi_import_enter(self);
	void __iomem *ret;

	SFI_CHECK_SLEEPS(d, "ioremap");
	sfi_check_that(d, sfi_pci_window(d, offset, size, IORESOURCE_MEM),
		       SFI_ARG("ioremap", "the range is of a device of the driver"));
	ret = ioremap(offset, size);
	if (ret)
		sfi_acquire(d, &sfi_type_iomem, (void __force *)ret, size, release_mapping, 0, 0, 0,
			    0);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_ioremap);

void __iomem *sfi_w_ioremap_wc(struct sfi_self *self, resource_size_t offset, unsigned long size)
{
	struct sfi_domain *d = sfi_import_enter(self);
	void __iomem *ret;

	SFI_CHECK_SLEEPS(d, "ioremap_wc");
	sfi_check_that(d, sfi_pci_window(d, offset, size, IORESOURCE_MEM),
		       SFI_ARG("ioremap_wc", "the range is of a device of the driver"));
	ret = ioremap_wc(offset, size);
	if (ret)
		sfi_acquire(d, &sfi_type_iomem, (void __force *)ret, size, release_mapping, 0, 0, 0,
			    0);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_ioremap_wc);

#define PORT_OUT(function, type)                                                         \
	void sfi_w_##function(struct sfi_self *self, type value, u16 port)               \
	{                                                                                \
		struct sfi_domain *d = sfi_import_enter(self);                           \
	\
		sfi_check_that(d, sfi_pci_window(d, port, sizeof(value), IORESOURCE_IO), \
			       SFI_ARG(#function, "port is of a device of the driver")); \
		function(value, port);                                                   \
		sfi_import_leave(d);                                                     \
	}                                                                                \
	EXPORT_SYMBOL_GPL(sfi_w_##function)

#define PORT_IN(function, type)                                                          \
	type sfi_w_##function(struct sfi_self *self, u16 port)                           \
	{                                                                                \
		struct sfi_domain *d = sfi_import_enter(self);                           \
		type ret;                                                                \
	\
		sfi_check_that(d, sfi_pci_window(d, port, sizeof(ret), IORESOURCE_IO),   \
			       SFI_ARG(#function, "port is of a device of the driver")); \
		ret = function(port);                                                    \
		sfi_import_leave(d);                                                     \
		return ret;                                                              \
	}                                                                                \
	EXPORT_SYMBOL_GPL(sfi_w_##function)

PORT_OUT(__outb, unsigned char);
PORT_OUT(__outw, unsigned short);
PORT_OUT(__outl, unsigned int);
PORT_IN(__inb, unsigned char);
PORT_IN(__inw, unsigned short);
PORT_IN(__inl, unsigned int);
