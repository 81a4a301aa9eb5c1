/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The driver's result is checked within the gate. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_ops, open)(struct toy *toy) SFI_ON_FAILURE(-5) SFI_RETURNS(ret <= 0);
