/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_ADDRESSABLE is of functions, and names callback slots. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_handle(struct toy *toy SFI_OWNED SFI_ADDRESSABLE());
// CHECK-DAG: {{.*}}/addressable.h:[[#@LINE-1]]:42: error: SFI_ADDRESSABLE is not for a parameter of a kernel function
int toy_try(struct toy *toy SFI_OWNED) SFI_ADDRESSABLE(toy_ops.open, toy_ops.opened, toy.flags, toys.open, open);
int SFI_CB(toy_ops, open)(struct toy *toy) SFI_ON_FAILURE(-5);
SFI_TABLE(toy, ops);
int toy_register(struct toy *toy SFI_OWNED SFI_CALLBACKS);
// CHECK-NOT: 'toy_ops.open' is no
// CHECK-DAG: {{.*}}/addressable.h:[[#@LINE-5]]:40: error: 'toy_ops.opened' is no callback slot of a structure that is checked
// CHECK-DAG: {{.*}}/addressable.h:[[#@LINE-6]]:40: error: 'toy.flags' is no callback slot of a structure that is checked
// CHECK-DAG: {{.*}}/addressable.h:[[#@LINE-7]]:40: error: 'toys.open' is no callback slot of a structure that is checked
// CHECK-DAG: {{.*}}/addressable.h:[[#@LINE-8]]:40: error: 'open' is no callback slot of a structure that is checked
