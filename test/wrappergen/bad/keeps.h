/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_KEEPS twice. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_wait(int milliseconds) SFI_KEEPS SFI_KEEPS;
// CHECK-DAG: {{.*}}/keeps.h:[[#@LINE-1]]:43: error: SFI_KEEPS stands here twice
