/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Nothing is checked. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_use(void *object SFI_OPAQUE);
