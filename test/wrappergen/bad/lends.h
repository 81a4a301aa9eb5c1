/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The size names nothing that exists. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_ops, open)(struct toy *toy SFI_LENDS(size)) SFI_ON_FAILURE(-5);
// CHECK-DAG: {{.*}}/lends.h:[[#@LINE-1]]:43: error: 'size' in SFI_LENDS is neither a parameter nor declared
