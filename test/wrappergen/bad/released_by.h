/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The release is not declared. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_TYPE_ABSTRACT(toy_mapping, ordered, none);
void *toy_map(struct toy *toy SFI_OWNED, unsigned long offset, size_t size) SFI_ACQUIRES(toy_mapping) SFI_RELEASED_BY(toy_unamp(toy, ret, size));
// CHECK-DAG: {{.*}}/released_by.h:[[#@LINE-1]]:103: error: 'toy_unamp' in SFI_RELEASED_BY is neither a parameter nor declared
