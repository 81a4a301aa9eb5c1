// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device memory and ports.
 *
 * By hand: what may be mapped or addressed are the windows of the devices that
 * are bound to the driver, and these have to be looked for.
 */
#include <linux/io.h>
#include <linux/pci.h>

#include "wrappers/by_hand.h"

static bool in_window(struct pci_dev *pdev, u64 start, u64 last, unsigned long type)
{
	int i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++)
		if ((pci_resource_flags(pdev, i) & type) && pci_resource_len(pdev, i) &&
		    start >= pci_resource_start(pdev, i) && last <= pci_resource_end(pdev, i))
			return true;
	return false;
}

bool sfi_pci_window(struct sfi_domain *d, u64 start, u64 size, unsigned long resource_type)
{
	struct pci_dev *pdev = NULL;

	if (!size || start + size - 1 < start)
		return false;
	for_each_pci_dev(pdev) {
		if (sfi_is(d, pdev, SFI_T_pci_dev) &&
		    in_window(pdev, start, start + size - 1, resource_type)) {
			pci_dev_put(pdev);
			return true;
		}
	}
	return false;
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
