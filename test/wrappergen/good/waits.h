/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A callback that may wait for ever: its wrapper is as any other, but the module tells the runtime (waits.test). */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_ops, open)(struct toy *toy) SFI_ON_FAILURE(0) SFI_WAITS;
