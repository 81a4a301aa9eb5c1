/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Fields that the owner may write, also within members, named or not. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_FIELDS(toy, flags, part.level, grouped);
