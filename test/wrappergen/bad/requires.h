/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A condition over what is not there. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_handle(struct toy *toy SFI_OWNED) SFI_REQUIRES(toys > 1);
// CHECK-DAG: {{.*}}/requires.h:[[#@LINE-1]]:43: error: 'toys' in SFI_REQUIRES is neither a parameter nor declared
