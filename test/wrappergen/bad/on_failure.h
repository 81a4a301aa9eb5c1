/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A callback with a result needs SFI_ON_FAILURE. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_ops, open)(struct toy *toy);
// CHECK-DAG: {{.*}}/on_failure.h:[[#@LINE-1]]:5: error: callback 'toy_ops.open' has a result: add SFI_ON_FAILURE(RESULT), for when the driver failed
