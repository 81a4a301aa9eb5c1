// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streaming mappings for DMA.
 *
 * By hand: what a device will write is the memory behind a page, an address
 * that no argument is; and only some mappings are something to give back.
 *
 * A mapping that is merely the memory's physical address takes nothing and
 * needs no end: there the wrappers of unmapping and synchronizing have nothing
 * to do, and do not call the kernel. Every other one, of a bounce buffer or an
 * IOMMU, is an object of the domain: its end must be the end of just this
 * mapping, and of its size and direction; what is copied back must go to memory
 * that the domain may write still; and one that is left behind by a failure is
 * undone.
 *
 * For sending, any page will do: a packet's fragments are not the driver's.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/hash.h>
#include <linux/list_bl.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "wrappers/by_hand.h"

struct mapping {
	struct hlist_bl_node node; /* in its bucket, under its lock, interrupts off */
	u64 key; /* the page that it begins in, or LONG */
	struct device *dev;
	dma_addr_t addr;
	size_t size;
	enum dma_data_direction dir;
	void *memory; /* behind it; its first byte */
};

/* By their keys. A mapping that goes on for more than SHORT pages is under LONG. */
#define BUCKET_BITS 10
#define SHORT 64
#define LONG U64_MAX
static struct hlist_bl_head buckets[1 << BUCKET_BITS];

/* How many pages the longest so far of those not under LONG goes on. Only grows. */
static unsigned long most_pages;

/* Mappings in all buckets: none where all devices reach memory directly. */
static atomic_t nr_mappings = ATOMIC_INIT(0);

static struct hlist_bl_head *bucket_of(u64 key)
{
	return &buckets[hash_64(key, BUCKET_BITS)];
}

static unsigned long lock_bucket(struct hlist_bl_head *b)
{
	unsigned long flags;

	local_irq_save(flags);
	hlist_bl_lock(b);
	return flags;
}

static void unlock_bucket(struct hlist_bl_head *b, unsigned long flags)
{
	hlist_bl_unlock(b);
	local_irq_restore(flags);
}

/* The mapping of DEV under KEY that holds ADDR; under the lock of B. */
static struct mapping *search(struct hlist_bl_head *b, const struct device *dev, u64 key,
			      dma_addr_t addr)
{
	struct hlist_bl_node *at;
	struct mapping *m;

	hlist_bl_for_each_entry(m, at, b, node)
		if (m->dev == dev && m->key == key && addr >= m->addr && addr - m->addr < m->size)
			return m;
	return NULL;
}

static bool find_under(u64 key, const struct device *dev, dma_addr_t addr, struct mapping *copy)
{
	struct hlist_bl_head *b = bucket_of(key);
	struct mapping *m;
	unsigned long flags;

	if (hlist_bl_empty(b))
		return false;
	flags = lock_bucket(b);
	m = search(b, dev, key, addr);
	if (m)
		*copy = *m;
	unlock_bucket(b, flags);
	return m;
}

/* There may be one to find: the caller's was there before the call, if ever. */
static bool any_kept(void)
{
	return unlikely(atomic_read(&nr_mappings));
}

/*
 * True, and in COPY, the mapping of DEV that holds ADDR. It can be gone by
 * then, if the driver ends it at the same time.
 */
static bool find(const struct device *dev, dma_addr_t addr, struct mapping *copy)
{
	u64 page = addr >> PAGE_SHIFT, back, most = min_t(u64, READ_ONCE(most_pages), page);

	for (back = 0; back <= most; back++)
		if (find_under(page - back, dev, addr, copy))
			return true;
	return find_under(LONG, dev, addr, copy);
}

/* Under the lock of its bucket. */
static void remove(struct mapping *m)
{
	hlist_bl_del(&m->node);
	atomic_dec(&nr_mappings);
}

/* Takes the mapping that COPY was made of, if there still is one like it. */
static struct mapping *take(const struct mapping *copy)
{
	struct hlist_bl_head *b = bucket_of(copy->key);
	unsigned long flags = lock_bucket(b);
	struct mapping *m = search(b, copy->dev, copy->key, copy->addr);

	if (m && (m->addr != copy->addr || m->size != copy->size || m->dir != copy->dir ||
		  m->memory != copy->memory))
		m = NULL;
	if (m)
		remove(m);
	unlock_bucket(b, flags);
	return m;
}

static void put(struct mapping *m)
{
	unsigned long goes_on = (offset_in_page(m->addr) + m->size) >> PAGE_SHIFT;
	unsigned long most = READ_ONCE(most_pages), flags;
	struct hlist_bl_head *b;

	m->key = goes_on > SHORT ? LONG : m->addr >> PAGE_SHIFT;
	while (goes_on <= SHORT && goes_on > most && !try_cmpxchg(&most_pages, &most, goes_on))
		;
	b = bucket_of(m->key);
	flags = lock_bucket(b);
	hlist_bl_add_head(&m->node, b);
	atomic_inc(&nr_mappings);
	unlock_bucket(b, flags);
}

/* The device reaches memory by its physical address. Where mappings are counted, all are kept. */
static bool is_direct(struct device *dev)
{
	return !IS_ENABLED(CONFIG_DMA_API_DEBUG) && !dev->iommu_group && !get_dma_ops(dev);
}

/*
 * Without the driver, which may not have asked whether the mapping is one: the kernel's own debugging
 * (DMA_API_DEBUG) wants to have been asked. Nothing is copied.
 */
static void end(struct device *dev, dma_addr_t addr, size_t size, enum dma_data_direction dir)
{
	if (!dma_mapping_error(dev, addr))
		dma_unmap_page_attrs(dev, addr, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
}

/* Recovery: the device is off, and what the memory is by now is not known. */
static void release_mapping(void *obj, const u64 args[4])
{
	struct mapping *m = obj;
	struct hlist_bl_head *b = bucket_of(m->key);
	unsigned long flags = lock_bucket(b);

	remove(m);
	unlock_bucket(b, flags);
	end(m->dev, m->addr, m->size, m->dir);
	kfree(m);
}

/*
 * MEMORY has been mapped at ADDR, and not directly. Results in ADDR, or in DMA_MAPPING_ERROR if
 * there is no memory for a record.
 */
static noinline dma_addr_t keep(struct sfi_domain *d, struct device *dev, void *memory,
				dma_addr_t addr, size_t size, enum dma_data_direction dir)
{
	struct mapping *m = NULL;

	if (sfi_may_hold(d, sizeof(*m)))
		m = kmalloc(sizeof(*m), GFP_ATOMIC | __GFP_NOWARN);
	if (!m) {
		end(dev, addr, size, dir);
		return DMA_MAPPING_ERROR;
	}
	*m = (struct mapping){
		.dev = dev, .addr = addr, .size = size, .dir = dir, .memory = memory
	};
	/* The domain's before anybody can find it: one that ends it at the same time must be able to. */
	sfi_acquire(d, &sfi_type_dma_mapping, m, 0, release_mapping, 0, 0, 0, 0);
	put(m);
	return addr;
}

/* The same of any mapping: there is nothing to keep of a direct one, or of none. */
static __always_inline dma_addr_t mapped(struct sfi_domain *d, struct device *dev, void *memory,
					 dma_addr_t addr, size_t size, enum dma_data_direction dir)
{
	if (likely(is_direct(dev) && addr == virt_to_phys(memory)) || addr == DMA_MAPPING_ERROR)
		return addr;
	return keep(d, dev, memory, addr, size, dir);
}

/*
 * A device can be given what P begins. Where it may write, the driver must be able to as well: that
 * is asked for besides, and is so for nothing in the linear map but memory.
 */
static __always_inline bool can_be_mapped(const void *p, size_t size, enum dma_data_direction dir)
{
	if (size && (dir == DMA_FROM_DEVICE || dir == DMA_BIDIRECTIONAL))
		return (unsigned long)p >= PAGE_OFFSET && p < high_memory;
	return valid_dma_direction(dir) && virt_addr_valid(p);
}

dma_addr_t sfi_w_dma_map_single_attrs(struct sfi_self *self, struct device *dev, void *ptr,
				      size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	struct sfi_domain *d = sfi_import_enter(self);
	dma_addr_t ret;

	sfi_check_owned(d, dev, SFI_T_device, SFI_ARG("dma_map_single_attrs", "dev"));
	sfi_check_that(d, can_be_mapped(ptr, size, dir),
		       SFI_ARG("dma_map_single_attrs", "dir is a direction, ptr in memory"));
	sfi_check_writable(d, ptr, dir == DMA_TO_DEVICE ? 0 : size,
			   SFI_ARG("dma_map_single_attrs", "ptr"));
	sfi_pci_dma_begins(dev);
	ret = mapped(d, dev, ptr, dma_map_single_attrs(dev, ptr, size, dir, attrs), size, dir);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_dma_map_single_attrs);

dma_addr_t sfi_w_dma_map_page_attrs(struct sfi_self *self, struct device *dev, struct page *page,
				    size_t offset, size_t size, enum dma_data_direction dir,
				    unsigned long attrs)
{
	struct sfi_domain *d = sfi_import_enter(self);
	dma_addr_t ret;

	sfi_check_owned(d, dev, SFI_T_device, SFI_ARG("dma_map_page", "dev"));
	sfi_check_that(d, valid_dma_direction(dir), SFI_ARG("dma_map_page", "dir is a direction"));
	sfi_check_that(d, pfn_valid(page_to_pfn(page)), SFI_ARG("dma_map_page", "page is a page"));
	if (dir != DMA_TO_DEVICE)
		sfi_check_writable(d, page_address(page) + offset, size,
				   SFI_ARG("dma_map_page", "page"));
	sfi_pci_dma_begins(dev);
	ret = mapped(d, dev, page_address(page) + offset,
		     dma_map_page_attrs(dev, page, offset, size, dir, attrs), size, dir);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_dma_map_page_attrs);

/* Ends the mapping that holds ADDR, if that is one that is kept: false if not. */
static noinline bool end_kept(struct sfi_domain *d, struct device *dev, dma_addr_t addr,
			      size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	struct mapping copy, *m;

	if (!find(dev, addr, &copy))
		return false;
	sfi_check_that(d, copy.addr == addr && copy.size == size && copy.dir == dir,
		       SFI_ARG("dma_unmap_page_attrs", "as it was mapped"));
	if (dir != DMA_TO_DEVICE && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		sfi_check_writable(d, copy.memory, size, SFI_ARG("dma_unmap_page_attrs", "memory"));
	m = take(&copy);
	sfi_check_that(d, m, SFI_ARG("dma_unmap_page_attrs", "addr is mapped"));
	sfi_release(d, &sfi_type_dma_mapping, m, SFI_ARG("dma_unmap_page_attrs", "addr"));
	kfree(m);
	dma_unmap_page_attrs(dev, addr, size, dir, attrs);
	return true;
}

void sfi_w_dma_unmap_page_attrs(struct sfi_self *self, struct device *dev, dma_addr_t addr,
				size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, dev, SFI_T_device, SFI_ARG("dma_unmap_page_attrs", "dev"));
	if (!any_kept() || !end_kept(d, dev, addr, size, dir, attrs))
		sfi_check_that(d, is_direct(dev),
			       SFI_ARG("dma_unmap_page_attrs", "addr is mapped"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_dma_unmap_page_attrs);

/*
 * Checks that SIZE bytes at ADDR are of a mapping of DEV, for DIR, and that the domain may write
 * what is copied back. False: there is nothing to synchronize.
 */
static bool may_sync(struct sfi_domain *d, struct device *dev, dma_addr_t addr, size_t size,
		     enum dma_data_direction dir, bool back)
{
	struct mapping m;

	sfi_check_owned(d, dev, SFI_T_device, SFI_ARG("dma_sync_single", "dev"));
	if (!any_kept() || !find(dev, addr, &m)) {
		sfi_check_that(d, is_direct(dev), SFI_ARG("dma_sync_single", "addr is mapped"));
		return false;
	}
	sfi_check_that(d, size <= m.size - (addr - m.addr), SFI_ARG("dma_sync_single", "size"));
	sfi_check_that(d, m.dir == dir || (m.dir == DMA_BIDIRECTIONAL && valid_dma_direction(dir)),
		       SFI_ARG("dma_sync_single", "dir, as it was mapped"));
	if (back && dir != DMA_TO_DEVICE)
		sfi_check_writable(d, m.memory + (addr - m.addr), size,
				   SFI_ARG("dma_sync_single", "memory"));
	return true;
}

/* Before 6.10 these are functions themselves, since then what inlines call. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define SYNC_WRAPPER(name) sfi_w___##name
#else
#define SYNC_WRAPPER(name) sfi_w_##name
#endif

void SYNC_WRAPPER(dma_sync_single_for_cpu)(struct sfi_self *self, struct device *dev,
					   dma_addr_t addr, size_t size,
					   enum dma_data_direction dir)
{
	struct sfi_domain *d = sfi_import_enter(self);

	if (may_sync(d, dev, addr, size, dir, true))
		dma_sync_single_for_cpu(dev, addr, size, dir);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(SYNC_WRAPPER(dma_sync_single_for_cpu));

void SYNC_WRAPPER(dma_sync_single_for_device)(struct sfi_self *self, struct device *dev,
					      dma_addr_t addr, size_t size,
					      enum dma_data_direction dir)
{
	struct sfi_domain *d = sfi_import_enter(self);

	if (may_sync(d, dev, addr, size, dir, false))
		dma_sync_single_for_device(dev, addr, size, dir);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(SYNC_WRAPPER(dma_sync_single_for_device));
