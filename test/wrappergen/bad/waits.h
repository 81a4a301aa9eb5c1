/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A kernel function that waits is another matter: SFI_SLEEPS. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_wait(int milliseconds) SFI_WAITS;
// CHECK-DAG: {{.*}}/waits.h:[[#@LINE-1]]:33: error: SFI_WAITS is not for a kernel function
