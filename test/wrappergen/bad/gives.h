/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_GIVES for a number. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_wait(int milliseconds SFI_GIVES);
// CHECK-DAG: {{.*}}/gives.h:[[#@LINE-1]]:32: error: SFI_GIVES is for pointers; 'milliseconds' is 'int'
