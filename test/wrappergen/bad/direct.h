/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Both direct and by hand. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

unsigned long toy_length(const char *s) SFI_DIRECT(reads only) SFI_BY_HAND(why not);
// CHECK-DAG: {{.*}}/direct.h:[[#@LINE-1]]:15: error: 'toy_length' cannot be both SFI_BY_HAND and SFI_DIRECT
