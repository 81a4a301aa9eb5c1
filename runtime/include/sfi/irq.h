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
/* A call of E, the function of a high-resolution timer, in the hard interrupt or the softirq of these. */
void sfi_irq_timer_spent(struct sfi_domain *d, const struct sfi_entry *e, u64 from, u64 to);
/* How often the current task has slept, and was made to stop, and how often softirqs have run on this CPU. */
struct sfi_irq_switches {
	unsigned long slept, stopped, softirqs;
};
struct sfi_irq_switches sfi_irq_switches(void);
/*
 * The same of E, the half of a handler that is a thread: the current one. SERVED: it was for this driver. WERE: its
 * switches at FROM.
 */
void sfi_irq_thread_spent(struct sfi_domain *d, const struct sfi_entry *e, bool served, u64 from,
			  u64 to, struct sfi_irq_switches were);
/* Nobody was there to serve line IRQ: D is closed. Masks it until the devices are quiet. Any context. */
void sfi_irq_refused(struct sfi_domain *d, unsigned int irq);

#endif
