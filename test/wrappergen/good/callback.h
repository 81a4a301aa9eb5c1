/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A function pointer must be a gate of its kind. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_timer, hot, toy_timer_stop);
void SFI_CB(toy_timer, function)(struct toy_timer *timer);
void toy_timer_init(struct toy_timer *timer SFI_INITS(toy_timer), void (*function)(struct toy_timer *timer) SFI_CALLBACK(toy_timer.function));
