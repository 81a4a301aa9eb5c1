/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* An annotation that does not exist, and one in two headers' worth of places. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_handle(struct toy *toy SFI_A(ownt, ""));
// CHECK-DAG: {{.*}}/annotation.h:[[#@LINE-1]]:32: error: unknown annotation 'SFI_OWNT'
