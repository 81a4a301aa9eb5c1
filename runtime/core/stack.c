// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stack depth. Runaway recursion must end before the guard page, since what
 * happens there is a double fault that nobody survives. What must be left is
 * enough for a kernel function that a driver calls at its deepest, an interrupt
 * on top, and the report of the violation.
 */
#include "internal.h"

#ifdef CONFIG_KASAN
/* Stacks are twice as large then, and so are frames, or more. */
#define STACK_MARGIN 8192
#else
#define STACK_MARGIN 3072
#endif

static noinline void too_deep(struct sfi_domain *d, u64 sp, u64 low, u64 ip)
{
	struct sfi_report r = {
		.what = SFI_STACK_DEPTH, .ip = ip, .address = sp, .size = sp - low
	};

	sfi_violation(d, &r);
}

void sfi_stack_c(struct sfi_self *self, u64 unused1, u64 unused2, u64 ip)
{
	u64 sp = sfi_here(), low, high;

	(void)unused1;
	(void)unused2;
	sfi_port_stack_bounds(sp, &low, &high);
	if (unlikely(sp - low < STACK_MARGIN))
		too_deep(self->domain, sp, low, ip);
}
