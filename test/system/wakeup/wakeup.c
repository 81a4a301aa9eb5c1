// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's cards have no power management, so that no driver offers to wake the
 * machine by one. This module says that they can: for drivers that are loaded after it.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm_wakeup.h>

static int __init wakeup_init(void)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pci_get_class(PCI_CLASS_NETWORK_ETHERNET << 8, pdev)) != NULL)
		device_set_wakeup_capable(&pdev->dev, true);
	return 0;
}

static void __exit wakeup_exit(void)
{
}

module_init(wakeup_init);
module_exit(wakeup_exit);
MODULE_DESCRIPTION("Lets network cards wake the machine");
MODULE_LICENSE("GPL");
