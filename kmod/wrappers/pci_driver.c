// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI drivers.
 *
 * By hand: registering leaves the kernel's own bus in the driver's structure, for which no
 * annotation has a word. A driver that registers the structure once more would bring a table that
 * is not its own.
 */
#include <linux/pci.h>

#include "wrappers/by_hand.h"

void sfi_w_pci_unregister_driver(struct sfi_self *self, struct pci_driver *dev)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, dev, SFI_T_pci_driver, SFI_ARG("pci_unregister_driver", "dev"));
	pci_unregister_driver(dev);
	dev->driver.bus = NULL;
	sfi_unembed(d, &sfi_type_pci_driver, dev, sizeof(*dev),
		    SFI_ARG("pci_unregister_driver", "dev"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_pci_unregister_driver);
