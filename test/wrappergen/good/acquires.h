/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The result becomes the domain's if it is a pointer to something. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
struct toy *toy_alloc(size_t extra, int node) SFI_ACQUIRES(toy);
