/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_RELEASES without the parameter's name. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_free(struct toy *toy SFI_OWNED) SFI_RELEASES(toy,);
// CHECK-DAG: {{.*}}/releases.h:[[#@LINE-1]]:42: error: SFI_RELEASES wants a type and a parameter
