/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/io.h>: device memory and ports. What a driver may map or address are the windows of the PCI devices bound
 * to it (pci_io.c). readl() and its like are inline assembly in the driver, guarded by the pass.
 */
#include <linux/io.h>
#include <linux/pci.h>
#include <sfi/annotate.h>

SFI_TYPE_ABSTRACT(iomem, ordered, iounmap);

/* Where the kernel is a process there is neither. */
#ifndef CONFIG_UML
void __iomem *ioremap(resource_size_t offset, unsigned long size) SFI_BY_HAND(the range must lie in a window of a device of the domain) SFI_KEEPS;
void __iomem *ioremap_wc(resource_size_t offset, unsigned long size) SFI_BY_HAND(the range must lie in a window of a device of the domain) SFI_KEEPS;
void iounmap(volatile void __iomem *addr) SFI_RELEASES(iomem, addr) SFI_SLEEPS;

unsigned int ioread8(const void __iomem *addr SFI_WRITES(sizeof(u8))) SFI_KEEPS;
unsigned int ioread16(const void __iomem *addr SFI_WRITES(sizeof(u16))) SFI_KEEPS;
unsigned int ioread32(const void __iomem *addr SFI_WRITES(sizeof(u32))) SFI_KEEPS;
void iowrite8(u8 value, void __iomem *addr SFI_WRITES(sizeof(value))) SFI_KEEPS;
void iowrite16(u16 value, void __iomem *addr SFI_WRITES(sizeof(value))) SFI_KEEPS;
void iowrite32(u32 value, void __iomem *addr SFI_WRITES(sizeof(value))) SFI_KEEPS;
void ioread16_rep(const void __iomem *port SFI_WRITES(sizeof(u16)), void *buf SFI_WRITES(count * sizeof(u16)), unsigned long count) SFI_REQUIRES(count <= INT_MAX) SFI_KEEPS;
void iowrite16_rep(void __iomem *port SFI_WRITES(sizeof(u16)), const void *buf SFI_READS(count * sizeof(u16)), unsigned long count) SFI_REQUIRES(count <= INT_MAX) SFI_KEEPS;

void SFI_INTERFACE(__outb)(unsigned char value, u16 port) SFI_BY_HAND(the port must be one of a device of the domain) SFI_KEEPS;
void SFI_INTERFACE(__outw)(unsigned short value, u16 port) SFI_BY_HAND(the port must be one of a device of the domain) SFI_KEEPS;
void SFI_INTERFACE(__outl)(unsigned int value, u16 port) SFI_BY_HAND(the port must be one of a device of the domain) SFI_KEEPS;
unsigned char SFI_INTERFACE(__inb)(u16 port) SFI_BY_HAND(the port must be one of a device of the domain) SFI_KEEPS;
unsigned short SFI_INTERFACE(__inw)(u16 port) SFI_BY_HAND(the port must be one of a device of the domain) SFI_KEEPS;
unsigned int SFI_INTERFACE(__inl)(u16 port) SFI_BY_HAND(the port must be one of a device of the domain) SFI_KEEPS;
#endif
