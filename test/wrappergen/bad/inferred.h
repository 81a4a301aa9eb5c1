/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What no kernel header declares, and a parameter with a name of the emitted code's. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_unknown(int milliseconds);
// CHECK-DAG: {{.*}}/inferred.h:[[#@LINE-1]]:6: error: 'toy_unknown': no kernel header declares it
void toy_wait(int ret);
// CHECK-DAG: {{.*}}/inferred.h:[[#@LINE-1]]:19: error: parameter name 'ret' is taken by the emitted code: choose another
