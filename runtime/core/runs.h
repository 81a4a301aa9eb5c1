/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs of slots of the rights table, all of one leaf: finding one that the directory knows, reading
 * and writing it. For rights.c, whose head says what may be written without a lock; and for the hot
 * paths of objects, which do in one lookup what takes several functions of rights.c.
 */
#ifndef SFI_RUNS_H
#define SFI_RUNS_H

#include "internal.h"

#define EIGHT_WRITABLE 0x0101010101010101ULL
#define EIGHT_TYPED 0xfefefefefefefefeULL

static __always_inline u64 dir_index(u64 addr)
{
	return (addr >> SFI_CHUNK_SHIFT) & (SFI_DIR_ENTRIES - 1);
}

static __always_inline u32 slot_index(u64 addr)
{
	return (addr >> SFI_SLOT_SHIFT) & (SFI_LEAF_SLOTS - 1);
}

/*
 * The slots of ADDR's chunk if the directory knows them, else NULL. Instrumented code relies on the
 * address dependency.
 */
static __always_inline u8 *cached_slots(const struct sfi_domain *d, u64 addr)
{
	/* Pairs with set_dir(). */
	const struct sfi_chunk *c = smp_load_acquire(&d->dir[dir_index(addr)]);

	/* An unused entry is of the lowest addresses and has the leaf that must stay zero. */
	return addr - c->base < SFI_CHUNK_SIZE && c != &d->nowhere ? c->slots : NULL;
}

/*
 * Takes the type from a slot that holds BYTE; false: another context has changed it, and an object
 * that both release goes once.
 */
static __always_inline bool sfi_slot_claim(u8 *slot, u8 byte)
{
	return __atomic_compare_exchange_n(slot, &byte, byte & SFI_RIGHT_WRITE, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/*
 * Runs of slots. Words of slots need not be aligned: what matters is that each byte is written
 * whole, and none outside the run. A run of eight or more ends with a word that may overlap the one
 * before.
 */
typedef u64 __attribute__((aligned(1), may_alias)) slots8;

static __always_inline u64 load8(const u8 *slot)
{
	u64 eight = 0;
	u32 i;

	if (!SFI_PORT_BYTEWISE)
		return *(const slots8 *)slot; /* once, twice or in parts: all the same */
	for (i = 0; i < 8; i++)
		eight |= (u64)READ_ONCE(slot[i]) << (8 * i);
	return eight;
}

static __always_inline void store8(u8 *slot, u64 eight)
{
	u32 i;

	if (!SFI_PORT_BYTEWISE)
		*(volatile slots8 *)slot = eight;
	for (i = 0; SFI_PORT_BYTEWISE && i < 8; i++)
		WRITE_ONCE(slot[i], (u8)(eight >> (8 * i)));
}

/* N slots from SLOT, all of one leaf, become VALUE, a byte. */
static __always_inline void set_slots(u8 *slot, u32 n, u8 value)
{
	u8 *last = slot + n - 8;

	if (n < 8) {
		for (; n; slot++, n--)
			WRITE_ONCE(*slot, value);
		return;
	}
	for (; last - slot >= 32; slot += 32) {
		store8(slot, value * EIGHT_WRITABLE);
		store8(slot + 8, value * EIGHT_WRITABLE);
		store8(slot + 16, value * EIGHT_WRITABLE);
		store8(slot + 24, value * EIGHT_WRITABLE);
	}
	for (; slot < last; slot += 8)
		store8(slot, value * EIGHT_WRITABLE);
	store8(last, value * EIGHT_WRITABLE);
}

/* N slots from SLOT, all of one leaf, become BYTES. */
static __always_inline void copy_slots(u8 *slot, u32 n, const u8 *bytes)
{
	const u8 *last = bytes + n - 8;
	u8 *last_slot = slot + n - 8;

	if (n < 8) {
		for (; n; slot++, bytes++, n--)
			WRITE_ONCE(*slot, *bytes);
		return;
	}
	for (; bytes < last; slot += 8, bytes += 8)
		store8(slot, *(const slots8 *)bytes);
	store8(last_slot, *(const slots8 *)last);
}

static __always_inline bool all_writable(const u8 *slot, u32 n)
{
	const u8 *last = slot + n - 8;
	u64 all = EIGHT_WRITABLE;

	if (n < 8) {
		for (; n; slot++, n--)
			all &= READ_ONCE(*slot);
		return all;
	}
	for (; last - slot >= 64; slot += 64) {
		all &= load8(slot) & load8(slot + 8) & load8(slot + 16) & load8(slot + 24);
		all &= load8(slot + 32) & load8(slot + 40) & load8(slot + 48) & load8(slot + 56);
	}
	for (; slot < last; slot += 8)
		all &= load8(slot);
	all &= load8(last);
	return all == EIGHT_WRITABLE;
}

/* The same, and no object begins at one of them. */
static __always_inline bool merely_writable(const u8 *slot, u32 n)
{
	const u8 *last = slot + n - 8;
	u32 i;

	if (n < 8) {
		for (; n; slot++, n--)
			if (READ_ONCE(*slot) != SFI_RIGHT_WRITE)
				return false;
		return true;
	}
	/* A comparison with a constant and a branch: fewer instructions than collecting what differs. */
	for (; last - slot >= 64; slot += 64)
#pragma GCC unroll 8
		for (i = 0; i < 64; i += 8)
			if (load8(slot + i) != EIGHT_WRITABLE)
				return false;
	for (; slot < last; slot += 8)
		if (load8(slot) != EIGHT_WRITABLE)
			return false;
	return load8(last) == EIGHT_WRITABLE;
}

/* Index of the first of N slots at which an object begins; N: none. */
static __always_inline u32 first_typed(const u8 *slot, u32 n)
{
	u32 i = 0;

	/* Most of a leaf is untyped: eight slots at a time. */
	for (; n - i >= 8 && !(load8(slot + i) & EIGHT_TYPED); i += 8)
		;
	for (; i < n && READ_ONCE(slot[i]) <= SFI_RIGHT_WRITE; i++)
		;
	return i;
}

static __always_inline u64 chunk_last(u64 addr)
{
	return addr | (SFI_CHUNK_SIZE - 1);
}

static __always_inline bool one_chunk(u64 addr, u64 last)
{
	return !((addr ^ last) >> SFI_CHUNK_SHIFT);
}

/* Slots that [ADDR, LAST], all of one chunk, touches. */
static __always_inline u32 nr_slots(u64 addr, u64 last)
{
	return slot_index(last) - slot_index(addr) + 1;
}

/*
 * The run that [ADDR, ADDR + SIZE) touches, *N slots, if it is of one leaf and the directory knows
 * that; else NULL, and rights.c knows better.
 */
static __always_inline u8 *known_run(const struct sfi_domain *d, u64 addr, u64 size, u32 *n)
{
	u64 last;
	u8 *slots;

	*n = 0;
	if (unlikely(!sfi_range(addr, size, &last) || !sfi_port_grantable(addr, last) ||
		     !one_chunk(addr, last)))
		return NULL;
	slots = cached_slots(d, addr);
	*n = nr_slots(addr, last);
	return likely(slots) ? slots + slot_index(addr) : NULL;
}

#endif
