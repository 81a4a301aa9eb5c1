/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Kernel data in the policy. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_DATA(toy_count);
