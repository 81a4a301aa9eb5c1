/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A part must be of a hot type. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_TYPE(toy_part, ordered, none);
SFI_PART(toy, part);
// CHECK-DAG: {{.*}}/part.h:[[#@LINE-1]]:1: error: 'toy_part' is part of 'toy' and must be declared hot: it has no release of its own
