/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A second module's header, for ../modules.test. */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_part, hot, none);

void toy_part_reset(struct toy_part *part SFI_OWNED);
