/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The result when the driver failed. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_ops, open)(struct toy *toy) SFI_ON_FAILURE(-5);
