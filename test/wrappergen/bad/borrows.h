/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_BORROWS of what is no structure. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_driver, probe)(struct toy *toy, const void *id SFI_BORROWS) SFI_ON_FAILURE(-19);
// CHECK-DAG: {{.*}}/borrows.h:[[#@LINE-1]]:63: error: a pointer to a structure is needed, or the type's name
