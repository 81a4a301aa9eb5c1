/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/interrupt.h>: interrupt lines.
 *
 * A driver may ask for the interrupts of the devices that are bound to it, and switch those that it has asked for
 * (base_irq.c).
 */
#include <linux/interrupt.h>
#include <sfi/annotate.h>

SFI_TYPE_ABSTRACT(irq_action, ordered, none);
/* The line of an action: what enable_irq() and its like look for. */
SFI_TYPE_ABSTRACT(irq_line, ordered, none);
/* On the same address: the driver has disabled the line so often. */
SFI_TYPE_ABSTRACT(irq_disabled, ordered, none);

irqreturn_t SFI_CB_TYPE(irq_handler_t)(int irq, void *dev SFI_OPAQUE) SFI_BY_HAND(measured; a line that nobody serves is masked) SFI_ON_FAILURE(IRQ_NONE);

int request_threaded_irq(unsigned int irq, irq_handler_t handler SFI_CALLBACK(irq_handler_t), irq_handler_t thread_fn SFI_CALLBACK(irq_handler_t), unsigned long flags, const char *name, void *dev) SFI_BY_HAND(the line must be that of a device bound to the domain);
const void *free_irq(unsigned int irq, void *dev_id) SFI_BY_HAND(found by line and cookie together);
void synchronize_irq(unsigned int irq) SFI_BY_HAND(drivers wait where they must not sleep) SFI_KEEPS;
void disable_irq(unsigned int irq) SFI_BY_HAND(the domain must have an action on the line) SFI_KEEPS;
void disable_irq_nosync(unsigned int irq) SFI_BY_HAND(the domain must have an action on the line) SFI_KEEPS;
bool disable_hardirq(unsigned int irq) SFI_BY_HAND(the domain must have an action on the line) SFI_KEEPS;
void enable_irq(unsigned int irq) SFI_BY_HAND(the domain must have an action on the line) SFI_KEEPS;
