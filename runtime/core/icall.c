// SPDX-License-Identifier: GPL-2.0-only
/*
 * Indirect calls of a driver: the target must be a function of its own, and of
 * the type of the call.
 *
 * Not a gate: what a gate lends, takes and binds are its arguments, which only
 * the kernel may choose. Nor a kernel function that the driver may put into a
 * callback slot: called so it would get arguments that nothing has checked.
 */
#include "internal.h"

static noinline void wild_call(struct sfi_domain *d, const void *target, const struct sfi_func *f,
			       u32 type, u64 ip)
{
	struct sfi_report r = { .what = SFI_WILD_ICALL, .ip = ip, .address = sfi_addr(target) };

	if (!target)
		r.why = "NULL";
	else if (!f)
		r.why = "not a function of the driver's";
	else if (f->type != type || !type)
		r.why = "a function of another type";
	else if (f->flags & SFI_FUNC_GATE)
		r.why = "a gate, which is for the kernel to call";
	else
		r.why = "a kernel function, whose arguments would not be checked";
	if (f)
		sfi_port_snprintf(r.detail, sizeof(r.detail), "%s", f->name);
	sfi_violation(d, &r);
}

void sfi_icall_c(struct sfi_self *self, const void *target, u32 type, u64 ip)
{
	struct sfi_domain *d = self->domain;
	const struct sfi_func *f = sfi_domain_func(d, target);

	sfi_port_cpu_inc(d->cpu, icalls);
	if (unlikely(sfi_closed(d)))
		sfi_unwind(d);
	if (unlikely(!f || !type || f->type != type || f->flags))
		wild_call(d, target, f, type, ip);
}
