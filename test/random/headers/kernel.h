/* SPDX-License-Identifier: GPL-2.0-only */
/* <random/kernel.h>: the interface of random programs, as a kernel's is annotated. */
#include <random/kernel.h>
#include <sfi/annotate.h>

void random_may_revoke(void);
void random_keeps(void) SFI_KEEPS;

u64 SFI_CB(random_ops, run)(void) SFI_ON_FAILURE(0);
