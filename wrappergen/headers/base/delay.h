/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/delay.h>: waiting. */
#include <linux/delay.h>
#include <sfi/annotate.h>

void __udelay(unsigned long usecs) SFI_KEEPS;
void __ndelay(unsigned long nsecs) SFI_KEEPS;
void __const_udelay(unsigned long usecs) SFI_KEEPS;
void msleep(unsigned int msecs) SFI_BY_HAND(the sleep ends when the domain fails) SFI_KEEPS;
unsigned long msleep_interruptible(unsigned int msecs) SFI_BY_HAND(the sleep ends when the domain fails) SFI_KEEPS;
void usleep_range_state(unsigned long min, unsigned long max, unsigned int state) SFI_BY_HAND(the sleep ends when the domain fails) SFI_KEEPS;
