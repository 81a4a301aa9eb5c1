/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A field that is an object itself. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_TYPE(toy_part, hot, none);
SFI_PART(toy, part);
void toy_part_reset(struct toy_part *part SFI_OWNED);
