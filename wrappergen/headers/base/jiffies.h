/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/jiffies.h>: time in ticks. */
#include <linux/jiffies.h>
#include <sfi/annotate.h>

SFI_DATA(jiffies);
SFI_DATA(jiffies_64);

unsigned int jiffies_to_msecs(const unsigned long j) SFI_KEEPS;
unsigned int jiffies_to_usecs(const unsigned long j) SFI_KEEPS;
unsigned long __msecs_to_jiffies(const unsigned int m) SFI_KEEPS;
unsigned long __usecs_to_jiffies(const unsigned int u) SFI_KEEPS;
