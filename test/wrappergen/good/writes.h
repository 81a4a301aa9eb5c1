/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The bytes that the kernel writes are the domain's. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_read(struct toy *toy SFI_OWNED, void *buffer SFI_WRITES(size), size_t size);
