/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The object is lost when the call returns. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void SFI_CB(toy_driver, remove)(struct toy *toy SFI_UNBINDS);
