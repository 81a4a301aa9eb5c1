/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/bsearch.h>: the array's elements are for the driver's function to look at; the kernel only counts. */
#include <linux/bsearch.h>
#include <linux/types.h>
#include <sfi/annotate.h>

int SFI_CB_TYPE(cmp_func_t)(const void *key, const void *element) SFI_ON_FAILURE(0);

void *bsearch(const void *key SFI_OPAQUE, const void *base SFI_OPAQUE, size_t num, size_t size, cmp_func_t cmp SFI_CALLBACK(cmp_func_t)) SFI_REQUIRES(cmp);
