// SPDX-License-Identifier: GPL-2.0-only
/*
 * Indirect calls of a driver: the target must be a function that one of its
 * units lists, and of the type of the call. What is run is not always the
 * target; the unit's table says what.
 *
 * Of a gate it is the function behind it: what a gate lends, takes and binds are
 * its arguments, which only the kernel may choose. Of a kernel function that the
 * driver may put into a callback slot it is a call of the import wrapper, which
 * checks the arguments.
 *
 * A place keeps the first function that it was found to call, and asks for others only. It is the
 * first and not the last, so that two CPUs that call two functions there do not write for ever. Not a
 * gate, whose stack is to be looked at each time.
 *
 * A way from a gate's function back to the same gate is a recursion that the
 * pass did not see, so there must be stack left.
 */
#include "internal.h"

/* For entry_64.S, which looks for the target before all this, once a place knows one: no count, no look at the state. */
#define AT(structure, field, offset) \
	static_assert(offsetof(struct structure, field) == (offset), "known to entry_64.S")
AT(sfi_site, known, 0);
AT(sfi_site, type, 8);
AT(sfi_self, domain, 65536);
AT(sfi_domain, funcs, 96);
AT(sfi_domain, func_mask, 112);
AT(sfi_func, addr, 0);
AT(sfi_func, call, 8);
AT(sfi_func, type, 16);
AT(sfi_func, flags, 20);
static_assert(SFI_FUNC_GATE == 1, "known to entry_64.S");

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
	else
		r.why = "a kernel function that has no wrapper";
	if (f)
		sfi_port_snprintf(r.detail, sizeof(r.detail), "%s", f->name);
	sfi_violation(d, &r);
}

const void *sfi_icall_c(struct sfi_self *self, const void *target, struct sfi_site *site, u64 ip)
{
	struct sfi_domain *d = self->domain;
	u32 type = site->type;
	const struct sfi_func *f = sfi_domain_func(d, target);

	sfi_port_cpu_inc(d->cpu, icalls);
	if (unlikely(sfi_closed(d)))
		sfi_unwind(d);
	if (unlikely(!f || !type || f->type != type || !f->call))
		wild_call(d, target, f, type, ip);
	if (unlikely(f->flags & SFI_FUNC_GATE))
		sfi_stack_c(self, 0, 0, ip);
	else if (!READ_ONCE(site->known)->type)
		WRITE_ONCE(site->known, f);
	return f->call;
}
