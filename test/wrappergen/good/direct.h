/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Called by its own name. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

unsigned long toy_length(const char *s) SFI_DIRECT(reads only);
