/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A static inline without SFI_INTERFACE, and SFI_INTERFACE of what is none. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy, ordered, toy_free);
void toy_stop(struct toy *toy SFI_OWNED);
// CHECK-DAG: {{.*}}/interface.h:[[#@LINE-1]]:6: error: 'toy_stop': it is a static inline: write SFI_INTERFACE(toy_stop)
void SFI_INTERFACE(toy_wait)(int milliseconds);
// CHECK-DAG: {{.*}}/interface.h:[[#@LINE-1]]:6: error: 'toy_wait': it is no static inline: SFI_INTERFACE is not for it
