/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Grant and revoke functions written by hand. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_RIGHTS_BY_HAND(toy, sfi_toy_map, sfi_toy_grant, sfi_toy_revoke);
