/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_OWNED of a structure that is no object type. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int toy_handle(struct toy *toy SFI_OWNED);
// CHECK-DAG: {{.*}}/owned.h:[[#@LINE-1]]:32: error: 'toy' is no object type
// CHECK-DAG: {{.*}}/owned.h:[[#@LINE-2]]:32: note: add: SFI_TYPE(toy, ordered, none);
