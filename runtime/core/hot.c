// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of hot types, packets above all, on their way in and out: no lock, no record, and one
 * lookup in the directory for all that is done to an object. What that lookup does not answer (the
 * directory does not know the leaf, the object lies in two, borrowings, fields with an end of their
 * own) takes the long way through object.c and rights.c, which comes to the same.
 */
#include "object.h"
#include "runs.h"

/* === Internals === */

static __always_inline u8 typed(u8 id)
{
	return (u8)(SFI_RIGHT_WRITE | id << SFI_RIGHT_TYPE_SHIFT);
}

/* Table bytes alone say that an object of TYPE is held, and all have the same memory or none. */
static __always_inline bool is_plain(const struct sfi_type *type)
{
	return !type->grant && !type->memory && !sfi_type_entries[type->id].ender;
}

static noinline bool turn_slowly(struct sfi_domain *d, void *obj, size_t size, size_t keep,
				 const struct sfi_type *from, const struct sfi_type *to)
{
	u64 addr = sfi_addr(obj);

	if (addr % SFI_SLOT_SIZE || sfi_slot_at(d, addr) != typed(from->id) ||
	    !sfi_merely_writable(d, addr + SFI_SLOT_SIZE, size - SFI_SLOT_SIZE))
		return false;
	sfi_rights_unset(d, addr + keep, size - keep);
	return sfi_rights_set_type(d, addr, to->id);
}

/* === Public interface === */

void sfi_acquire_hot(struct sfi_domain *d, const struct sfi_type *type, void *obj, const u8 *map)
{
	u32 n;
	u8 *run = known_run_from(d, sfi_addr(obj), type->size, &n);

	sfi_port_cpu_inc(d->cpu, acquired);
	if (unlikely(!run || !is_plain(type))) {
		sfi_object_give_hot(d, type, obj, 0, map);
		return;
	}
	if (type->memory_bytes)
		sfi_memory_add(d, type->memory_bytes);
	copy_slots(run, n, map ? map : sfi_type_entries[type->id].map);
}
SFI_EXPORT(sfi_acquire_hot);

void sfi_acquire_bytes(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size)
{
	u32 n;
	u8 *run = known_run_from(d, sfi_addr(obj), size, &n);

	sfi_port_cpu_inc(d->cpu, acquired);
	if (unlikely(!run || !is_plain(type) || type->size > size)) {
		sfi_object_give_hot(d, type, obj, size, NULL);
		return;
	}
	if (type->memory_bytes)
		sfi_memory_add(d, type->memory_bytes);
	set_slots(run, n, SFI_RIGHT_WRITE);
	WRITE_ONCE(*run, typed(type->id));
}
SFI_EXPORT(sfi_acquire_bytes);

bool sfi_turn(struct sfi_domain *d, void *obj, size_t size, size_t keep,
	      const struct sfi_type *from, const struct sfi_type *to)
{
	u32 n, kept = (u32)(keep >> SFI_SLOT_SHIFT);
	u8 *run;

	if (unlikely(!keep || keep > size || (size | keep) % SFI_SLOT_SIZE))
		return false;
	run = known_run_from(d, sfi_addr(obj), size, &n);
	if (unlikely(!run))
		return turn_slowly(d, obj, size, keep, from, to);
	if (unlikely(READ_ONCE(*run) != typed(from->id) || !merely_writable(run + 1, n - 1)))
		return false;
	set_slots(run + kept, n - kept, 0);
	WRITE_ONCE(*run, typed(to->id));
	return true;
}
SFI_EXPORT(sfi_turn);

void sfi_drop_bytes(struct sfi_domain *d, void *obj, size_t size, u8 id)
{
	u32 n;
	u8 *run = known_run_from(d, sfi_addr(obj), size, &n);

	if (unlikely(!run)) {
		if (sfi_type_at(d, sfi_addr(obj)) == id)
			sfi_rights_unset(d, sfi_addr(obj), size);
	} else if (READ_ONCE(*run) >> SFI_RIGHT_TYPE_SHIFT == id) {
		set_slots(run, n, 0);
	}
}
SFI_EXPORT(sfi_drop_bytes);

void sfi_release(struct sfi_domain *d, const struct sfi_type *type, void *obj,
		 const struct sfi_arg *arg)
{
	u8 *run, byte;
	u32 n;

	run = known_run_from(d, sfi_addr(obj), type->size, &n);
	if (unlikely(!run)) {
		sfi_release_slow(d, type, obj, arg);
		return;
	}
	byte = READ_ONCE(*run);
	/* A byte that a borrowing has set is seen after the type's flag; pairs with chain(). */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	/* Another context may be releasing it. */
	if (unlikely(byte >> SFI_RIGHT_TYPE_SHIFT != type->id || !type->hot ||
		     sfi_ever_borrowed(d, type->id) || !sfi_slot_claim(run, byte))) {
		sfi_release_slow(d, type, obj, arg);
		return;
	}
	sfi_port_cpu_inc(d->cpu, released);
	if (unlikely(!is_plain(type))) {
		sfi_object_take(d, type, obj, 0, false);
		return;
	}
	if (type->memory_bytes)
		sfi_memory_add(d, -(s64)type->memory_bytes);
	if (type->revoke)
		type->revoke(d, obj);
	set_slots(run, n, 0);
}
SFI_EXPORT(sfi_release);
