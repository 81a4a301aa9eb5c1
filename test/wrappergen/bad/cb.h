/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The type is not the field's, and there is no such field. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

int SFI_CB(toy_ops, ioctl)(struct toy *toy, unsigned int command) SFI_ON_FAILURE(-5);
// CHECK-DAG: {{.*}}/cb.h:[[#@LINE-1]]:5: error: callback 'toy_ops.ioctl': the kernel's is 'long (struct toy *, unsigned int)'
void SFI_CB(toy_ops, shut)(struct toy *toy);
// CHECK-DAG: {{.*}}/cb.h:[[#@LINE-1]]:6: error: callback 'toy_ops__shut': no structure of the kernel has such a field
