/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_BINDS of a structure that is no object type. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_driver, probe)(struct toy *toy SFI_BINDS, const void *id) SFI_ON_FAILURE(-19);
// CHECK-DAG: {{.*}}/binds.h:[[#@LINE-1]]:47: error: 'toy' is no object type
// CHECK-DAG: {{.*}}/binds.h:[[#@LINE-2]]:47: note: add: SFI_TYPE(toy, ordered, none);
