/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A lock that is an object: it becomes one whether or not it could be taken, and is dropped only as one. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_lock, hot, none);
SFI_EMBEDDED(toy_lock, obj->word == 0, obj->word != 0);
int toy_trylock(struct toy_lock *lock SFI_EMBEDS(toy_lock) SFI_LOCK(toy_unlock(lock))) SFI_IF(ret);
void toy_lock(struct toy_lock *lock SFI_LOCK(toy_unlock)) SFI_IF(true);
void toy_unlock(struct toy_lock *lock SFI_UNLOCK);
