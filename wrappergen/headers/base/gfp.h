/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/gfp.h> and the page references of <linux/mm.h>.
 *
 * A page is held with one reference: put_page() and __free_pages() end it. Its type byte is at struct page, which
 * stays unwritable; the page's memory is writable (base_page.c). Blocks of more than one page are always made
 * compound, so that their size is known when they are given back.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/version.h>
#include <sfi/annotate.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define SFI_PAGES(name) name##_noprof
#else
#define SFI_PAGES(name) name
#endif

SFI_TYPE(page, hot, put_page);
SFI_MEMORY(page, page_size(obj));
SFI_RIGHTS_BY_HAND(page, none, sfi_page_grant, sfi_page_revoke);

#ifdef CONFIG_NUMA
struct page *SFI_PAGES(alloc_pages)(gfp_t gfp, unsigned int order) SFI_BY_HAND(adds __GFP_COMP so that the size of the block is on record) SFI_KEEPS;
#else
struct page *SFI_INTERFACE(alloc_pages)(gfp_t gfp, unsigned int order) SFI_BY_HAND(adds __GFP_COMP so that the size of the block is on record) SFI_KEEPS;
#endif
void __free_pages(struct page *page SFI_GIVES, unsigned int order) SFI_REQUIRES(order == compound_order(page));
void SFI_INTERFACE(put_page)(struct page *page SFI_GIVES);
