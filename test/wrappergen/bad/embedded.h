/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One condition is missing. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_timer, hot, toy_timer_stop);
SFI_EMBEDDED(toy_timer, obj->expires == 0,);
// CHECK-DAG: {{.*}}/embedded.h:[[#@LINE-1]]:1: error: SFI_EMBEDDED wants a name and two expressions
SFI_EMBEDDED(toy_part, true, false);
// CHECK-DAG: {{.*}}/embedded.h:[[#@LINE-1]]:1: error: 'toy_part' is no object type
// CHECK-DAG: {{.*}}/embedded.h:[[#@LINE-2]]:1: note: add: SFI_TYPE(toy_part, ordered, none);
