/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* There are no callbacks in that structure. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_TYPE(toy_part, hot, none);
void toy_part_reset(struct toy_part *part SFI_OWNED SFI_CALLBACKS);
// CHECK-DAG: {{.*}}/callbacks.h:[[#@LINE-1]]:38: error: 'struct toy_part *' has no SFI_CB or SFI_TABLE field
