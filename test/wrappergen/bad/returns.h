/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A void callback has no `ret`. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void SFI_CB(toy_ops, close)(struct toy *toy) SFI_RETURNS(ret <= 0);
// CHECK-DAG: {{.*}}/returns.h:[[#@LINE-1]]:46: error: 'ret' in SFI_RETURNS is neither a parameter nor declared
