/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The unlock call names what does not exist. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_lock(struct toy_lock *lock SFI_LOCK(toy_unlokc(lock)));
// CHECK-DAG: {{.*}}/lock.h:[[#@LINE-1]]:37: error: 'toy_unlokc' in SFI_LOCK is neither a parameter nor declared
