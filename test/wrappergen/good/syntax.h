/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* An empty header gives an empty file. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>


