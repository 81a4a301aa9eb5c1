/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Memory counts, and is refused over the limit. What is the same for every object is no function. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_MEMORY(toy, sizeof(*obj) + size);
struct toy *toy_alloc(size_t extra, int node) SFI_ACQUIRES(toy) SFI_SIZE(sizeof(*ret) + extra) SFI_RELEASED_BY(toy_free);
SFI_TYPE_ABSTRACT(bytes, ordered, none);
SFI_MEMORY(bytes, size);
void *toy_map(struct toy *toy SFI_OWNED, unsigned long offset, size_t size) SFI_ACQUIRES(bytes) SFI_SIZE(size) SFI_KEEPS;
SFI_TYPE_ABSTRACT(token, hot, toy_drop);
SFI_MEMORY(token, 2 * 32);
