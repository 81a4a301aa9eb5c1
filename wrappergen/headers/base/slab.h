/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/slab.h>: the kmalloc() family.
 *
 * The inlines are the interface, so that the size asked for is known and checked: what the domain may write
 * ends where its request ended (in slots), not where the slab's object ends. `heap` is what kfree() takes.
 * Slab caches of a driver's own are not supported.
 */
#include <linux/slab.h>
#include <linux/version.h>
#include <sfi/annotate.h>

/* From 6.10 on the names are macros over functions with this suffix. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define SFI_ALLOCATOR(name) name##_noprof
#define SFI_ALLOCATOR_INLINE(name) SFI_INTERFACE(name##_noprof)
#else
#define SFI_ALLOCATOR(name) name
#define SFI_ALLOCATOR_INLINE(name) SFI_INTERFACE(name)
#endif

SFI_TYPE_ABSTRACT(heap, ordered, kfree);
SFI_MEMORY(heap, kmalloc_size_roundup(size));

void *SFI_ALLOCATOR_INLINE(kmalloc)(size_t size, gfp_t flags) SFI_REQUIRES((!gfpflags_allow_blocking(flags) || preemptible()) && (~flags & (__GFP_RECLAIMABLE | __GFP_MOVABLE))) SFI_ACQUIRES(heap) SFI_IF(!ZERO_OR_NULL_PTR(ret)) SFI_SIZE(size) SFI_RELEASED_BY(kfree) SFI_KEEPS;
void *SFI_ALLOCATOR_INLINE(kzalloc)(size_t size, gfp_t flags) SFI_REQUIRES((!gfpflags_allow_blocking(flags) || preemptible()) && (~flags & (__GFP_RECLAIMABLE | __GFP_MOVABLE))) SFI_ACQUIRES(heap) SFI_IF(!ZERO_OR_NULL_PTR(ret)) SFI_SIZE(size) SFI_RELEASED_BY(kfree) SFI_KEEPS;
void *SFI_ALLOCATOR_INLINE(kmalloc_node)(size_t size, gfp_t flags, int node) SFI_REQUIRES((!gfpflags_allow_blocking(flags) || preemptible()) && (~flags & (__GFP_RECLAIMABLE | __GFP_MOVABLE))) SFI_ACQUIRES(heap) SFI_IF(!ZERO_OR_NULL_PTR(ret)) SFI_SIZE(size) SFI_RELEASED_BY(kfree) SFI_REQUIRES(node == NUMA_NO_NODE || (node >= 0 && node < MAX_NUMNODES && node_online(node))) SFI_KEEPS;
/* An overflow of n * size gives NULL, so that the product is right where there is an object. */
void *SFI_ALLOCATOR_INLINE(kmalloc_array)(size_t n, size_t size, gfp_t flags) SFI_REQUIRES((!gfpflags_allow_blocking(flags) || preemptible()) && (~flags & (__GFP_RECLAIMABLE | __GFP_MOVABLE))) SFI_ACQUIRES(heap) SFI_IF(!ZERO_OR_NULL_PTR(ret)) SFI_SIZE(n * size) SFI_RELEASED_BY(kfree) SFI_KEEPS;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
void *SFI_INTERFACE(kcalloc)(size_t n, size_t size, gfp_t flags) SFI_REQUIRES((!gfpflags_allow_blocking(flags) || preemptible()) && (~flags & (__GFP_RECLAIMABLE | __GFP_MOVABLE))) SFI_ACQUIRES(heap) SFI_IF(!ZERO_OR_NULL_PTR(ret)) SFI_SIZE(n * size) SFI_RELEASED_BY(kfree) SFI_KEEPS;
void *SFI_INTERFACE(kzalloc_node)(size_t size, gfp_t flags, int node) SFI_REQUIRES((!gfpflags_allow_blocking(flags) || preemptible()) && (~flags & (__GFP_RECLAIMABLE | __GFP_MOVABLE))) SFI_ACQUIRES(heap) SFI_IF(!ZERO_OR_NULL_PTR(ret)) SFI_SIZE(size) SFI_RELEASED_BY(kfree) SFI_REQUIRES(node == NUMA_NO_NODE || (node >= 0 && node < MAX_NUMNODES && node_online(node))) SFI_KEEPS;
#endif
void kfree(const void *objp) SFI_RELEASES(heap, objp) SFI_IF(!ZERO_OR_NULL_PTR(objp));
void kfree_sensitive(const void *objp) SFI_RELEASES(heap, objp) SFI_IF(!ZERO_OR_NULL_PTR(objp));
