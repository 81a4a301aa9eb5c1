/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_UNCHECKED beside a check. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_use(void *object SFI_OWNED_AS(toy) SFI_UNCHECKED(tested elsewhere));
// CHECK-DAG: {{.*}}/unchecked.h:[[#@LINE-1]]:45: error: SFI_UNCHECKED contradicts SFI_OWNED_AS
