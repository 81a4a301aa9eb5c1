/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The result is no pointer, and nothing else is named. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_handle(struct toy *toy SFI_OWNED) SFI_ACQUIRES(toy);
// CHECK-DAG: {{.*}}/acquires.h:[[#@LINE-1]]:43: error: the result is no pointer: name what is acquired, SFI_ACQUIRES(toy, PARAMETER)
