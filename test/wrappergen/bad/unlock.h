/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_UNLOCK stands at the function, not the parameter. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_unlock(struct toy_lock *lock) SFI_UNLOCK;
// CHECK-DAG: {{.*}}/unlock.h:[[#@LINE-1]]:40: error: SFI_UNLOCK is not for a kernel function
// CHECK-DAG: {{.*}}/unlock.h:[[#@LINE-2]]:34: error: nothing says what may be passed as 'lock' of 'toy_unlock'
// CHECK-DAG: {{.*}}/unlock.h:[[#@LINE-3]]:34: note: add: void toy_unlock(struct toy_lock *lock SFI_OWN_MEMORY) SFI_UNLOCK;
