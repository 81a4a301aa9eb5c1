/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Neither ordered nor hot, a release that does not exist, declared twice. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, warm, toy_free);
// CHECK-DAG: {{.*}}/type.h:[[#@LINE-1]]:1: error: SFI_TYPE wants a name, `ordered` or `hot`, and a release function or `none`
SFI_TYPE(toy_part, hot, toy_fre);
// CHECK-DAG: {{.*}}/type.h:[[#@LINE-1]]:1: error: release function 'toy_fre' is not declared
SFI_TYPE(toy_timer, hot, none);
// CHECK-DAG: {{.*}}/type.h:[[#@LINE-1]]:1: note: the other declaration is here
SFI_TYPE(toy_timer, ordered, none);
// CHECK-DAG: {{.*}}/type.h:[[#@LINE-1]]:1: error: type 'toy_timer' is declared twice
