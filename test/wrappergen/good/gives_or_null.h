/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Released unless it is NULL. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_free(struct toy *toy SFI_GIVES_OR_NULL);
