/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Two annotations that say different things of one pointer. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_free(struct toy *toy SFI_GIVES_OR_NULL SFI_OPAQUE);
// CHECK-DAG: {{.*}}/gives_or_null.h:[[#@LINE-1]]:49: error: SFI_OPAQUE contradicts SFI_GIVES_OR_NULL
