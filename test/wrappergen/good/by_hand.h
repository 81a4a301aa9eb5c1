/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Nothing is emitted, the policy names the wrapper. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_print(const char *format, ...) SFI_BY_HAND(variadic);
