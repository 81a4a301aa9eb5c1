/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A variadic function needs a wrapper by hand. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_print(const char *format, ...);
// CHECK-DAG: {{.*}}/by_hand.h:[[#@LINE-1]]:6: error: 'toy_print' is variadic: write its wrapper by hand, SFI_BY_HAND(why)
