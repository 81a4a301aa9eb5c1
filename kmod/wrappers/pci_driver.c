// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI drivers, and enabling their devices.
 *
 * By hand: registering leaves the kernel's own bus in the driver's structure, for which no
 * annotation has a word. A driver that registers the structure once more would bring a table that
 * is not its own. Registering probes its devices one after another, whatever it or the user asks for:
 * what is kept of a failed driver is told apart by whose probe runs. And recovery turns line interrupts off, which the kernel turns on again for a
 * device that is off, and only counts where somebody else (sysfs) has it enabled.
 */
#include <linux/module.h>
#include <linux/pci.h>

#include "wrappers/by_hand.h"

int sfi_w___pci_register_driver(struct sfi_self *self, struct pci_driver *drv, struct module *owner,
				const char *mod_name)
{
	const struct sfi_arg *arg = SFI_ARG("__pci_register_driver", "drv");
	struct sfi_domain *d = sfi_import_enter(self);
	int ret;

	SFI_CHECK_SLEEPS(d, "__pci_register_driver");
	sfi_check_module(d, owner, SFI_ARG("__pci_register_driver", "owner"));
	sfi_check_that(d, !mod_name || sfi_string_readable(mod_name, MODULE_NAME_LEN),
		       SFI_ARG("__pci_register_driver", "mod_name"));
	sfi_check_writable(d, drv, sizeof(*drv), arg);
	sfi_check_that(d, sfi_type_pci_driver.sound(drv), arg);
	sfi_check_callbacks_pci_driver(d, drv, arg);
	/* What it has written since: from here on it cannot. */
	sfi_embed(d, &sfi_type_pci_driver, drv, sizeof(*drv), arg);
	sfi_check_callbacks_pci_driver(d, drv, arg);
	drv->driver.probe_type = PROBE_FORCE_SYNCHRONOUS;
	ret = __pci_register_driver(drv, owner, mod_name);
	if (ret)
		sfi_unembed(d, &sfi_type_pci_driver, drv, sizeof(*drv), arg);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w___pci_register_driver);

void sfi_w_pci_unregister_driver(struct sfi_self *self, struct pci_driver *dev)
{
	struct sfi_domain *d = sfi_import_enter(self);

	SFI_CHECK_SLEEPS(d, "pci_unregister_driver");
	sfi_check_owned(d, dev, SFI_T_pci_driver, SFI_ARG("pci_unregister_driver", "dev"));
	pci_unregister_driver(dev);
	dev->driver.bus = NULL;
	sfi_unembed(d, &sfi_type_pci_driver, dev, sizeof(*dev),
		    SFI_ARG("pci_unregister_driver", "dev"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_pci_unregister_driver);

static void release_enabled(void *dev, const u64 args[4])
{
	pci_disable_device(dev);
}

static int enable(struct sfi_self *self, struct pci_dev *dev, int (*fn)(struct pci_dev *dev),
		  const struct sfi_arg *sleeps, const struct sfi_arg *arg)
{
	struct sfi_domain *d = sfi_import_enter(self);
	int ret;

	sfi_check_sleeps(d, sleeps);
	sfi_check_owned(d, dev, SFI_T_pci_dev, arg);
	ret = fn(dev);
	if (!ret) {
		if (dev->pin && !pci_dev_msi_enabled(dev))
			pci_intx(dev, 1);
		sfi_acquire(d, &sfi_type_pci_enabled, dev, 0, release_enabled, 0, 0, 0, 0);
	}
	sfi_import_leave(d);
	return ret;
}

int sfi_w_pci_enable_device(struct sfi_self *self, struct pci_dev *dev)
{
	return enable(self, dev, pci_enable_device, SFI_SLEEPS_ARG("pci_enable_device"),
		      SFI_ARG("pci_enable_device", "dev"));
}
EXPORT_SYMBOL_GPL(sfi_w_pci_enable_device);

int sfi_w_pci_enable_device_mem(struct sfi_self *self, struct pci_dev *dev)
{
	return enable(self, dev, pci_enable_device_mem, SFI_SLEEPS_ARG("pci_enable_device_mem"),
		      SFI_ARG("pci_enable_device_mem", "dev"));
}
EXPORT_SYMBOL_GPL(sfi_w_pci_enable_device_mem);
