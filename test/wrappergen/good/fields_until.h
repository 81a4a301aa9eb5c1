/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Fields that stop being writable. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_TYPE_ABSTRACT(toy_registration, ordered, none);
SFI_FIELDS_UNTIL(toy, toy_registration, ops, name);
