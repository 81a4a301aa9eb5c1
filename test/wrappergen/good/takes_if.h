/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The driver may leave the object to the kernel. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int SFI_CB(toy_ops, open)(struct toy *toy SFI_TAKES_IF(ret == 0)) SFI_ON_FAILURE(0);
