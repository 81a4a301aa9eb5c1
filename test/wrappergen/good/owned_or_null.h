/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* NULL is let through. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_handle(struct toy *toy SFI_OWNED_OR_NULL);
