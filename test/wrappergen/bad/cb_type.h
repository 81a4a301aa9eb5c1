/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Not the typedef's type. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB_TYPE(toy_handler_t)(long line, void *cookie) SFI_ON_FAILURE(0);
// CHECK-DAG: {{.*}}/cb_type.h:[[#@LINE-1]]:5: error: callback 'toy_handler_t': the kernel's is 'int (int, void *)'
