/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The function's address may be taken, sfi_p_, and be in the slots that are named. Without annotations of its pointers it
 * cannot be called. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int toy_handle(struct toy *toy SFI_OWNED) SFI_ADDRESSABLE(toy_ops.open);
void toy_use(void *object) SFI_ADDRESSABLE();
int SFI_CB(toy_ops, open)(struct toy *toy) SFI_ON_FAILURE(-5);
SFI_TABLE(toy, ops);
int toy_register(struct toy *toy SFI_OWNED SFI_CALLBACKS);
