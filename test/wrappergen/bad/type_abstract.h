/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_TYPE of what is no structure. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_registration, ordered, none);
// CHECK-DAG: {{.*}}/type_abstract.h:[[#@LINE-1]]:1: error: structure 'toy_registration' is not defined here: include its header, or use SFI_TYPE_ABSTRACT
