/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The pointee has no size. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_use(void *object SFI_OWN_MEMORY);
// CHECK-DAG: {{.*}}/own_memory.h:[[#@LINE-1]]:27: error: the size of what 'object' points to is not known: SFI_OWN_MEMORY cannot be checked
