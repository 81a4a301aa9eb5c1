/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A callback kind that nothing declares. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_timer, hot, toy_timer_stop);
void toy_timer_init(struct toy_timer *timer SFI_INITS(toy_timer), void (*function)(struct toy_timer *timer) SFI_CALLBACK(toy_timer.function));
// CHECK-DAG: {{.*}}/callback.h:[[#@LINE-1]]:109: error: 'toy_timer.function' is no callback kind: no SFI_CB or SFI_CB_TYPE declares it
