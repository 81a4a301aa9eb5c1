/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The type is named, NULL is let through. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_drop(void *object SFI_GIVES_AS(toy));
