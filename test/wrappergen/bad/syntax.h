/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the compiler says stops everything. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int toy_handle(struct tyo *toy SFI_OWNED;
// CHECK-DAG: {{.*}}/syntax.h:[[#@LINE-1]]:41: error: expected ')'
// CHECK-DAG: {{.*}}/syntax.h:[[#@LINE-2]]:5: error: conflicting types for 'toy_handle'
