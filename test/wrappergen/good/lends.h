/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Bytes that the driver may write for the time of the call. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int SFI_CB(toy_ops, open)(struct toy *toy SFI_LENDS(sizeof(*toy))) SFI_ON_FAILURE(-5);
