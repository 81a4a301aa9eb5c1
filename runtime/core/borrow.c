// SPDX-License-Identifier: GPL-2.0-only
/*
 * Borrowed objects: what a callback gets for the time of the call, if the domain
 * does not have it anyway. A borrowing counts the calls that have it now: two CPUs
 * may be in callbacks with the same object, and the first to leave must not take
 * it from the other.
 *
 * It is not the domain's to release, so it is not among the tracker's records, but
 * in a chain of those whose addresses have the same hash. Each chain has a lock. Most
 * borrowings need no more than that lock, a look into a short chain and the table
 * bytes: those of a hot type. For others it is looked for a record as well.
 *
 * What the domain acquires while it has it borrowed is its own when the call ends,
 * and what it then releases is still borrowed until then: for types with records,
 * whoever ends the one looks for the other under the chain's lock and object_lock.
 * Of a hot type nobody can tell that the object was acquired: it goes with the call.
 */
#include "object.h"
#include "runs.h"

/* === Internals: chains. Under the chain's lock === */

struct sfi_object **sfi_borrowing_find(struct sfi_borrowings *b, u8 id, const void *obj)
{
	struct sfi_object **link = &b->first;

	while (*link && ((*link)->obj != obj || (*link)->type->id != id))
		link = &(*link)->next;
	return link;
}

static void chain(struct sfi_domain *d, struct sfi_borrowings *b, struct sfi_object *o)
{
	if (unlikely(!sfi_ever_borrowed(d, o->type->id)))
		WRITE_ONCE(d->ever_borrowed[o->type->id], true);
	o->users = 1;
	o->next = b->first;
	WRITE_ONCE(b->first, o);
	/* Not before the chain has it; pairs with sfi_borrowings_none(). */
	smp_store_release(&b->came, b->came + 1);
	/* All before the type byte is set; pairs with sfi_borrowings_same() and sfi_release(). */
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static void unchain(struct sfi_object **link)
{
	/* After the type byte was cleared; pairs with sfi_borrowings_none(). */
	smp_store_release(link, (*link)->next);
}

/* === Internals: any borrowing === */

/*
 * Rights that come and go as table bytes, and call nobody, do so under the locks of the look: their
 * leaves are there before, and so are those of the fields of another type that this one ends. For
 * other types it is borrow_lock that a second borrower waits for.
 */
static bool is_plain(const struct sfi_type *type)
{
	return !type->grant && !type->revoke && !sfi_type_is_memory(type);
}

/* Of OBJ's chain, and of the records if there are any of that type. */
static __always_inline struct sfi_borrowings *
lock_both(struct sfi_domain *d, const struct sfi_type *type, const void *obj, u64 flags[2])
{
	struct sfi_borrowings *b = sfi_borrowings_of(d, obj);

	flags[0] = sfi_port_lock(&b->lock);
	flags[1] = type->hot ? 0 : sfi_port_lock(&d->object_lock);
	return b;
}

static __always_inline void unlock_both(struct sfi_domain *d, const struct sfi_type *type,
					struct sfi_borrowings *b, const u64 flags[2])
{
	if (!type->hot)
		sfi_port_unlock(&d->object_lock, flags[1]);
	sfi_port_unlock(&b->lock, flags[0]);
}

/* The newest record. Under both locks. */
static __always_inline struct sfi_object *record(struct sfi_domain *d, const struct sfi_type *type,
						 const void *obj)
{
	return type->hot ? NULL : sfi_object_find(d, type->id, obj);
}

/*
 * The domain has acquired what it has borrowed, and has records of it: it keeps the rights, and its
 * own memory gets them back when the last of those goes. Under both locks.
 */
static bool is_kept(struct sfi_domain *d, const struct sfi_object *borrowed)
{
	struct sfi_object *newest = record(d, borrowed->type, borrowed->obj), *o;

	for (o = newest; o; o = sfi_object_older(o))
		if (o->size <= o->type->size)
			o->flags |= borrowed->flags & OBJECT_EMBEDDED;
	if (newest && sfi_type_is_memory(borrowed->type))
		sfi_memory_went(d, borrowed->type, borrowed->obj, 0);
	return newest != NULL;
}

/*
 * True: it was there, and *UNDO is what sfi_borrow() says. False: it was not, and is from now on,
 * with record O, if there is one.
 */
static bool find_or_add(struct sfi_domain *d, const struct sfi_type *type, void *obj,
			struct sfi_object *o, bool *undo)
{
	bool plain = is_plain(type), found, added;
	struct sfi_borrowings *b;
	struct sfi_object *other;
	u64 flags = 0, both[2];

	if (!plain)
		flags = sfi_port_lock(&d->borrow_lock);
	b = lock_both(d, type, obj, both);
	other = *sfi_borrowing_find(b, type->id, obj);
	if (other)
		other->users++;
	found = other || sfi_type_at(d, sfi_addr(obj)) == type->id ||
		record(d, type, obj);
	added = !found && o;
	if (added) {
		if (sfi_object_is_own(d, type, obj))
			o->flags |= OBJECT_EMBEDDED;
		chain(d, b, o);
		if (plain)
			sfi_object_give(d, type, obj, 0, NULL);
	}
	unlock_both(d, type, b, both);
	if (added && !plain)
		sfi_object_give(d, type, obj, 0, NULL);
	if (!plain)
		sfi_port_unlock(&d->borrow_lock, flags);
	*undo = other || added;
	return found;
}

static noinline bool borrow_slowly(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	struct sfi_object *o;
	bool undo;

	if (!obj || sfi_object_surely_own(d, type->id, obj))
		return false;
	/* Of what is there, which the type byte tells if there is one, nothing is to be made. */
	if ((!type->size || sfi_begins(d, obj, type->id)) && find_or_add(d, type, obj, NULL, &undo))
		return undo;
	/* What may lack memory, and tell so, is done without a lock. */
	if (!sfi_rights_prepare(d, sfi_addr(obj), type->size))
		return false;
	o = sfi_object_new(d, type, obj, 0);
	if (!o)
		return false;
	if (find_or_add(d, type, obj, o, &undo))
		sfi_object_free(d, o);
	return undo;
}

/* The last call takes it off; it may be off already, as recovery was faster, or its memory is freed. */
static noinline void unborrow_slowly(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	struct sfi_object **link, *o;
	bool plain = is_plain(type);
	struct sfi_borrowings *b;
	u64 flags = 0, both[2];

	if (!plain)
		flags = sfi_port_lock(&d->borrow_lock);
	b = lock_both(d, type, obj, both);
	o = *sfi_borrowing_find(b, type->id, obj);
	if (o && --o->users)
		o = NULL;
	if (o && !is_kept(d, o)) {
		bool embedded = o->flags & OBJECT_EMBEDDED;

		if (!plain)
			unlock_both(d, type, b, both);
		/* Own memory may have become something else, without that it was told. */
		if (!embedded || sfi_type_at(d, sfi_addr(obj)) == type->id)
			sfi_object_take(d, type, obj, 0, embedded);
		if (!plain)
			b = lock_both(d, type, obj, both);
	}
	if (o) {
		link = sfi_borrowing_find(b, type->id, obj);
		o = *link;
	}
	if (o)
		unchain(link);
	unlock_both(d, type, b, both);
	if (!plain)
		sfi_port_unlock(&d->borrow_lock, flags);
	if (o)
		sfi_object_free(d, o);
}

/* === Internals: most borrowings, of slots that are nothing before, by one caller === */

/*
 * The run of slots that is all there is to the rights of OBJ, *N slots; NULL: that takes more. Of
 * slots that are nothing, none is a field that the type could end.
 */
static __always_inline u8 *simple_run(const struct sfi_domain *d, const struct sfi_type *type,
				      const void *obj, u32 *n)
{
	u8 *run = known_run_from(d, sfi_addr(obj), type->size, n);

	return likely(is_plain(type)) ? run : NULL;
}

/* With record O. False: nothing is changed. */
static __always_inline bool add_simple(struct sfi_domain *d, struct sfi_object *o, u8 *run, u32 n)
{
	const struct sfi_type *type = o->type;
	u64 both[2];
	struct sfi_borrowings *b = lock_both(d, type, o->obj, both);
	bool added = !READ_ONCE(*run) && !*sfi_borrowing_find(b, type->id, o->obj) &&
		     !record(d, type, o->obj);

	if (likely(added)) {
		chain(d, b, o);
		copy_slots(run, n, sfi_type_entries[type->id].map);
	}
	unlock_both(d, type, b, both);
	return added;
}

/* The record, to be freed. NULL: nothing is changed. */
static __always_inline struct sfi_object *drop_simple(struct sfi_domain *d,
						      const struct sfi_type *type, void *obj,
						      u8 *run, u32 n)
{
	u64 both[2];
	struct sfi_borrowings *b = lock_both(d, type, obj, both);
	struct sfi_object **link = sfi_borrowing_find(b, type->id, obj), *o = *link;

	if (unlikely(o && (o->users > 1 || (o->flags & OBJECT_EMBEDDED) || record(d, type, obj))))
		o = NULL;
	if (likely(o)) {
		set_slots(run, n, 0);
		unchain(link);
	}
	unlock_both(d, type, b, both);
	return o;
}

/* === For the core === */

void sfi_borrowings_init(struct sfi_domain *d)
{
	u32 i;

	sfi_port_lock_init(&d->borrow_lock);
	for (i = 0; i < ARRAY_SIZE(d->borrowings); i++)
		sfi_port_lock_init(&d->borrowings[i].lock);
}

bool sfi_borrowing_stays(struct sfi_domain *d, struct sfi_borrowings *b, const struct sfi_object *o)
{
	const struct sfi_object *borrowed = *sfi_borrowing_find(b, o->type->id, o->obj);
	u64 addr = sfi_addr(o->obj);
	u32 n = sfi_type_slots(o->type->size);
	u64 size = (u64)n << SFI_SLOT_SHIFT;

	if (!borrowed || !borrowed->users)
		return false;
	if (o->size > size)
		sfi_rights_unset(d, addr + size, o->size - size);
	if (size && is_plain(o->type))
		sfi_rights_stamp(d, addr, sfi_type_entries[o->type->id].map, n);
	if (sfi_type_is_memory(o->type))
		sfi_memory_went(d, o->type, o->obj, o->size);
	return true;
}

bool sfi_is_borrowed(struct sfi_domain *d, u8 id, const void *obj)
{
	struct sfi_borrowings *b = sfi_borrowings_of(d, obj);
	u64 flags = sfi_port_lock(&b->lock);
	bool borrowed = *sfi_borrowing_find(b, id, obj);

	sfi_port_unlock(&b->lock, flags);
	return borrowed;
}

void sfi_borrowing_end_embedded(struct sfi_domain *d, u8 id, const void *obj)
{
	struct sfi_borrowings *b = sfi_borrowings_of(d, obj);
	struct sfi_object **link, *o;
	u64 flags;

	if (likely(!READ_ONCE(b->first)))
		return;
	flags = sfi_port_lock(&b->lock);
	link = sfi_borrowing_find(b, id, obj);
	o = *link;
	if (o && !(o->flags & OBJECT_EMBEDDED))
		o = NULL;
	if (o)
		unchain(link);
	sfi_port_unlock(&b->lock, flags);
	if (o)
		sfi_object_free(d, o);
}

bool sfi_borrowed_nearest(struct sfi_domain *d, u64 addr, struct sfi_object *copy)
{
	struct sfi_borrowings *b;
	const struct sfi_object *o;
	bool found = false;
	u64 flags;

	for (b = d->borrowings; b != d->borrowings + ARRAY_SIZE(d->borrowings); b++) {
		flags = sfi_port_lock(&b->lock);
		for (o = b->first; o; o = o->next) {
			if (!sfi_object_extent(o) || sfi_addr(o->obj) > addr ||
			    (found && sfi_addr(o->obj) < sfi_addr(copy->obj)))
				continue;
			*copy = *o;
			found = true;
		}
		sfi_port_unlock(&b->lock, flags);
	}
	return found;
}

void sfi_borrowings_end(struct sfi_domain *d, bool rights)
{
	struct sfi_borrowings *b = d->borrowings;
	struct sfi_object *o;
	u64 flags;

	while (b != d->borrowings + ARRAY_SIZE(d->borrowings)) {
		flags = sfi_port_lock(&b->lock);
		o = b->first;
		if (o)
			unchain(&b->first);
		sfi_port_unlock(&b->lock, flags);
		if (!o) {
			b++;
			continue;
		}
		if (rights)
			sfi_object_take(d, o->type, o->obj, 0, false);
		sfi_object_free(d, o);
	}
}

/* === Public interface === */

bool sfi_borrow(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	struct sfi_object *o;
	u32 n;
	u8 *run = simple_run(d, type, obj, &n);

	if (unlikely(!run || READ_ONCE(*run)))
		return borrow_slowly(d, type, obj);
	o = sfi_object_new(d, type, obj, 0);
	if (unlikely(!o))
		return false;
	if (likely(add_simple(d, o, run, n)))
		return true;
	sfi_object_free(d, o);
	return borrow_slowly(d, type, obj);
}
SFI_EXPORT(sfi_borrow);

void sfi_unborrow(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	u32 n;
	u8 *run = simple_run(d, type, obj, &n);
	struct sfi_object *o = likely(run) ? drop_simple(d, type, obj, run, n) : NULL;

	if (likely(o))
		sfi_object_free(d, o);
	else
		unborrow_slowly(d, type, obj);
}
SFI_EXPORT(sfi_unborrow);
