/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_OWNED_AS of a type that nothing declares. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_use(void *object SFI_OWNED_AS(tyo));
// CHECK-DAG: {{.*}}/owned_as.h:[[#@LINE-1]]:27: error: 'tyo' is no object type
// CHECK-DAG: {{.*}}/owned_as.h:[[#@LINE-2]]:27: note: add: SFI_TYPE(tyo, ordered, none);
