/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A lock is remembered with the call that unlocks it. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_lock(struct toy_lock *lock SFI_LOCK(toy_unlock(lock)));
int toy_trylock(struct toy_lock *lock SFI_LOCK(toy_unlock(lock))) SFI_IF(ret);
