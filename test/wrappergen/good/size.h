/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The domain may write that many bytes of what it acquired. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_TYPE_ABSTRACT(toy_mapping, ordered, none);
void *toy_map(struct toy *toy SFI_OWNED, unsigned long offset, size_t size) SFI_ACQUIRES(toy_mapping) SFI_SIZE(size);
