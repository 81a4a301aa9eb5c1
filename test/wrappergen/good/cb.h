/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Entry wrappers; two callbacks of one signature share theirs. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

long SFI_CB(toy_ops, ioctl)(struct toy *toy, unsigned int command) SFI_ON_FAILURE(-5);
void SFI_CB(toy_ops, close)(struct toy *toy);
void SFI_CB(toy_driver, remove)(struct toy *toy);
