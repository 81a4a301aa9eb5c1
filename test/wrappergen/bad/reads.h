/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* No size is given. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_write(struct toy *toy SFI_OWNED, const void *data SFI_READS(), size_t size);
// CHECK-DAG: {{.*}}/reads.h:[[#@LINE-1]]:59: error: SFI_READS wants an argument
