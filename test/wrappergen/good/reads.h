/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The whole buffer can be read, not its first byte alone. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_write(struct toy *toy SFI_OWNED, const void *data SFI_READS(size), size_t size);
