/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* `ret` is not there before the call. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_read(struct toy *toy SFI_OWNED, void *buffer SFI_WRITES_OR_NULL(ret), size_t size);
// CHECK-DAG: {{.*}}/writes_or_null.h:[[#@LINE-1]]:54: error: 'ret' in SFI_WRITES_OR_NULL is neither a parameter nor declared
