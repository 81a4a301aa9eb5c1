// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects in the driver's own memory: timers, work items, queues that it puts
 * into its structures, its globals or its locals. While the kernel may follow
 * them they are typed and the driver may write only the fields that the type
 * leaves it. They end by themselves, or with the memory that they are in; that
 * is a violation while the kernel still uses them.
 */
#include "object.h"

/* === Internals === */

/*
 * What is done under the lock may print, as the kernel's own warnings do, and netconsole may print
 * through the driver: then the driver fails instead of waiting for the context that it is called in.
 */
static void check_holder(struct sfi_domain *d)
{
	if (unlikely(READ_ONCE(d->embed_holder) == sfi_port_context_id())) {
		sfi_internal_error(d, "called from within a call that makes an object busy");
		sfi_unwind(d);
	}
}

static u64 lock_embedded(struct sfi_domain *d)
{
	check_holder(d);
	return sfi_port_lock(&d->embed_lock);
}

static void unlock_embedded(struct sfi_domain *d, u64 flags)
{
	sfi_port_unlock(&d->embed_lock, flags);
}

struct search {
	u8 id;
	bool (*is)(const void *obj, const void *arg);
	const void *arg;
	bool found;
};

static void search_leaf(struct sfi_domain *d, u64 first, void *arg)
{
	u64 last = first + (SFI_CHUNK_SIZE - 1), a;
	struct search *s = arg;
	u8 id;

	for (a = first; a <= last && (a = sfi_rights_next_typed(d, a, last, &id)) != 0;
	     a += SFI_SLOT_SIZE)
		s->found |= id == s->id && s->is((const void *)(uintptr_t)a, s->arg);
}

/* Removes the records of embedded objects of type ID at OBJ, returns them chained. */
static struct sfi_object *take_embedded(struct sfi_domain *d, u8 id, void *obj)
{
	struct sfi_object *o, *gone = NULL;
	u64 flags = sfi_port_lock(&d->object_lock);

	while ((o = sfi_object_find(d, id, obj)) != NULL && (o->flags & OBJECT_EMBEDDED)) {
		sfi_object_unlink(d, o);
		o->next = gone;
		gone = o;
	}
	sfi_port_unlock(&d->object_lock, flags);
	return gone;
}

/*
 * Ends the embedded objects that begin in [ADDR, ADDR + SIZE); RELEASE: the kernel may still use
 * them.
 */
void sfi_embedded_end(struct sfi_domain *d, u64 addr, u64 size, bool release)
{
	struct sfi_object *o, *next;
	const struct sfi_type *type;
	u64 last, a;
	u8 id;

	if (!sfi_range(addr, size, &last))
		return;
	/* Nobody embeds anything there any more: on from each, and not from the beginning again. */
	for (; (a = sfi_rights_next_typed(d, addr, last, &id)) != 0; addr = a) {
		void *obj = (void *)(uintptr_t)a;

		type = sfi_type_of(id);
		for (o = take_embedded(d, id, obj); o; o = next) {
			next = o->next;
			sfi_object_free(d, o);
		}
		sfi_rights_drop_type(d, a, id);
		sfi_borrowing_end_embedded(d, id, obj);
		if (release && type && type->release)
			type->release(obj);
	}
}

/* A busy embedded object in the range, or NULL. */
static const struct sfi_type *find_busy(struct sfi_domain *d, u64 addr, u64 size, u64 *where)
{
	const struct sfi_type *type;
	u64 last;
	u8 id;

	if (!sfi_range(addr, size, &last))
		return NULL;
	while ((addr = sfi_rights_next_typed(d, addr, last, &id)) != 0) {
		type = sfi_type_of(id);
		if (type && type->busy && type->busy((const void *)(uintptr_t)addr)) {
			*where = addr;
			return type;
		}
		addr += SFI_SLOT_SIZE;
		if (addr > last || addr < SFI_SLOT_SIZE)
			return NULL;
	}
	return NULL;
}

/*
 * A busy embedded object in the range; if there is none, NULL: those there have ended. Piece by
 * piece, for interrupts are off meanwhile.
 */
#define PIECE (1ULL << 18)

static const struct sfi_type *end_idle(struct sfi_domain *d, u64 addr, u64 size, u64 *where)
{
	const struct sfi_type *busy = NULL;
	u64 piece, flags;

	for (; size && !busy; addr += piece, size -= piece) {
		piece = size < PIECE ? size : PIECE;
		flags = lock_embedded(d);
		busy = find_busy(d, addr, piece, where);
		if (!busy)
			sfi_embedded_end(d, addr, piece, false);
		unlock_embedded(d, flags);
	}
	return busy;
}

/*
 * An object other than O itself that is still held in O's memory and is not merely embedded there.
 */
static const struct sfi_type *find_held_inside(struct sfi_domain *d, const struct sfi_object *o,
					       u64 *where)
{
	const struct sfi_type *type = NULL;
	struct sfi_object *other;
	u64 flags, begin = sfi_addr(o->obj), size = sfi_object_extent(o);

	flags = sfi_port_lock(&d->object_lock);
	for (other = sfi_object_from(d, begin); other && sfi_addr(other->obj) - begin < size;
	     other = sfi_object_above(other)) {
		if (other->type != o->type && !(other->flags & OBJECT_EMBEDDED)) {
			type = other->type;
			*where = sfi_addr(other->obj);
			break;
		}
	}
	sfi_port_unlock(&d->object_lock, flags);
	return type;
}

static void frees_container(struct sfi_domain *d, const char *why, const char *inner, u64 offset,
			    const void *obj, const struct sfi_arg *arg)
{
	struct sfi_report r = {
		.what = SFI_BAD_ARGUMENT,
		.arg = arg,
		.address = sfi_addr(obj),
		.why = why,
	};

	sfi_port_snprintf(r.detail, sizeof(r.detail), "%s at offset %llu", inner,
			  (unsigned long long)offset);
	sfi_violation(d, &r);
}

/* === Public interface === */

/*
 * Memory that is going away must not hold objects that the kernel still uses; others in it end with
 * it.
 */
void sfi_check_inside(struct sfi_domain *d, const struct sfi_object *o, const struct sfi_arg *arg)
{
	const struct sfi_type *inner;
	u64 where, begin = sfi_addr(o->obj), skip = sfi_object_skip(o);
	const struct sfi_held *held;

	/* As lockdep asks, and because the unlocking would write there. */
	held = sfi_lock_inside(d, begin, sfi_object_extent(o));
	if (unlikely(held))
		frees_container(d, "frees memory that holds a held lock", held->kind,
				sfi_addr(held->lock) - begin, o->obj, arg);
	inner = find_held_inside(d, o, &where);
	if (!inner && sfi_object_extent(o) > skip)
		inner = end_idle(d, begin + skip, sfi_object_extent(o) - skip, &where);
	if (inner)
		frees_container(d, "frees memory that holds a live object", inner->name,
				where - begin, o->obj, arg);
}

void sfi_check_no_objects(struct sfi_domain *d, const void *p, size_t size,
			  const struct sfi_arg *arg)
{
	struct sfi_object whole = { .type = &(const struct sfi_type){ .name = "memory" },
				    .obj = (void *)p,
				    .size = size };

	sfi_check_inside(d, &whole, arg);
}
SFI_EXPORT(sfi_check_no_objects);

/*
 * O: its record, or NULL if it is of a hot type. FILLED: by the driver, and so must be sound: false
 * if it is not, and still the driver's. The type, which other contexts look for, comes last.
 */
static bool begin(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		  struct sfi_object *o, bool filled)
{
	const struct sfi_field *f;
	u64 addr = sfi_addr(obj), flags;

	sfi_rights_unset(d, addr, size);
	if (filled && type->sound && !type->sound(obj)) {
		sfi_rights_set(d, addr, size, SFI_OVERWRITE);
		return false;
	}
	if (o) {
		flags = sfi_port_lock(&d->object_lock);
		sfi_object_link(d, o);
		sfi_port_unlock(&d->object_lock, flags);
	}
	for (f = type->fields; f && f->size; f++)
		sfi_rights_set(d, addr + f->offset, f->size, SFI_OVERWRITE);
	sfi_rights_set_type(d, addr, type->id);
	return true;
}

static void end(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size)
{
	struct sfi_object *o, *next;

	for (o = take_embedded(d, type->id, obj); o; o = next) {
		next = o->next;
		sfi_object_free(d, o);
	}
	sfi_rights_unset(d, sfi_addr(obj), size);
	sfi_borrowing_end_embedded(d, type->id, obj);
	sfi_rights_set(d, sfi_addr(obj), size, SFI_OVERWRITE);
}

static bool embed(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		  bool filled, const struct sfi_arg *arg)
{
	struct sfi_object *o = NULL;
	u64 addr = sfi_addr(obj), flags;
	bool fresh, own, sound = true;

	if (sfi_type_at(d, addr) == type->id)
		return false;
	check_holder(d);
	if (!type->hot) {
		o = sfi_object_new(d, type, obj, size);
		if (!o)
			return false;
		o->flags |= OBJECT_EMBEDDED;
	}
	/* Another context may be embedding it. */
	flags = lock_embedded(d);
	fresh = sfi_type_at(d, addr) != type->id;
	own = fresh && !(addr & (SFI_SLOT_SIZE - 1)) && sfi_writable(d, addr, size);
	if (own)
		sound = begin(d, type, obj, size, o, filled);
	unlock_embedded(d, flags);
	if ((!own || !sound) && o)
		sfi_object_free(d, o);
	if (fresh && !own)
		sfi_bad_argument(d, arg, addr, size, "is not memory of the driver's own");
	sfi_check_that(d, sound, arg);
	return fresh;
}

bool sfi_embed(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
	       const struct sfi_arg *arg)
{
	return embed(d, type, obj, size, true, arg);
}
SFI_EXPORT(sfi_embed);

bool sfi_embed_fresh(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		     const struct sfi_arg *arg)
{
	bool fresh = embed(d, type, obj, size, false, arg);

	if (!fresh && type->busy && type->busy(obj))
		sfi_bad_argument(d, arg, sfi_addr(obj), size, "is in use");
	return fresh;
}
SFI_EXPORT(sfi_embed_fresh);

bool sfi_any_typed(struct sfi_domain *d, u8 id, bool (*is)(const void *obj, const void *arg),
		   const void *arg)
{
	struct search s = { .id = id, .is = is, .arg = arg };
	u64 flags = lock_embedded(d);

	/* None of them is freed meanwhile. */
	sfi_rights_walk(d, search_leaf, &s);
	unlock_embedded(d, flags);
	return s.found;
}
SFI_EXPORT(sfi_any_typed);

void sfi_unembed(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		 const struct sfi_arg *arg)
{
	u64 flags = lock_embedded(d);
	bool held = sfi_type_at(d, sfi_addr(obj)) == type->id;

	if (likely(held))
		end(d, type, obj, size);
	unlock_embedded(d, flags);
	if (unlikely(!held))
		sfi_not_held(d, type->id, obj, arg);
}
SFI_EXPORT(sfi_unembed);

void sfi_unembed_idle(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size)
{
	u64 flags = lock_embedded(d);

	if (sfi_type_at(d, sfi_addr(obj)) == type->id && !type->busy(obj))
		end(d, type, obj, size);
	unlock_embedded(d, flags);
}
SFI_EXPORT(sfi_unembed_idle);

bool sfi_embedded_hold(struct sfi_domain *d, const struct sfi_type *type, void *obj, u64 *flags)
{
	*flags = lock_embedded(d);
	if (likely(sfi_type_at(d, sfi_addr(obj)) == type->id)) {
		WRITE_ONCE(d->embed_holder, sfi_port_context_id());
		return true;
	}
	unlock_embedded(d, *flags);
	return false;
}
SFI_EXPORT(sfi_embedded_hold);

void sfi_embedded_let_go(struct sfi_domain *d, u64 flags)
{
	WRITE_ONCE(d->embed_holder, 0);
	unlock_embedded(d, flags);
}
SFI_EXPORT(sfi_embedded_let_go);

static noinline void busy_local(struct sfi_domain *d, const char *why, const char *inner, u64 where)
{
	struct sfi_report r = {
		.what = SFI_BAD_ARGUMENT,
		.address = where,
		.why = why,
	};

	sfi_port_snprintf(r.detail, sizeof(r.detail), "%s", inner);
	sfi_violation(d, &r);
}

void sfi_objects_forget(struct sfi_domain *d, u64 addr, u64 size)
{
	const struct sfi_held *held = sfi_lock_inside(d, addr, size);
	const struct sfi_type *inner;
	u64 where;

	if (unlikely(held))
		busy_local(d, "returns while a local is a held lock", held->kind,
			   sfi_addr(held->lock));
	/* Hardly ever is there an object in a local. */
	if (likely(sfi_writable(d, addr, size))) {
		sfi_rights_unset(d, addr, size);
		return;
	}
	inner = end_idle(d, addr, size, &where);
	if (inner)
		busy_local(d, "returns while the kernel uses a local", inner->name, where);
	sfi_rights_unset(d, addr, size);
}

void sfi_objects_abandon(struct sfi_domain *d, u64 addr, u64 size)
{
	sfi_embedded_end(d, addr, size, true);
	sfi_rights_unset(d, addr, size);
}
