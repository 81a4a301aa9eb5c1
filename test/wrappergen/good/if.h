/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Success is what the annotation says. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_TYPE_ABSTRACT(toy_try, ordered, none);
int toy_try(struct toy *toy SFI_OWNED) SFI_ACQUIRES(toy_try, toy) SFI_IF(ret > 0);
