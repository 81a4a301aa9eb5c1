/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Found in the tracker and dropped before the call; NULL is let through. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_free(struct toy *toy) SFI_RELEASES(toy, toy);
void toy_drop(void *object) SFI_RELEASES(toy, object) SFI_IF(object != (void *)16);
void toy_put(const struct toy *toy) SFI_RELEASES(toy, toy) SFI_IF(toy);
