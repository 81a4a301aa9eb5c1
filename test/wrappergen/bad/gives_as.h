/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_GIVES_AS of a type that nothing declares. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_drop(void *object SFI_GIVES_AS(gift));
// CHECK-DAG: {{.*}}/gives_as.h:[[#@LINE-1]]:28: error: 'gift' is no object type
// CHECK-DAG: {{.*}}/gives_as.h:[[#@LINE-2]]:28: note: add: SFI_TYPE(gift, ordered, none);
