/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_ADDRESSABLE is of functions. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_handle(struct toy *toy SFI_OWNED SFI_ADDRESSABLE);
// CHECK-DAG: {{.*}}/addressable.h:[[#@LINE-1]]:42: error: SFI_ADDRESSABLE is not for a parameter of a kernel function
