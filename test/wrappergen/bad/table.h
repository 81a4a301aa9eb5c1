/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_TABLE of a field that the structure has not. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int SFI_CB(toy_ops, open)(struct toy *toy) SFI_ON_FAILURE(-5);
void SFI_CB(toy_ops, close)(struct toy *toy);
SFI_TABLE(toy, operations);
// CHECK-DAG: {{.*}}/table.h:[[#@LINE-1]]:1: error: structure 'toy' has no field 'operations'
