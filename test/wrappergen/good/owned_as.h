/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The type is named where the pointer does not tell. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_use(void *object SFI_OWNED_AS(toy));
