/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The policy says that guards stay valid across the call. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_wait(int milliseconds) SFI_KEEPS;
