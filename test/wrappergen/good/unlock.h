/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Only a lock that was taken is dropped. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_unlock(struct toy_lock *lock SFI_UNLOCK);
