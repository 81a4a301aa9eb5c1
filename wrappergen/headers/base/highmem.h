/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/highmem.h>: mapping of pages. Without high memory it is arithmetic, but it counts in the task. */
#include <linux/highmem.h>
#include <sfi/annotate.h>

/* Preemption and page faults are off in between: undone like a lock when a failed driver is unwound. */
void *SFI_INTERFACE(kmap_atomic)(struct page *page SFI_OWNED) SFI_BY_HAND(the counts it changes are released like a lock by the address it returns) SFI_KEEPS;
void SFI_INTERFACE(__kunmap_atomic)(const void *addr) SFI_BY_HAND(the other half of kmap_atomic) SFI_KEEPS;
