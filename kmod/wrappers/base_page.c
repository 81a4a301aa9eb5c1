// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages: the rights to their memory, and allocation.
 *
 * By hand: rights go to the memory behind a struct page, whose size only a
 * compound page knows; so larger blocks are always allocated as such.
 */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>

#include "wrappers/by_hand.h"

void sfi_page_grant(struct sfi_domain *d, struct page *page);
void sfi_page_revoke(struct sfi_domain *d, struct page *page);

void sfi_page_grant(struct sfi_domain *d, struct page *page)
{
	sfi_grant(d, page_address(page), page_size(page));
}

void sfi_page_revoke(struct sfi_domain *d, struct page *page)
{
	sfi_revoke(d, page_address(page), page_size(page));
}

static struct page *allocate(struct sfi_self *self, gfp_t gfp, unsigned int order,
			     const struct sfi_arg *arg)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct page *page;

	sfi_check_that(d, order <= PAGE_ALLOC_COSTLY_ORDER + 6, arg);
	sfi_check_gfp(d, gfp, SFI_ARG("alloc_pages", "gfp is right here"));
	/* What may not fail is not to be large. */
	sfi_check_that(d, !(gfp & __GFP_HIGHMEM) && !(order > 1 && (gfp & __GFP_NOFAIL)), arg);
	page = NULL;
	if (sfi_may_hold(d, PAGE_SIZE << order))
		page = alloc_pages(order ? gfp | __GFP_COMP : gfp, order);
	if (page)
		sfi_acquire(d, &sfi_type_page, page, 0, NULL, 0, 0, 0, 0);
	sfi_import_leave(d);
	return page;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
struct page *sfi_w_alloc_pages_noprof(struct sfi_self *self, gfp_t gfp, unsigned int order)
{
	return allocate(self, gfp, order, SFI_ARG("alloc_pages", "order and flags are supported"));
}
EXPORT_SYMBOL_GPL(sfi_w_alloc_pages_noprof);
#else
struct page *sfi_w_alloc_pages(struct sfi_self *self, gfp_t gfp, unsigned int order)
{
	return allocate(self, gfp, order, SFI_ARG("alloc_pages", "order and flags are supported"));
}
EXPORT_SYMBOL_GPL(sfi_w_alloc_pages);
#endif

/*
 * kmap_atomic() counts in the task and the CPU. By hand: for the unwinder it is
 * a lock, known by the address that it returns, not by an argument.
 */
static void unmap(void *addr)
{
	kunmap_atomic(addr);
}

void *sfi_w_kmap_atomic(struct sfi_self *self, struct page *page)
{
	struct sfi_domain *d = sfi_import_enter(self);
	void *addr;

	sfi_check_owned(d, page, SFI_T_page, SFI_ARG("kmap_atomic", "page"));
	addr = kmap_atomic(page);
	sfi_lock_taken(d, addr, "kmap", unmap, SFI_ARG("kmap_atomic", "page"));
	sfi_import_leave(d);
	return addr;
}
EXPORT_SYMBOL_GPL(sfi_w_kmap_atomic);

/* Any address within the page unmaps it. */
void sfi_w___kunmap_atomic(struct sfi_self *self, const void *addr)
{
	struct sfi_domain *d = sfi_import_enter(self);
	void *page = (void *)((unsigned long)addr & PAGE_MASK);

	sfi_lock_dropped(d, page, "kmap", SFI_ARG("kunmap_atomic", "addr"));
	kunmap_atomic(page);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w___kunmap_atomic);
