/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_TAKES of a structure that is no object type. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_ops, open)(struct toy *toy SFI_TAKES) SFI_ON_FAILURE(0);
// CHECK-DAG: {{.*}}/takes.h:[[#@LINE-1]]:43: error: 'toy' is no object type
// CHECK-DAG: {{.*}}/takes.h:[[#@LINE-2]]:43: note: add: SFI_TYPE(toy, ordered, none);
