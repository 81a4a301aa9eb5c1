/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* NULL means: do not write. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_read(struct toy *toy SFI_OWNED, void *buffer SFI_WRITES_OR_NULL(size), size_t size);
