/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A kind named by a typedef; parameters of that type need no annotation. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB_TYPE(toy_handler_t)(int line, void *cookie SFI_OPAQUE) SFI_ON_FAILURE(0);
int toy_request(int line, toy_handler_t handler, void *cookie SFI_OPAQUE);
