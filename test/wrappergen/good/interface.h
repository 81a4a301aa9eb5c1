/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A static inline gets a wrapper. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void SFI_INTERFACE(toy_stop)(struct toy *toy SFI_OWNED) SFI_KEEPS;
