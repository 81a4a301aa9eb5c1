/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Of memory, nothing is known but the object and its size. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE_ABSTRACT(bytes, ordered, none);
SFI_MEMORY(bytes, length);
// CHECK-DAG: {{.*}}/memory.h:[[#@LINE-1]]:1: error: 'length' in SFI_MEMORY is neither `obj`, `size` nor declared
