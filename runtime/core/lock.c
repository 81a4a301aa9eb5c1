// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks that a domain holds, so that an unwinder can drop what the frames it
 * skips have taken, and a gate can tell a callback that returns with a lock.
 *
 * A small table in the domain. A bit of lock_map owns each slot: it is claimed
 * and freed with atomic bit operations, so that two contexts never share one.
 * Only the context that took a lock looks for it again, by its context id: a
 * foreign slot is skipped whatever it holds, and half-filled slots have id 0.
 * An interrupt that comes between any two of these steps has another id.
 *
 * The map is one cache line that is read at every gate exit and written at
 * every lock operation: a domain whose CPUs take different locks all the time
 * pays for that line moving.
 */
#include "internal.h"

/* Claims a free slot; SFI_LOCKS: none. */
static u32 claim(struct sfi_domain *d)
{
	unsigned long map, bit;
	u32 word;

	for (word = 0; word < ARRAY_SIZE(d->lock_map); word++) {
		map = READ_ONCE(d->lock_map[word]);
		while (~map) {
			bit = 1UL << __builtin_ctzl(~map);
			map = __atomic_fetch_or(&d->lock_map[word], bit, __ATOMIC_ACQUIRE);
			if (!(map & bit))
				return word * 64 + (u32)__builtin_ctzl(bit);
		}
	}
	return SFI_LOCKS;
}

static void free_slot(struct sfi_domain *d, u32 i)
{
	WRITE_ONCE(d->held[i].context, 0);
	__atomic_fetch_and(&d->lock_map[i / 64], ~(1UL << (i % 64)), __ATOMIC_RELEASE);
}

/* The next slot from I on that CONTEXT owns; SFI_LOCKS: none. */
static u32 next_held(const struct sfi_domain *d, u32 i, u64 context)
{
	unsigned long map;

	for (; i < SFI_LOCKS; i = (i / 64 + 1) * 64) {
		map = READ_ONCE(d->lock_map[i / 64]) & (~0UL << (i % 64));
		for (; map; map &= map - 1) {
			u32 slot = i / 64 * 64 + (u32)__builtin_ctzl(map);

			if (READ_ONCE(d->held[slot].context) == context)
				return slot;
		}
	}
	return SFI_LOCKS;
}

void sfi_lock_taken(struct sfi_domain *d, void *lock, const char *kind, void (*unlock)(void *lock),
		    const struct sfi_arg *arg)
{
	u32 i = claim(d);

	if (unlikely(i == SFI_LOCKS)) {
		/* Not to be remembered, so not to be kept: sfi_import_leave() unwinds. */
		unlock(lock);
		sfi_internal_error(d, "too many locks held at once");
		return;
	}
	d->held[i].lock = lock;
	d->held[i].kind = kind;
	d->held[i].unlock = unlock;
	d->held[i].arg = arg;
	d->held[i].sp = sfi_here();
	/* Pairs with sfi_lock_inside(). */
	smp_store_release(&d->held[i].context, sfi_port_context_id());
}
SFI_EXPORT(sfi_lock_taken);

bool sfi_lock_is_held(const struct sfi_domain *d, const void *lock)
{
	u64 context = sfi_port_context_id();
	u32 i;

	for (i = next_held(d, 0, context); i < SFI_LOCKS; i = next_held(d, i + 1, context))
		if (d->held[i].lock == lock)
			return true;
	return false;
}
SFI_EXPORT(sfi_lock_is_held);

static bool is_kind(const struct sfi_held *held, const char *kind)
{
	return likely(held->kind == kind) || !strcmp(held->kind, kind);
}

void sfi_lock_dropped(struct sfi_domain *d, void *lock, const char *kind, const struct sfi_arg *arg)
{
	u64 context = sfi_port_context_id();
	u32 i;

	for (i = next_held(d, 0, context); i < SFI_LOCKS; i = next_held(d, i + 1, context)) {
		if (d->held[i].lock != lock || !is_kind(&d->held[i], kind))
			continue;
		free_slot(d, i);
		return;
	}
	sfi_bad_argument(d, arg, sfi_addr(lock), 0, "not a lock that this context took");
}
SFI_EXPORT(sfi_lock_dropped);

unsigned int sfi_locks_drop(struct sfi_domain *d, u64 low, u64 high, const struct sfi_arg **first)
{
	u64 context = sfi_port_context_id();
	struct sfi_held held;
	unsigned int n = 0;
	u32 i;

	for (i = next_held(d, 0, context); i < SFI_LOCKS; i = next_held(d, i + 1, context)) {
		held = d->held[i];
		if (held.sp < low || held.sp >= high)
			continue;
		free_slot(d, i);
		held.unlock(held.lock);
		if (!n++)
			*first = held.arg;
	}
	return n;
}

const struct sfi_held *sfi_lock_inside(const struct sfi_domain *d, u64 addr, u64 size)
{
	unsigned long map;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(d->lock_map); i++) {
		for (map = READ_ONCE(d->lock_map[i]); map; map &= map - 1) {
			const struct sfi_held *held = &d->held[i * 64 + (u32)__builtin_ctzl(map)];

			/* Pairs with sfi_lock_taken(). */
			u64 context = smp_load_acquire(&held->context);

			if (context && sfi_addr(held->lock) - addr < size)
				return held;
		}
	}
	return NULL;
}

void sfi_locks_reset(struct sfi_domain *d)
{
	u32 i;

	for (i = 0; i < SFI_LOCKS; i++)
		d->held[i].context = 0;
	for (i = 0; i < ARRAY_SIZE(d->lock_map); i++)
		WRITE_ONCE(d->lock_map[i], 0);
}
