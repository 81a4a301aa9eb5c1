/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The object stays the driver's if the call succeeds. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
int SFI_CB(toy_driver, probe)(struct toy *toy SFI_BINDS, const void *id) SFI_ON_FAILURE(-19);
