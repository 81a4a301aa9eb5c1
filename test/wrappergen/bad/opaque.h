/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A pointer that nothing is said of. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_use(void *object);
// CHECK-DAG: {{.*}}/opaque.h:[[#@LINE-1]]:20: error: nothing says what may be passed as 'object' of 'toy_use'
// CHECK-DAG: {{.*}}/opaque.h:[[#@LINE-2]]:20: note: add: void toy_use(void *object SFI_WRITES(SIZE));
