/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The call is repeated with the values of the acquisition; the driver's own release must give the same. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_TYPE_ABSTRACT(toy_mapping, ordered, none);
void *toy_map(struct toy *toy SFI_OWNED, unsigned long offset, size_t size) SFI_ACQUIRES(toy_mapping) SFI_SIZE(size) SFI_RELEASED_BY(toy_unmap(toy, ret, size));
void toy_unmap(struct toy *toy SFI_OWNED, void *mapping, size_t size) SFI_RELEASES(toy_mapping, mapping);
