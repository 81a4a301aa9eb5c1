/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The kernel fills in own memory: embedded before the call, its callbacks are not looked
 * at. Guards from before the call do not hold for it afterwards, whatever SFI_KEEPS says.
 */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_timer, hot, toy_timer_stop);
void SFI_CB(toy_timer, function)(struct toy_timer *timer);
void toy_timer_init(struct toy_timer *timer SFI_INITS(toy_timer), void (*function)(struct toy_timer *timer) SFI_CALLBACK(toy_timer.function)) SFI_KEEPS;
