/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Rights of what is no object type. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_RIGHTS_BY_HAND(toy, none, sfi_toy_grant, sfi_toy_revoke);
// CHECK-DAG: {{.*}}/rights_by_hand.h:[[#@LINE-1]]:1: error: 'toy' is no object type
// CHECK-DAG: {{.*}}/rights_by_hand.h:[[#@LINE-2]]:1: note: add: SFI_TYPE(toy, ordered, none);
