/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/vmalloc.h>: virtually contiguous memory. `vheap` is what vfree() takes. */
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <linux/version.h>
#include <sfi/annotate.h>

/* From 6.10 on the names are macros over functions with this suffix. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define SFI_VMALLOC(name) name##_noprof
#else
#define SFI_VMALLOC(name) name
#endif

SFI_TYPE_ABSTRACT(vheap, ordered, vfree);
SFI_MEMORY(vheap, PAGE_ALIGN(size));

void *SFI_VMALLOC(vmalloc)(unsigned long size) SFI_SLEEPS SFI_ACQUIRES(vheap) SFI_SIZE(size) SFI_RELEASED_BY(vfree) SFI_KEEPS;
void *SFI_VMALLOC(vzalloc)(unsigned long size) SFI_SLEEPS SFI_ACQUIRES(vheap) SFI_SIZE(size) SFI_RELEASED_BY(vfree) SFI_KEEPS;
void vfree(const void *addr) SFI_RELEASES(vheap, addr);
/* Reads the address only. */
bool is_vmalloc_addr(const void *x SFI_OPAQUE) SFI_KEEPS;
