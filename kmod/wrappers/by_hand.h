/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the wrappers written by hand: what all of them use. A wrapper is written
 * by hand only where its annotation (wrappergen/headers) gives a reason why no
 * annotation can say it; each file repeats the reason in full.
 */
#ifndef SFI_WRAPPERS_BY_HAND_H
#define SFI_WRAPPERS_BY_HAND_H

#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/version.h>

#include <sfi/runtime.h>
#include <sfi/wrapper.h>

#include "types.h"

/* Called by instrumented code alone, which knows the prototypes from the policy. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

/* Where a check stands, for the report: a static constant, as the lock table keeps it. */
#define SFI_ARG(function, parameter)                                            \
	({                                                                      \
		static const struct sfi_arg sfi_arg_ = { function, parameter }; \
		&sfi_arg_;                                                      \
	})

/* OBJ begins an object of type ID of the domain. Unlike sfi_check_owned() it only asks. */
static inline bool sfi_is(struct sfi_domain *d, const void *obj, u8 id)
{
	return obj && sfi_begins(d, obj, id);
}

static inline bool sfi_may_write(struct sfi_domain *d, const void *p, size_t size)
{
	return sfi_writable(d, (u64)p, size);
}

/* Nothing here keeps the context from sleeping. */
static inline bool sfi_may_sleep(void)
{
	return preemptible() && !rcu_preempt_depth();
}

/*
 * OBJ is on the stack of the interrupt that this context is, where nobody can wait for the end of
 * what the kernel does with it.
 */
static inline bool sfi_is_interrupts_local(const void *obj)
{
	u64 low, high;

	if (in_task())
		return false;
	sfi_port_stack_bounds((u64)__builtin_frame_address(0), &low, &high);
	return (u64)obj - low < high - low;
}

/* A function that sleeps has been called where that is allowed. As SFI_SLEEPS. */
static inline void sfi_check_sleeps(struct sfi_domain *d, const struct sfi_arg *arg)
{
	sfi_check_that(d, sfi_may_sleep(), arg);
}

#define SFI_SLEEPS_ARG(function) SFI_ARG(function, "preemptible() && !rcu_preempt_depth()")
#define SFI_CHECK_SLEEPS(d, function) sfi_check_sleeps(d, SFI_SLEEPS_ARG(function))

/* It may sleep, or GFP says that it must not; and GFP is not of both kinds of mobility, which is none. */
static inline void sfi_check_gfp(struct sfi_domain *d, gfp_t gfp, const struct sfi_arg *arg)
{
	sfi_check_that(d,
		       (!gfpflags_allow_blocking(gfp) || sfi_may_sleep()) &&
			       (~gfp & (__GFP_RECLAIMABLE | __GFP_MOVABLE)),
		       arg);
}

/*
 * A format of the driver's and its arguments: the format is constant data of the driver, and every
 * pointer that would be followed can be read. A violation otherwise. Any context.
 */
void sfi_check_format(struct sfi_domain *d, const char *format, va_list args,
		      const struct sfi_arg *arg);

/* The range lies in a memory (or port) window of a PCI device of the domain. Any context. */
bool sfi_pci_window(struct sfi_domain *d, u64 start, u64 size, unsigned long resource_type);

/* The driver of DEV asks for memory for DMA, or maps some. Any context. */
void sfi_pci_dma_begins(struct device *dev);

#endif
