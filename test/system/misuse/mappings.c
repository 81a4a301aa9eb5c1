// SPDX-License-Identifier: GPL-2.0-only
/* Streaming mappings for DMA, where there is an IOMMU: elsewhere most are no more than an address. */
#include <linux/dma-mapping.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "misuse.h"

#define SIZE 512

/* Own memory, mapped. */
static dma_addr_t map(void **memory, enum dma_data_direction dir)
{
	dma_addr_t addr;

	*memory = kmalloc(SIZE, GFP_KERNEL);
	addr = dma_map_single(&card->dev, *memory, SIZE, dir);
	return dma_mapping_error(&card->dev, addr) ? 0 : addr;
}

MISUSE(mapping_ended_twice, "argument addr is mapped of dma_unmap_page_attrs: ")
{
	void *memory;
	dma_addr_t addr = map(&memory, DMA_FROM_DEVICE);

	dma_unmap_single(&card->dev, addr, SIZE, DMA_FROM_DEVICE);
	dma_unmap_single(&card->dev, addr, SIZE, DMA_FROM_DEVICE);
}

MISUSE(mapping_ended_shorter, "argument as it was mapped of dma_unmap_page_attrs: ")
{
	void *memory;
	dma_addr_t addr = map(&memory, DMA_FROM_DEVICE);

	dma_unmap_single(&card->dev, addr, SIZE / 2, DMA_FROM_DEVICE);
}

MISUSE(mapping_ended_within, "argument as it was mapped of dma_unmap_page_attrs: ")
{
	void *memory;
	dma_addr_t addr = map(&memory, DMA_FROM_DEVICE);

	dma_unmap_single(&card->dev, addr + SIZE / 2, SIZE / 2, DMA_FROM_DEVICE);
}

/* What was to be sent would be overwritten. */
MISUSE(mapping_ended_other_way, "argument as it was mapped of dma_unmap_page_attrs: ")
{
	void *memory;
	dma_addr_t addr = map(&memory, DMA_TO_DEVICE);

	dma_unmap_single(&card->dev, addr, SIZE, DMA_FROM_DEVICE);
}

MISUSE(mapping_outlives_memory, "argument memory of dma_unmap_page_attrs: not writable")
{
	void *memory;
	dma_addr_t addr = map(&memory, DMA_FROM_DEVICE);

	kfree(memory);
	dma_unmap_single(&card->dev, addr, SIZE, DMA_FROM_DEVICE);
}

MISUSE(mapping_synced_past, "argument size of dma_sync_single: ")
{
	void *memory;
	dma_addr_t addr = map(&memory, DMA_FROM_DEVICE);

	dma_sync_single_for_cpu(&card->dev, addr + SIZE / 2, SIZE, DMA_FROM_DEVICE);
}

MISUSE(mapping_synced_other_way, "argument dir, as it was mapped of dma_sync_single: ")
{
	void *memory;
	dma_addr_t addr = map(&memory, DMA_TO_DEVICE);

	dma_sync_single_for_cpu(&card->dev, addr, SIZE, DMA_FROM_DEVICE);
}

MISUSE(mapping_synced_no_way, "argument dir, as it was mapped of dma_sync_single: ")
{
	void *memory;
	dma_addr_t addr = map(&memory, DMA_BIDIRECTIONAL);
	enum dma_data_direction dir = 7;

	OPTIMIZER_HIDE_VAR(dir);
	dma_sync_single_for_cpu(&card->dev, addr, SIZE, dir);
}

MISUSE(mapping_synced_late, "argument memory of dma_sync_single: not writable")
{
	void *memory;
	dma_addr_t addr = map(&memory, DMA_FROM_DEVICE);

	kfree(memory);
	dma_sync_single_for_cpu(&card->dev, addr, SIZE, DMA_FROM_DEVICE);
}

MISUSE(mapping_synced_ended, "argument addr is mapped of dma_sync_single: ")
{
	void *memory;
	dma_addr_t addr = map(&memory, DMA_FROM_DEVICE);

	dma_unmap_single(&card->dev, addr, SIZE, DMA_FROM_DEVICE);
	dma_sync_single_for_device(&card->dev, addr, SIZE, DMA_FROM_DEVICE);
}

const struct misuse mapping_misuses[] = {
	ROW(mapping_ended_twice),      ROW(mapping_ended_shorter),
	ROW(mapping_ended_within),     ROW(mapping_ended_other_way),
	ROW(mapping_outlives_memory),  ROW(mapping_synced_past),
	ROW(mapping_synced_other_way), ROW(mapping_synced_late),
	ROW(mapping_synced_ended),     ROW(mapping_synced_no_way),
	{},
};
