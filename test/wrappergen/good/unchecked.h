/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A documented hole. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_use(void *object SFI_UNCHECKED(tested elsewhere));
