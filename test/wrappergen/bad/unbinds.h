/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_UNBINDS is for callbacks. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_unregister(struct toy *toy SFI_UNBINDS);
// CHECK-DAG: {{.*}}/unbinds.h:[[#@LINE-1]]:37: error: SFI_UNBINDS is not for a parameter of a kernel function
