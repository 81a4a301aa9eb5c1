/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_TAKES_IF is for callbacks. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_handle(struct toy *toy SFI_TAKES_IF(ret == 0));
// CHECK-DAG: {{.*}}/takes_if.h:[[#@LINE-1]]:32: error: SFI_TAKES_IF is not for a parameter of a kernel function
