/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What needs no annotation: numbers, pointers to const. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void toy_rename(struct toy *toy SFI_OPAQUE, const char *name);
void toy_wait(int milliseconds);
