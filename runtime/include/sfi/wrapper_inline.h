/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inline halves of wrapper.h: hot paths of import and entry wrappers.
 * Included by wrapper.h alone.
 */
#ifndef SFI_WRAPPER_INLINE_H
#define SFI_WRAPPER_INLINE_H

#include <sfi/domain.h>

void sfi_do_unwind(struct sfi_domain *d);
void sfi_check_owned_slow(struct sfi_domain *d, const void *obj, u8 id, const struct sfi_arg *arg);
void sfi_check_writable_slow(struct sfi_domain *d, const void *p, size_t size,
			     const struct sfi_arg *arg);
void sfi_check_failed(struct sfi_domain *d, const struct sfi_arg *arg);
bool sfi_refuse_memory(struct sfi_domain *d);
bool sfi_gate_refuse(struct sfi_domain *d);
u8 sfi_type_at(const struct sfi_domain *d, u64 addr);
void sfi_gate_imbalance(struct sfi_gate *g);
void sfi_bad_result(struct sfi_gate *g, u64 result);

/*
 * Unwinds this context to its innermost gate, without a report. The function
 * behind it does not say that it never returns: objtool knows the kernel's own
 * such functions only, and takes the trap for the end of the path.
 */
static __always_inline void __noreturn sfi_unwind(struct sfi_domain *d)
{
	sfi_do_unwind(d);
	__builtin_trap();
}

static __always_inline struct sfi_domain *sfi_import_enter(struct sfi_self *self)
{
	struct sfi_domain *d = self->domain;

	if (unlikely(sfi_closed(d)))
		sfi_unwind(d);
	return d;
}

/* Whatever was acquired has its record by now, so that unwinding loses nothing. */
static __always_inline void sfi_import_leave(struct sfi_domain *d)
{
	if (unlikely(sfi_closed(d)))
		sfi_unwind(d);
}

/*
 * The rights byte of the slot that begins at A if the directory knows it; 0 (nothing) otherwise.
 * What is left of A in its chunk is rotated, so that one comparison sees another chunk and an
 * address that is not a slot's; unused entries have a leaf of zeros.
 */
static __always_inline u8 sfi_dir_slot(const struct sfi_domain *d, u64 a)
{
	const struct sfi_chunk *const *entry =
		&d->dir[(a >> SFI_CHUNK_SHIFT) & (SFI_DIR_ENTRIES - 1)];
	/* Pairs with set_dir() in rights.c. */
	const struct sfi_chunk *c = smp_load_acquire(entry);
	u64 x = a - c->base;

	x = x >> SFI_SLOT_SHIFT | x << (64 - SFI_SLOT_SHIFT);
	if (unlikely(x >= SFI_LEAF_SLOTS))
		return 0;
	return READ_ONCE(c->slots[x]);
}

/* The directory knows of an object of type ID that begins at OBJ. */
static __always_inline bool sfi_dir_has(const struct sfi_domain *d, const void *obj, u8 id)
{
	return sfi_dir_slot(d, (u64)(uintptr_t)obj) >> SFI_RIGHT_TYPE_SHIFT == id;
}

static __always_inline void sfi_check_owned(struct sfi_domain *d, const void *obj, u8 id,
					    const struct sfi_arg *arg)
{
	if (unlikely(!sfi_dir_has(d, obj, id)))
		sfi_check_owned_slow(d, obj, id, arg);
}

/* What is aligned, and no larger than a slot, has one byte to be looked at. */
static __always_inline void sfi_check_writable(struct sfi_domain *d, const void *p, size_t size,
					       const struct sfi_arg *arg)
{
	u64 addr = (u64)(uintptr_t)p;

	if (__builtin_constant_p(size) && (size == 4 || size == 8) && !(addr % size) &&
	    likely(sfi_dir_slot(d, addr & ~(u64)(SFI_SLOT_SIZE - 1)) & SFI_RIGHT_WRITE))
		return;
	sfi_check_writable_slow(d, p, size, arg);
}

/* An object of type ID begins at OBJ. */
static __always_inline bool sfi_begins(const struct sfi_domain *d, const void *obj, u8 id)
{
	return likely(sfi_dir_has(d, obj, id)) || sfi_type_at(d, (u64)(uintptr_t)obj) == id;
}

struct sfi_object *sfi_acquire_recorded(struct sfi_domain *d, const struct sfi_type *type,
					void *obj, size_t size, sfi_release_fn release,
					const u64 args[4]);

/* A hot type needs no more than the object and its size. */
static __always_inline struct sfi_object *
sfi_acquire(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
	    sfi_release_fn release, u64 a0, u64 a1, u64 a2, u64 a3)
{
	const u64 args[4] = { a0, a1, a2, a3 };

	if (type->hot) {
		if (__builtin_constant_p(size) && !size)
			sfi_acquire_hot(d, type, obj, NULL);
		else
			sfi_acquire_bytes(d, type, obj, size);
		return NULL;
	}
	return sfi_acquire_recorded(d, type, obj, size, release, args);
}

static __always_inline void sfi_check_that(struct sfi_domain *d, bool ok, const struct sfi_arg *arg)
{
	if (unlikely(!ok))
		sfi_check_failed(d, arg);
}

static __always_inline bool sfi_may_hold(struct sfi_domain *d, u64 bytes)
{
	s64 held = READ_ONCE(d->memory_held);
	u64 limit = READ_ONCE(d->memory_limit);

	if (likely(!limit || (bytes <= limit && held <= (s64)(limit - bytes))))
		return true;
	return sfi_refuse_memory(d);
}

/*
 * Counting precedes the look at the state. The processor may still let the load pass the store; the
 * recoverer makes up for it: it closes the domain, then has every CPU pass a full barrier
 * (sfi_port_barrier_all()), and only then believes the counters. Two counters, not one that goes up
 * and down: a context may leave on another CPU than it entered on, and reading all `left` before
 * all `entered` can then only err on the safe side.
 */
static __always_inline bool sfi_gate_enter(struct sfi_gate *g, const struct sfi_entry *e)
{
	struct sfi_domain *d = e->self->domain;

	sfi_port_cpu_inc(d->cpu, entered);
	barrier();
	if (unlikely(sfi_closed(d)))
		return sfi_gate_refuse(d);
	g->domain = d;
	g->entry = e;
	/* Until sfi_gate_save(): no function has it. */
	g->regs[SFI_GATE_SP] = 0;
	sfi_port_gate_save(g);
	barrier();
	g->cookie = SFI_GATE_COOKIE ^ (u64)(uintptr_t)g;
	barrier();
	return true;
}

static __always_inline void sfi_check_result(struct sfi_gate *g, bool ok, u64 result)
{
	if (unlikely(!ok))
		sfi_bad_result(g, result);
}

static __always_inline void sfi_gate_leave(struct sfi_gate *g)
{
	struct sfi_domain *d = g->domain;

	if (unlikely(sfi_locks_any(d) || sfi_port_gate_differs(g)))
		sfi_gate_imbalance(g);
	WRITE_ONCE(g->cookie, 0);
	barrier();
	sfi_port_cpu_inc(d->cpu, left);
}

#endif
