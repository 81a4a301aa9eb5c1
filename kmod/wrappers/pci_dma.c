// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streaming mappings of pages. By hand: what the device will write is the
 * memory behind the page, an address that no argument is. For sending, any page
 * will do: a packet's fragments are not the driver's.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>

#include "wrappers/by_hand.h"

dma_addr_t sfi_w_dma_map_page_attrs(struct sfi_self *self, struct device *dev, struct page *page,
				    size_t offset, size_t size, enum dma_data_direction dir,
				    unsigned long attrs)
{
	struct sfi_domain *d = sfi_import_enter(self);
	dma_addr_t ret;

	sfi_check_owned(d, dev, SFI_T_device, SFI_ARG("dma_map_page", "dev"));
	sfi_check_that(d,
		       dir == DMA_TO_DEVICE || dir == DMA_FROM_DEVICE || dir == DMA_BIDIRECTIONAL,
		       SFI_ARG("dma_map_page", "dir is a direction"));
	sfi_check_that(d, pfn_valid(page_to_pfn(page)), SFI_ARG("dma_map_page", "page is a page"));
	if (dir != DMA_TO_DEVICE)
		sfi_check_writable(d, page_address(page) + offset, size,
				   SFI_ARG("dma_map_page", "page"));
	ret = dma_map_page_attrs(dev, page, offset, size, dir, attrs);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_dma_map_page_attrs);
