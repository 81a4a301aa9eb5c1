/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A constant pointer to a table needs no annotation. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_ops, open)(struct toy *toy) SFI_ON_FAILURE(-5);
void SFI_CB(toy_ops, close)(struct toy *toy);
void toy_set_ops(const struct toy_ops *ops);
