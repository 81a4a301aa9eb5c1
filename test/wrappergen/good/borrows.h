/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The object is the driver's for the time of the call. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int SFI_CB(toy_ops, open)(struct toy *toy SFI_BORROWS) SFI_ON_FAILURE(-5);
