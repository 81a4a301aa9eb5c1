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
 * whole, and none outside the run.
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

/* OP for each of the WORDS words from OFFSET on; until one says false. */
static __always_inline bool in_block(u8 *run, size_t offset, u32 words,
				     bool (*op)(u8 *run, size_t offset, void *arg), void *arg)
{
	u32 i;

#pragma GCC unroll 8
	for (i = 0; i < words; i++)
		if (!op(run, offset + 8 * i, arg))
			return false;
	return true;
}

/*
 * OP for words that together are the run of N slots, N eight or more, with the offset of each from the run's first
 * slot; until one says false. Straight blocks, which overlap where there would be a rest: few instructions.
 */
static __always_inline bool in_words(u8 *run, size_t n, bool (*op)(u8 *run, size_t offset, void *arg),
				     void *arg)
{
	size_t offset;

	if (n <= 16)
		return in_block(run, 0, 1, op, arg) && (n == 8 || in_block(run, n - 8, 1, op, arg));
	if (n <= 32)
		return in_block(run, 0, 2, op, arg) && in_block(run, n - 16, 2, op, arg);
	if (n <= 64)
		return in_block(run, 0, 4, op, arg) && in_block(run, n - 32, 4, op, arg);
	for (offset = 0; offset < n - 64; offset += 64)
		if (!in_block(run, offset, 8, op, arg))
			return false;
	return in_block(run, n - 64, 8, op, arg);
}

static __always_inline bool set_word(u8 *run, size_t offset, void *eight)
{
	store8(run + offset, *(u64 *)eight);
	return true;
}

/* N slots from SLOT, all of one leaf, become VALUE, a byte. */
static __always_inline void set_slots(u8 *slot, u32 n, u8 value)
{
	u64 eight = value * EIGHT_WRITABLE;

	if (likely(n >= 8)) {
		in_words(slot, n, set_word, &eight);
		return;
	}
	for (; n; slot++, n--)
		WRITE_ONCE(*slot, value);
}

static __always_inline bool copy_word(u8 *run, size_t offset, void *bytes)
{
	store8(run + offset, *(const slots8 *)(*(const u8 **)bytes + offset));
	return true;
}

/* N slots from SLOT, all of one leaf, become BYTES. */
static __always_inline void copy_slots(u8 *slot, u32 n, const u8 *bytes)
{
	if (likely(n >= 8)) {
		in_words(slot, n, copy_word, &bytes);
		return;
	}
	for (; n; slot++, bytes++, n--)
		WRITE_ONCE(*slot, *bytes);
}

static __always_inline bool and_word(u8 *run, size_t offset, void *all)
{
	*(u64 *)all &= load8(run + offset);
	return true;
}

static __always_inline bool all_writable(u8 *slot, u32 n)
{
	u64 all = EIGHT_WRITABLE;

	if (likely(n >= 8))
		in_words(slot, n, and_word, &all);
	else
		for (; n; slot++, n--)
			all &= READ_ONCE(*slot) | ~1ULL;
	return all == EIGHT_WRITABLE;
}

/* A comparison with a constant and a branch: fewer instructions than collecting what differs. */
static __always_inline bool is_writable_word(u8 *run, size_t offset, void *unused)
{
	(void)unused;
	return load8(run + offset) == EIGHT_WRITABLE;
}

/* The same as all_writable(), and no object begins at one of them. */
static __always_inline bool merely_writable(u8 *slot, u32 n)
{
	if (likely(n >= 8))
		return in_words(slot, n, is_writable_word, NULL);
	for (; n; slot++, n--)
		if (READ_ONCE(*slot) != SFI_RIGHT_WRITE)
			return false;
	return true;
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
 * that; else NULL, and rights.c knows better. Whether there can be rights at all was asked when the leaf was made.
 */
static __always_inline u8 *known_run(const struct sfi_domain *d, u64 addr, u64 size, u32 *n)
{
	/* As in cached_slots(). */
	const struct sfi_chunk *c = smp_load_acquire(&d->dir[dir_index(addr)]);
	u64 first = addr - c->base, last = first + (size - 1);

	*n = 0;
	/* No size is greater than any. */
	if (unlikely(first >= SFI_CHUNK_SIZE || size - 1 >= SFI_CHUNK_SIZE - first ||
		     c == &d->nowhere))
		return NULL;
	*n = (u32)((last >> SFI_SLOT_SHIFT) - (first >> SFI_SLOT_SHIFT) + 1);
	return c->slots + (first >> SFI_SLOT_SHIFT);
}

/* The same for SIZE bytes that begin a slot at ADDR; NULL if ADDR does not. As in sfi_dir_slot(). */
static __always_inline u8 *known_run_from(const struct sfi_domain *d, u64 addr, u64 size, u32 *n)
{
	/* Pairs with set_dir(). */
	const struct sfi_chunk *c = smp_load_acquire(&d->dir[dir_index(addr)]);
	u64 x = addr - c->base, slots = (size + (SFI_SLOT_SIZE - 1)) >> SFI_SLOT_SHIFT;

	x = x >> SFI_SLOT_SHIFT | x << (64 - SFI_SLOT_SHIFT);
	*n = (u32)slots;
	if (unlikely(x >= SFI_LEAF_SLOTS || slots - 1 >= SFI_LEAF_SLOTS - x || c == &d->nowhere))
		return NULL;
	return c->slots + x;
}

#endif
