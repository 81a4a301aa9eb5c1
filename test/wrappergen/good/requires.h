/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Conditions are checked after the parameters, before the call. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_read(struct toy *toy SFI_OWNED, void *buffer SFI_WRITES(size), size_t size) SFI_REQUIRES(size <= 4096) SFI_REQUIRES(toy->name[0] != '"');
