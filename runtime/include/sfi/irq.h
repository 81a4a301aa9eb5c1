/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the gate of interrupt handlers tells sfi.ko (kmod/irq.c).
 */
#ifndef SFI_IRQ_H
#define SFI_IRQ_H

#include <linux/types.h>

struct sfi_domain;
struct sfi_entry;

/* A call of hard handler E that served an interrupt, from FROM to TO by ktime_get_mono_fast_ns(). Interrupts off. */
void sfi_irq_spent(struct sfi_domain *d, const struct sfi_entry *e, u64 from, u64 to);
/* A call of E, the half of a handler that is a thread: the current one. */
void sfi_irq_thread_ran(struct sfi_domain *d, const struct sfi_entry *e);
/* Nobody was there to serve line IRQ: D is closed. Masks it until the devices are quiet. Any context. */
void sfi_irq_refused(struct sfi_domain *d, unsigned int irq);

#endif
