/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_MODULE for a number. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_wait(int milliseconds SFI_MODULE);
// CHECK-DAG: {{.*}}/module.h:[[#@LINE-1]]:32: error: SFI_MODULE is for pointers; 'milliseconds' is 'int'
