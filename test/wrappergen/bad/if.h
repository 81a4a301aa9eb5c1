/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The condition names nothing that exists. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_TYPE_ABSTRACT(toy_try, ordered, none);
int toy_try(struct toy *toy SFI_OWNED) SFI_ACQUIRES(toy_try, toy) SFI_IF(result > 0);
// CHECK-DAG: {{.*}}/if.h:[[#@LINE-1]]:67: error: 'result' in SFI_IF is neither a parameter nor declared
void toy_wait(int milliseconds) SFI_IF(milliseconds);
// CHECK-DAG: {{.*}}/if.h:[[#@LINE-1]]:33: error: SFI_IF decides nothing here
