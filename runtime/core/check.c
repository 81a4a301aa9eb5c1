// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks that wrappers make on what a driver passes to the kernel, or returns
 * to it. All return if right and do not return otherwise.
 */
#include "object.h"
#include "runs.h"

void sfi_report_argument(struct sfi_domain *d, const struct sfi_arg *arg, u64 value, u64 size,
			 const char *why)
{
	struct sfi_report r = {
		.what = SFI_BAD_ARGUMENT,
		.arg = arg,
		.address = value,
		.size = size,
		.why = why,
	};

	sfi_violation(d, &r);
}

static bool within(u64 addr, u64 size, u64 begin, u64 extent)
{
	return addr - begin < extent && size <= extent - (addr - begin);
}

void sfi_check_owned_slow(struct sfi_domain *d, const void *obj, u8 id, const struct sfi_arg *arg)
{
	if (unlikely(!sfi_holds(d, id, obj)))
		sfi_not_held(d, id, obj, arg);
}
SFI_EXPORT(sfi_check_owned_slow);

void sfi_check_failed(struct sfi_domain *d, const struct sfi_arg *arg)
{
	sfi_bad_argument(d, arg, 0, 0, "does not meet what is required of it");
}
SFI_EXPORT(sfi_check_failed);

static noinline void check_writable_anywhere(struct sfi_domain *d, const void *p, size_t size,
					     const struct sfi_arg *arg)
{
	if (unlikely(!sfi_writable(d, sfi_addr(p), size)))
		sfi_bad_argument(d, arg, sfi_addr(p), size, "not writable by the driver");
}

/* Buffers most often, of several slots, of which the directory knows. */
void sfi_check_writable_slow(struct sfi_domain *d, const void *p, size_t size,
			     const struct sfi_arg *arg)
{
	u32 n;
	u8 *run = known_run(d, sfi_addr(p), size, &n);

	if (unlikely(!run || !all_writable(run, n)))
		check_writable_anywhere(d, p, size, arg);
}
SFI_EXPORT(sfi_check_writable_slow);

void sfi_check_own(struct sfi_domain *d, const void *p, u8 id, size_t size,
		   const struct sfi_arg *arg)
{
	if (!sfi_begins(d, p, id) && unlikely(!sfi_writable(d, sfi_addr(p), size)))
		sfi_bad_argument(d, arg, sfi_addr(p), size, "is not memory of the driver's own");
}
SFI_EXPORT(sfi_check_own);

void sfi_check_readable(struct sfi_domain *d, const void *p, size_t size, const struct sfi_arg *arg)
{
	u64 last;

	if (!size)
		return;
	if (unlikely(!p))
		sfi_bad_argument(d, arg, 0, size, "is NULL");
	if (unlikely(!sfi_range(sfi_addr(p), size, &last) ||
		     !sfi_port_grantable(sfi_addr(p), last)))
		sfi_bad_argument(d, arg, sfi_addr(p), size, "not an address of the kernel's");
	if (unlikely(!sfi_port_readable(sfi_addr(p), last)))
		sfi_bad_argument(d, arg, sfi_addr(p), size, "cannot be read");
}
SFI_EXPORT(sfi_check_readable);

void sfi_check_extent(struct sfi_domain *d, const void *p, size_t size, const struct sfi_arg *arg)
{
	const struct sfi_object *o;
	bool beyond;
	u64 flags;

	flags = sfi_port_lock(&d->object_lock);
	o = sfi_object_memory_at(d, sfi_addr(p));
	beyond = o && size > sfi_object_extent(o) - (sfi_addr(p) - sfi_addr(o->obj));
	sfi_port_unlock(&d->object_lock, flags);
	if (unlikely(beyond))
		sfi_bad_argument(d, arg, sfi_addr(p), size, "reaches beyond its memory");
}
SFI_EXPORT(sfi_check_extent);

void sfi_check_callback(struct sfi_domain *d, const void *fn, const char *kind,
			const struct sfi_arg *arg)
{
	const struct sfi_entry *e;
	const struct sfi_func *f;

	if (!fn)
		return;
	e = sfi_domain_gate(d, fn);
	if (likely(e && !strcmp(e->kind, kind)))
		return;
	if (e)
		sfi_bad_argument(d, arg, sfi_addr(fn), 0, "a callback of another kind");
	f = sfi_domain_func(d, fn);
	if (f && f->flags & SFI_FUNC_KERNEL)
		sfi_bad_argument(d, arg, sfi_addr(fn), 0, "not a kernel function for this slot");
	sfi_bad_argument(d, arg, sfi_addr(fn), 0, "not a callback of the driver's");
}
SFI_EXPORT(sfi_check_callback);

bool sfi_is_kernel_function(struct sfi_domain *d, const void *fn, const char *name)
{
	const struct sfi_func *f = fn ? sfi_domain_func(d, fn) : NULL;

	return f && f->flags & SFI_FUNC_KERNEL && !strcmp(f->name, name);
}
SFI_EXPORT(sfi_is_kernel_function);

void sfi_check_constant(struct sfi_domain *d, const void *p, size_t size, const struct sfi_arg *arg)
{
	if (p && unlikely(!within(sfi_addr(p), size, d->rodata, d->rodata_size)))
		sfi_bad_argument(d, arg, sfi_addr(p), size, "not constant data of the driver's");
}
SFI_EXPORT(sfi_check_constant);

void sfi_check_module(struct sfi_domain *d, const struct module *mod, const struct sfi_arg *arg)
{
	if (unlikely(mod && mod != d->module))
		sfi_bad_argument(d, arg, sfi_addr(mod), 0, "not the driver's module");
}
SFI_EXPORT(sfi_check_module);

void sfi_bad_result(struct sfi_gate *g, u64 result)
{
	struct sfi_report r = {
		.what = SFI_BAD_RESULT,
		.ip = sfi_addr(g->entry->fn),
		.entry = g->entry,
		.address = result,
	};

	sfi_violation(g->domain, &r);
}
SFI_EXPORT(sfi_bad_result);
