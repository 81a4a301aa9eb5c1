/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Object types; hot ones have no record. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_TYPE(toy_part, hot, none);
