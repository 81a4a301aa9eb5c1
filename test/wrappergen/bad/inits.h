/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* SFI_INITS of a type that nothing declares. */
/* RUN: %refused %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

void SFI_CB(toy_timer, function)(struct toy_timer *timer);
void toy_timer_init(struct toy_timer *timer SFI_INITS(toy_timer), void (*function)(struct toy_timer *timer) SFI_CALLBACK(toy_timer.function));
// CHECK-DAG: {{.*}}/inits.h:[[#@LINE-1]]:45: error: 'toy_timer' is no object type
// CHECK-DAG: {{.*}}/inits.h:[[#@LINE-2]]:45: note: add: SFI_TYPE(toy_timer, ordered, none);
SFI_TYPE(toy_lock, hot, none);
void toy_timer_start(struct toy_timer *timer SFI_INITS(toy_lock), unsigned long expires);
// CHECK-DAG: {{.*}}/inits.h:[[#@LINE-1]]:46: error: 'timer' is no pointer to a 'toy_lock'
