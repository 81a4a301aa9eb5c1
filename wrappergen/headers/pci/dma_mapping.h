/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/dma-mapping.h>.
 *
 * Coherent memory is an object; it goes back with the size and address it came with. Of streaming mappings those
 * of bounce buffers and IOMMUs are; others are nothing but an address. What a device is to write must be memory that
 * the domain may write. What a device is then told to do cannot be checked without an IOMMU (documented limit).
 */
#include <linux/dma-mapping.h>
#include <linux/version.h>
#include <sfi/annotate.h>

SFI_TYPE_ABSTRACT(dma_coherent, ordered, none);
SFI_MEMORY(dma_coherent, PAGE_ALIGN(size));
SFI_TYPE_ABSTRACT(dma_mapping, ordered, none);
SFI_MEMORY(dma_mapping, 128);

int dma_set_mask(struct device *dev SFI_OWNED, u64 mask) SFI_KEEPS;
int dma_set_coherent_mask(struct device *dev SFI_OWNED, u64 mask) SFI_KEEPS;
void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t flag, unsigned long attrs) SFI_BY_HAND(begins the DMA of a restarted driver) SFI_KEEPS;
void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle, unsigned long attrs) SFI_BY_HAND(the counterpart);

dma_addr_t SFI_INTERFACE(dma_map_single_attrs)(struct device *dev, void *ptr, size_t size, enum dma_data_direction dir, unsigned long attrs) SFI_BY_HAND(begins the DMA of a restarted driver) SFI_KEEPS;
dma_addr_t dma_map_page_attrs(struct device *dev SFI_OWNED, struct page *page, size_t offset, size_t size, enum dma_data_direction dir, unsigned long attrs) SFI_BY_HAND(what the device will write is in memory behind the page) SFI_KEEPS;
void dma_unmap_page_attrs(struct device *dev SFI_OWNED, dma_addr_t addr, size_t size, enum dma_data_direction dir, unsigned long attrs) SFI_BY_HAND(ends the mapping at an address that is no pointer) SFI_KEEPS;
#ifdef CONFIG_DMA_API_DEBUG
/* In dma_mapping_error(): the mapping has been looked at. */
void debug_dma_mapping_error(struct device *dev SFI_OWNED, dma_addr_t dma_addr) SFI_KEEPS;
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
void __dma_sync_single_for_cpu(struct device *dev SFI_OWNED, dma_addr_t addr, size_t size, enum dma_data_direction dir) SFI_BY_HAND(writes what is behind the mapping) SFI_KEEPS;
void __dma_sync_single_for_device(struct device *dev SFI_OWNED, dma_addr_t addr, size_t size, enum dma_data_direction dir) SFI_BY_HAND(writes what is behind the mapping) SFI_KEEPS;
#else
void dma_sync_single_for_cpu(struct device *dev SFI_OWNED, dma_addr_t addr, size_t size, enum dma_data_direction dir) SFI_BY_HAND(writes what is behind the mapping) SFI_KEEPS;
void dma_sync_single_for_device(struct device *dev SFI_OWNED, dma_addr_t addr, size_t size, enum dma_data_direction dir) SFI_BY_HAND(writes what is behind the mapping) SFI_KEEPS;
#endif
