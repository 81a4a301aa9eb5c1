// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bus mastering, and coherent memory for DMA.
 *
 * By hand: a device that was running when its driver failed has its bus
 * mastering off and goes on where it was, with the old rings, the moment that
 * it is on again; but that memory is freed by then. Drivers turn it on first of
 * all, and reset the device later. So for a driver that is being restarted it is
 * turned on only when it asks for memory for DMA: no driver does that before
 * the device is in a state to be given any.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "wrappers/by_hand.h"

/* Devices that are to have bus mastering once their driver asks for memory for DMA. Only compared. */
#define HELD 64
static const struct pci_dev *held[HELD]; /* held_lock */
static DEFINE_SPINLOCK(held_lock);
static unsigned int nr_held; /* held_lock; read without */

/* False: there is no more room. */
static bool hold(const struct pci_dev *dev)
{
	const struct pci_dev **free = NULL;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&held_lock, flags);
	for (i = 0; i < HELD; i++) {
		if (!held[i] || held[i] == dev)
			free = &held[i];
		if (held[i] == dev)
			break;
	}
	if (free && !*free) {
		*free = dev;
		WRITE_ONCE(nr_held, nr_held + 1);
	}
	spin_unlock_irqrestore(&held_lock, flags);
	return free;
}

/* True if DEV was held. */
static bool let(const struct pci_dev *dev)
{
	unsigned long flags;
	bool was = false;
	unsigned int i;

	spin_lock_irqsave(&held_lock, flags);
	for (i = 0; i < HELD; i++) {
		if (held[i] != dev)
			continue;
		held[i] = NULL;
		WRITE_ONCE(nr_held, nr_held - 1);
		was = true;
	}
	spin_unlock_irqrestore(&held_lock, flags);
	return was;
}

void sfi_pci_dma_begins(struct device *dev)
{
	if (unlikely(READ_ONCE(nr_held)) && dev_is_pci(dev) && let(to_pci_dev(dev)))
		pci_set_master(to_pci_dev(dev));
}

/* Init runs once more: the module itself was loaded before. */
static bool restarting(const struct sfi_domain *d)
{
	return sfi_domain_state(d) == SFI_LOADING && d->module->state == MODULE_STATE_LIVE;
}

void sfi_w_pci_set_master(struct sfi_self *self, struct pci_dev *dev)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, dev, SFI_T_pci_dev, SFI_ARG("pci_set_master", "dev"));
	if (!restarting(d) || !hold(dev))
		pci_set_master(dev);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_pci_set_master);

void sfi_w_pci_clear_master(struct sfi_self *self, struct pci_dev *dev)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, dev, SFI_T_pci_dev, SFI_ARG("pci_clear_master", "dev"));
	let(dev);
	pci_clear_master(dev);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_pci_clear_master);

static void release_coherent(void *obj, const u64 args[4])
{
	dma_free_attrs((struct device *)args[0], args[1], obj, args[2], args[3]);
}

void *sfi_w_dma_alloc_attrs(struct sfi_self *self, struct device *dev, size_t size,
			    dma_addr_t *dma_handle, gfp_t flag, unsigned long attrs)
{
	struct sfi_domain *d = sfi_import_enter(self);
	void *ret;

	sfi_check_owned(d, dev, SFI_T_device, SFI_ARG("dma_alloc_attrs", "dev"));
	sfi_check_writable(d, dma_handle, sizeof(*dma_handle),
			   SFI_ARG("dma_alloc_attrs", "dma_handle"));
	sfi_check_that(d, size && !(attrs & DMA_ATTR_NO_KERNEL_MAPPING),
		       SFI_ARG("dma_alloc_attrs", "size && !(attrs & DMA_ATTR_NO_KERNEL_MAPPING)"));
	sfi_check_gfp(d, flag, SFI_ARG("dma_alloc_attrs", "flag is right here"));
	sfi_pci_dma_begins(dev);
	ret = dma_alloc_attrs(dev, size, dma_handle, flag, attrs);
	if (ret)
		sfi_acquire(d, &sfi_type_dma_coherent, ret, size, release_coherent, (u64)dev, size,
			    *dma_handle, attrs);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_dma_alloc_attrs);

/* With the size and the address that it came with. */
void sfi_w_dma_free_attrs(struct sfi_self *self, struct device *dev, size_t size, void *cpu_addr,
			  dma_addr_t dma_handle, unsigned long attrs)
{
	struct sfi_domain *d = sfi_import_enter(self);
	const u64 args[4] = { (u64)dev, size, dma_handle, attrs };

	sfi_check_owned(d, dev, SFI_T_device, SFI_ARG("dma_free_attrs", "dev"));
	if (cpu_addr) {
		/* What was mapped for it is unmapped: a BUG() in an interrupt. */
		sfi_check_that(d, !is_vmalloc_addr(cpu_addr) || !in_interrupt(),
			       SFI_ARG("dma_free_attrs", "not in an interrupt"));
		sfi_release_args(d, &sfi_type_dma_coherent, cpu_addr, args, 15,
				 SFI_ARG("dma_free_attrs", "cpu_addr"));
		dma_free_attrs(dev, size, cpu_addr, dma_handle, attrs);
	}
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_dma_free_attrs);
