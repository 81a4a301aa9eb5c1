/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A field that the structure has not. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_FIELDS(toy, flags, part.height);
// CHECK-DAG: {{.*}}/fields.h:[[#@LINE-1]]:1: error: structure 'toy' has no field 'part.height'
