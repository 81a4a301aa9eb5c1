/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The object becomes the driver's; a failed driver's is released. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int SFI_CB(toy_ops, open)(struct toy *toy SFI_TAKES) SFI_ON_FAILURE(0);
