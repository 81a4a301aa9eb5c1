/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Data that the kernel does not have. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_DATA(toy_number);
// CHECK-DAG: {{.*}}/data.h:[[#@LINE-1]]:1: error: use of undeclared identifier 'toy_number'
