/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/pci.h>: PCI drivers and their devices.
 *
 * A device is the domain's from a probe() that succeeded until remove() returns. The driver structure is an object
 * while it is registered, its callbacks checked one by one; it must not bring sysfs attributes.
 */
#include <linux/pci.h>
#include <linux/version.h>
#include <sfi/annotate.h>

SFI_TYPE(pci_dev, hot, none);
SFI_PART(pci_dev, dev);
SFI_RIGHTS_BY_HAND(pci_dev, none, sfi_pci_bound, sfi_pci_unbound);
SFI_TYPE(pci_driver, ordered, pci_unregister_driver);
SFI_EMBEDDED(pci_driver, obj->name && !obj->groups && !obj->dev_groups && !obj->driver.probe && !obj->driver.remove && !obj->driver.shutdown && !obj->driver.suspend && !obj->driver.resume && !obj->driver.sync_state && !obj->driver.coredump, true);
SFI_TYPE_ABSTRACT(pci_enabled, ordered, none);
SFI_TYPE_ABSTRACT(pci_regions, ordered, none);

int SFI_CB(pci_driver, probe)(struct pci_dev *dev SFI_BINDS, const struct pci_device_id *id) SFI_ON_FAILURE(-EIO);
void SFI_CB(pci_driver, remove)(struct pci_dev *dev SFI_UNBINDS);
int SFI_CB(pci_driver, suspend)(struct pci_dev *dev, pm_message_t state) SFI_ON_FAILURE(0);
int SFI_CB(pci_driver, resume)(struct pci_dev *dev) SFI_ON_FAILURE(0);
void SFI_CB(pci_driver, shutdown)(struct pci_dev *dev);
SFI_TABLE(pci_driver, err_handler);

pci_ers_result_t SFI_CB(pci_error_handlers, error_detected)(struct pci_dev *dev, pci_channel_state_t error) SFI_ON_FAILURE(PCI_ERS_RESULT_DISCONNECT);
pci_ers_result_t SFI_CB(pci_error_handlers, mmio_enabled)(struct pci_dev *dev) SFI_ON_FAILURE(PCI_ERS_RESULT_DISCONNECT);
pci_ers_result_t SFI_CB(pci_error_handlers, slot_reset)(struct pci_dev *dev) SFI_ON_FAILURE(PCI_ERS_RESULT_DISCONNECT);
void SFI_CB(pci_error_handlers, reset_prepare)(struct pci_dev *dev);
void SFI_CB(pci_error_handlers, reset_done)(struct pci_dev *dev);
void SFI_CB(pci_error_handlers, resume)(struct pci_dev *dev);

int __pci_register_driver(struct pci_driver *drv, struct module *owner, const char *mod_name) SFI_BY_HAND(its devices are to be probed one after another);
void pci_unregister_driver(struct pci_driver *dev) SFI_BY_HAND(it forgets the bus that the kernel has set);

int pci_enable_device(struct pci_dev *dev) SFI_BY_HAND(turns line interrupts on though somebody else has it enabled) SFI_KEEPS;
int pci_enable_device_mem(struct pci_dev *dev) SFI_BY_HAND(as pci_enable_device) SFI_KEEPS;
void pci_disable_device(struct pci_dev *dev SFI_OWNED) SFI_RELEASES(pci_enabled, dev) SFI_SLEEPS SFI_KEEPS;
int pci_request_selected_regions(struct pci_dev *pdev, int bars, const char *res_name) SFI_BY_HAND(its name is to outlive the driver) SFI_KEEPS;
void pci_release_selected_regions(struct pci_dev *pdev, int bars) SFI_BY_HAND(as they were requested) SFI_KEEPS;
int pci_request_regions(struct pci_dev *pdev, const char *res_name) SFI_BY_HAND(its name is to outlive the driver) SFI_KEEPS;
void pci_release_regions(struct pci_dev *pdev) SFI_BY_HAND(as they were requested) SFI_KEEPS;
int pci_select_bars(struct pci_dev *dev SFI_OWNED, unsigned long flags) SFI_KEEPS;
void pci_set_master(struct pci_dev *dev) SFI_BY_HAND(what the last instance has set up must not go on) SFI_KEEPS;
void pci_clear_master(struct pci_dev *dev) SFI_BY_HAND(the counterpart) SFI_KEEPS;
int pci_set_mwi(struct pci_dev *dev SFI_OWNED) SFI_KEEPS;
int pci_try_set_mwi(struct pci_dev *dev SFI_OWNED) SFI_KEEPS;
void pci_clear_mwi(struct pci_dev *dev SFI_OWNED) SFI_KEEPS;
void pci_intx(struct pci_dev *dev SFI_OWNED, int enable) SFI_KEEPS;
int pcix_get_mmrbc(struct pci_dev *dev SFI_OWNED) SFI_KEEPS;
int pcix_set_mmrbc(struct pci_dev *dev SFI_OWNED, int mmrbc) SFI_KEEPS;
int pci_save_state(struct pci_dev *dev SFI_OWNED) SFI_SLEEPS SFI_KEEPS;
void pci_restore_state(struct pci_dev *dev SFI_OWNED) SFI_SLEEPS SFI_KEEPS;
int pci_set_power_state(struct pci_dev *dev SFI_OWNED, pci_power_t state) SFI_SLEEPS SFI_KEEPS;
int pci_enable_wake(struct pci_dev *dev SFI_OWNED, pci_power_t state, bool enable) SFI_SLEEPS SFI_KEEPS;
int pci_wake_from_d3(struct pci_dev *dev SFI_OWNED, bool enable) SFI_SLEEPS SFI_KEEPS;
u8 pci_find_capability(struct pci_dev *dev SFI_OWNED, int cap) SFI_KEEPS;
int pci_read_config_byte(const struct pci_dev *dev SFI_OWNED, int where, u8 *val SFI_WRITES(sizeof(*val))) SFI_KEEPS;
int pci_read_config_word(const struct pci_dev *dev SFI_OWNED, int where, u16 *val SFI_WRITES(sizeof(*val))) SFI_KEEPS;
int pci_read_config_dword(const struct pci_dev *dev SFI_OWNED, int where, u32 *val SFI_WRITES(sizeof(*val))) SFI_KEEPS;
/* Where the device's windows lie is for the kernel to say. */
int pci_write_config_byte(const struct pci_dev *dev SFI_OWNED, int where, u8 val) SFI_REQUIRES(where >= 0 && (where < PCI_BASE_ADDRESS_0 || where > PCI_ROM_ADDRESS + 3)) SFI_KEEPS;
int pci_write_config_word(const struct pci_dev *dev SFI_OWNED, int where, u16 val) SFI_REQUIRES(where >= 0 && (where < PCI_BASE_ADDRESS_0 || where > PCI_ROM_ADDRESS + 3)) SFI_KEEPS;
int pci_write_config_dword(const struct pci_dev *dev SFI_OWNED, int where, u32 val) SFI_REQUIRES(where >= 0 && (where < PCI_BASE_ADDRESS_0 || where > PCI_ROM_ADDRESS + 3)) SFI_KEEPS;

void __iomem *pci_ioremap_bar(struct pci_dev *pdev SFI_OWNED, int bar) SFI_REQUIRES(bar >= 0 && bar < PCI_STD_NUM_BARS) SFI_ACQUIRES(iomem) SFI_SIZE(pci_resource_len(pdev, bar)) SFI_RELEASED_BY(iounmap) SFI_SLEEPS SFI_KEEPS;
