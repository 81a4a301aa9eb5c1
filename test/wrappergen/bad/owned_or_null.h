/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_OWNED_OR_NULL of a structure that is no object type. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_part_reset(struct toy_part *part SFI_OWNED_OR_NULL);
// CHECK-DAG: {{.*}}/owned_or_null.h:[[#@LINE-1]]:43: error: 'toy_part' is no object type
// CHECK-DAG: {{.*}}/owned_or_null.h:[[#@LINE-2]]:43: note: add: SFI_TYPE(toy_part, ordered, none);
