/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The whole pointee is the domain's. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_part_reset(struct toy_part *part SFI_OWN_MEMORY);
