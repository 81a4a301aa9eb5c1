/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A type that is no structure. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE_ABSTRACT(toy_registration, ordered, sfi_toy_registration_release);
