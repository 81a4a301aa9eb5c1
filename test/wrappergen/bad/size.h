/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A size of nothing acquired. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void *toy_map(struct toy *toy SFI_OWNED, unsigned long offset, size_t size) SFI_SIZE(size);
// CHECK-DAG: {{.*}}/size.h:[[#@LINE-1]]:77: error: SFI_SIZE without SFI_ACQUIRES
