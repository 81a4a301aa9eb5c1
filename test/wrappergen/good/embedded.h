/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Conditions of embedded objects. */
/* RUN: %golden %s */
#include <linux/toy.h>
#include <sfi/annotate.h>

SFI_TYPE(toy_timer, hot, toy_timer_stop);
SFI_EMBEDDED(toy_timer, obj->expires == 0, toy_busy(obj));
void SFI_CB(toy_timer, function)(struct toy_timer *timer);
void toy_timer_start(struct toy_timer *timer SFI_EMBEDS(toy_timer), unsigned long expires);
