/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The size names what is no parameter. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_read(struct toy *toy SFI_OWNED, void *buffer SFI_WRITES(length), size_t size);
// CHECK-DAG: {{.*}}/writes.h:[[#@LINE-1]]:54: error: 'length' in SFI_WRITES is neither a parameter nor declared
