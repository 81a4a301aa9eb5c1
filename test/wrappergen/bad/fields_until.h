/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Until a type that nothing declares. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
SFI_FIELDS_UNTIL(toy, toy_registration, ops);
// CHECK-DAG: {{.*}}/fields_until.h:[[#@LINE-1]]:1: error: 'toy_registration' is no object type
// CHECK-DAG: {{.*}}/fields_until.h:[[#@LINE-2]]:1: note: add: SFI_TYPE(toy_registration, ordered, none);
