/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/bottom_half.h>: soft interrupts off and on. The count is the gate's to restore. */
#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <sfi/annotate.h>

void SFI_INTERFACE(local_bh_disable)(void) SFI_REQUIRES(!in_hardirq()) SFI_KEEPS;
void SFI_INTERFACE(local_bh_enable)(void) SFI_REQUIRES(!in_hardirq() && !irqs_disabled() && SFI_BH_IS_OWN) SFI_KEEPS;
