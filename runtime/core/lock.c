// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks that a domain holds, so that an unwinder can drop what the frames it
 * skips have taken, and a gate can tell a callback that returns with a lock.
 *
 * A small table in the domain. A bit of lock_map owns each slot: it is claimed
 * and freed with atomic bit operations, so that two contexts never share one.
 * Only the context that took a lock looks for it again, by its context id: a
 * foreign slot is skipped whatever it holds, and half-filled slots have id 0.
 * An interrupt that comes between any two of these steps has another id. A lock
 * has a slot of its own with a context, its home, which is tried first: who
 * takes and drops one does not search.
 *
 * The map is one cache line that is read at every gate exit and written at
 * every lock operation: a domain whose CPUs take different locks all the time
 * pays for that line moving.
 */
#include "internal.h"

static u32 home_of(const void *lock, u64 context)
{
	static_assert(SFI_LOCKS == 256, "eight bits of the hash");

	return (u32)(((sfi_addr(lock) ^ context) * 0x9e3779b97f4a7c15ULL) >> 56);
}

static bool claim_slot(struct sfi_domain *d, u32 i)
{
	unsigned long bit = 1UL << (i % 64);

	return !(__atomic_fetch_or(&d->lock_map[i / 64], bit, __ATOMIC_ACQUIRE) & bit);
}

/* Claims any free slot; SFI_LOCKS: none. */
static noinline u32 claim_any(struct sfi_domain *d)
{
	unsigned long map;
	u32 word, i;

	for (word = 0; word < ARRAY_SIZE(d->lock_map); word++) {
		map = READ_ONCE(d->lock_map[word]);
		while (~map) {
			i = word * 64 + (u32)__builtin_ctzl(~map);
			if (claim_slot(d, i))
				return i;
			map = READ_ONCE(d->lock_map[word]);
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

static bool is_kind(const struct sfi_held *held, const char *kind)
{
	return likely(held->kind == kind) || !strcmp(held->kind, kind);
}

/* LOCK is in slot I, taken by CONTEXT; KIND: and of that kind, if not NULL. */
static __always_inline bool is_held(const struct sfi_domain *d, u32 i, const void *lock, u64 context,
				    const char *kind)
{
	const struct sfi_held *held = &d->held[i];

	return READ_ONCE(held->context) == context && held->lock == lock &&
	       (!kind || is_kind(held, kind));
}

/* Where CONTEXT has LOCK, of KIND if that is not NULL, the last that it took; SFI_LOCKS: nowhere. */
static __always_inline u32 find(const struct sfi_domain *d, const void *lock, u64 context,
				const char *kind)
{
	u32 i = home_of(lock, context), found = SFI_LOCKS;

	if (likely(is_held(d, i, lock, context, kind)))
		return i;
	for (i = next_held(d, 0, context); i < SFI_LOCKS; i = next_held(d, i + 1, context))
		if (is_held(d, i, lock, context, kind) &&
		    (found == SFI_LOCKS || d->held[i].sp < d->held[found].sp))
			found = i;
	return found;
}

/*
 * A slot for LOCK, which is not its free home; SFI_LOCKS: none. The home is the newest's, where
 * CONTEXT has the same lock already: what it has entered since drops that first.
 */
static noinline u32 claim_another(struct sfi_domain *d, u32 home, const void *lock, u64 context)
{
	struct sfi_held older;
	u32 i = claim_any(d);

	if (i == SFI_LOCKS || !is_held(d, home, lock, context, NULL))
		return i;
	older = d->held[home];
	older.context = 0;
	d->held[i] = older;
	/* As in taken(). */
	smp_store_release(&d->held[i].context, context);
	WRITE_ONCE(d->held[home].context, 0);
	return home;
}

/*
 * Another value once this CPU has entered a gate of D, or this is another CPU. Preemption is off. Of
 * a lock taken with interrupts on it tells that they were on in the gate that the context is still in.
 */
static __always_inline u64 gates_stand(const struct sfi_domain *d)
{
	return sfi_port_cpu_get(d->cpu, entered) ^ (u64)sfi_port_this_cpu() << 48;
}

static __always_inline void taken(struct sfi_domain *d, void *lock, const char *kind,
				  void (*unlock)(void *lock), const struct sfi_arg *arg, bool irqs_on)
{
	u64 context = sfi_port_context_id();
	u32 i = home_of(lock, context);

	if (unlikely(!claim_slot(d, i)))
		i = claim_another(d, i, lock, context);
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
	d->held[i].irqs_on = irqs_on ? gates_stand(d) : 0;
	/* Pairs with sfi_lock_inside(). */
	smp_store_release(&d->held[i].context, context);
}

void sfi_lock_taken(struct sfi_domain *d, void *lock, const char *kind, void (*unlock)(void *lock),
		    const struct sfi_arg *arg)
{
	taken(d, lock, kind, unlock, arg, false);
}
SFI_EXPORT(sfi_lock_taken);

void sfi_lock_taken_irqs(struct sfi_domain *d, void *lock, const char *kind,
			 void (*unlock)(void *lock), const struct sfi_arg *arg, bool irqs_on)
{
	taken(d, lock, kind, unlock, arg, irqs_on);
}
SFI_EXPORT(sfi_lock_taken_irqs);

bool sfi_lock_is_held(const struct sfi_domain *d, const void *lock)
{
	return find(d, lock, sfi_port_context_id(), NULL) < SFI_LOCKS;
}
SFI_EXPORT(sfi_lock_is_held);

/* What was so then is so for the gate that this context is in, if it has entered none since. */
bool sfi_lock_irqs_were_on(const struct sfi_domain *d, const void *lock)
{
	u32 i = find(d, lock, sfi_port_context_id(), NULL);

	return i < SFI_LOCKS && d->held[i].irqs_on && d->held[i].irqs_on == gates_stand(d);
}
SFI_EXPORT(sfi_lock_irqs_were_on);

void sfi_lock_dropped(struct sfi_domain *d, void *lock, const char *kind, const struct sfi_arg *arg)
{
	u32 i = find(d, lock, sfi_port_context_id(), kind);

	if (unlikely(i == SFI_LOCKS))
		sfi_bad_argument(d, arg, sfi_addr(lock), 0, "not a lock that this context took");
	free_slot(d, i);
}
SFI_EXPORT(sfi_lock_dropped);

bool sfi_locks_mine(const struct sfi_domain *d)
{
	return next_held(d, 0, sfi_port_context_id()) < SFI_LOCKS;
}

/* The slot of the lock that CONTEXT took deepest with a stack pointer in [LOW, HIGH); SFI_LOCKS: none. */
static u32 deepest_held(const struct sfi_domain *d, u64 context, u64 low, u64 high)
{
	u32 i, deepest = SFI_LOCKS;

	for (i = next_held(d, 0, context); i < SFI_LOCKS; i = next_held(d, i + 1, context)) {
		if (d->held[i].sp < low || d->held[i].sp >= high)
			continue;
		deepest = i;
		high = d->held[i].sp;
	}
	return deepest;
}

unsigned int sfi_locks_drop(struct sfi_domain *d, u64 low, u64 high, const struct sfi_arg **first)
{
	u64 context = sfi_port_context_id();
	struct sfi_held held;
	unsigned int n;
	u32 i;

	for (n = 0; (i = deepest_held(d, context, low, high)) < SFI_LOCKS; n++) {
		held = d->held[i];
		free_slot(d, i);
		held.unlock(held.lock);
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
