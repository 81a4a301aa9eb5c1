/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The table that an owned object refers to is constant, and its callbacks are gates; those without annotation are NULL. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int SFI_CB(toy_ops, open)(struct toy *toy) SFI_ON_FAILURE(-5);
void SFI_CB(toy_ops, close)(struct toy *toy);
SFI_TABLE(toy, ops);
int toy_register(struct toy *toy SFI_OWNED SFI_CALLBACKS);
