// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object tracker: which kernel objects a domain holds, and how each is
 * given back.
 *
 * Ordered types have a record each, in the order of acquisition, found by
 * (type, address): record.c. Hot types have none: the type byte in the rights table says
 * all there is to say, and recovery finds them by scanning the leaves. Abstract
 * types (registrations, raw memory: no structure of their own) have no type
 * byte, only the record. The same (type, address) may be held several times, as
 * a driver may enable a device twice; each has its record, and the type and
 * rights go with the last.
 *
 * A borrowed object is one that a callback got for the time of the call: borrow.c.
 * It is not held, and has no record here.
 *
 * Everything but the fast path of hot types is under object_lock. Functions of
 * a type (grant, revoke, release) are called without it, and may acquire and
 * give up other objects; they do not borrow. What is released while it is borrowed
 * stays so: whoever takes a record looks for that under the lock of its chain.
 */
#include "object.h"

/* === Internals: rights of one object === */

/*
 * Fields of the structure at OBJ that an acquisition of type ID on the same address ends, or gives
 * back.
 */
static noinline void until_fields(struct sfi_domain *d, void *obj, u8 id, bool give)
{
	const struct sfi_type *base = sfi_type_of(sfi_type_at(d, sfi_addr(obj)));
	const struct sfi_field *f;

	for (f = base ? base->fields : NULL; f && f->size; f++) {
		u64 addr = sfi_addr(obj) + f->offset;

		if (f->until != id)
			continue;
		if (give) {
			sfi_rights_set(d, addr, f->size, SFI_KEEP_TYPED);
		} else {
			sfi_rights_unset(d, addr, f->size);
			if (!f->offset)
				sfi_rights_set_type(d, addr, base->id);
		}
	}
}

/*
 * Rights and type of a new object; nothing of what the memory was before. False: no memory, the
 * domain has failed.
 */
bool sfi_object_give(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		     const u8 *map)
{
	const struct sfi_type_entry *entry = &sfi_type_entries[type->id];
	u64 addr = sfi_addr(obj);
	bool ok = true;

	if (sfi_type_is_memory(type))
		sfi_memory_came(d, type, obj, size);
	if (unlikely(entry->ender))
		until_fields(d, obj, type->id, false);
	if (type->size > size)
		ok = sfi_rights_stamp(d, addr, map ? map : entry->map, sfi_type_slots(type->size));
	if (size && ok)
		ok = type->size ? sfi_rights_begin(d, addr, size, type->id) :
				  sfi_rights_set(d, addr, size, SFI_OVERWRITE);
	if (ok && type->grant)
		type->grant(d, obj);
	if (unlikely(!ok && type->size))
		sfi_rights_drop_type(d, addr, type->id); /* the record alone says that it is held */
	return ok;
}

void sfi_object_take(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		     bool embedded)
{
	u64 addr = sfi_addr(obj);

	if (sfi_type_is_memory(type))
		sfi_memory_went(d, type, obj, size);
	if (type->revoke)
		type->revoke(d, obj);
	if (type->size > size)
		size = type->size;
	sfi_rights_unset(d, addr, size);
	if (embedded)
		sfi_rights_set(d, addr, size, SFI_KEEP_TYPED);
	if (unlikely(sfi_type_entries[type->id].ender))
		until_fields(d, obj, type->id, true);
}

/* === Public interface: holding === */

bool sfi_object_is_own(struct sfi_domain *d, const struct sfi_type *type, const void *obj)
{
	return type->size && sfi_writable(d, sfi_addr(obj), type->size);
}

/* A record for (TYPE, OBJ), on the list. NULL: no memory, the domain has failed. */
static struct sfi_object *add_record(struct sfi_domain *d, const struct sfi_type *type, void *obj,
				     size_t size, sfi_release_fn release, const u64 args[4])
{
	struct sfi_object *o = sfi_object_new(d, type, obj, size);
	u64 flags;

	if (!o)
		return NULL;
	o->release = release;
	memcpy(o->args, args, sizeof(o->args));
	flags = sfi_port_lock(&d->object_lock);
	if (!type->hot && sfi_object_is_own(d, type, obj))
		o->flags |= OBJECT_EMBEDDED;
	sfi_object_link(d, o);
	sfi_port_unlock(&d->object_lock, flags);
	return o;
}

/* One whose type byte could not be set needs a record, or recovery would not find it. */
struct sfi_object *sfi_object_give_hot(struct sfi_domain *d, const struct sfi_type *type, void *obj,
				       size_t size, const u8 *map)
{
	static const u64 no_args[4];

	if (likely(sfi_object_give(d, type, obj, size, map)))
		return NULL;
	return add_record(d, type, obj, size, NULL, no_args);
}

struct sfi_object *sfi_acquire_recorded(struct sfi_domain *d, const struct sfi_type *type,
					void *obj, size_t size, sfi_release_fn release,
					const u64 args[4])
{
	struct sfi_object *o;

	sfi_port_cpu_inc(d->cpu, acquired);
	o = add_record(d, type, obj, size, release, args);
	if (o)
		sfi_object_give(d, type, obj, size, NULL);
	return o;
}
SFI_EXPORT(sfi_acquire_recorded);

void sfi_part(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	const struct sfi_field *f;

	sfi_rights_set_type(d, sfi_addr(obj), type->id);
	for (f = type->fields; f && f->size; f++)
		sfi_rights_set(d, sfi_addr(obj) + f->offset, f->size, SFI_KEEP_TYPED);
}
SFI_EXPORT(sfi_part);

bool sfi_holds(struct sfi_domain *d, u8 id, const void *obj)
{
	bool held;
	u64 flags;

	/* First, for it may become a record meanwhile. */
	if (sfi_type_at(d, sfi_addr(obj)) == id || sfi_is_borrowed(d, id, obj))
		return true;
	flags = sfi_port_lock(&d->object_lock);
	held = sfi_object_find(d, id, obj) != NULL;
	sfi_port_unlock(&d->object_lock, flags);
	return held;
}
SFI_EXPORT(sfi_holds);

bool sfi_any_recorded(struct sfi_domain *d, u8 id,
		      bool (*is)(const void *obj, const u64 args[4], const void *arg),
		      const void *arg)
{
	u64 flags = sfi_port_lock(&d->object_lock);
	const struct sfi_object *o;
	bool found = false;

	list_for_each_entry(o, &d->objects, link)
		found |= o->type->id == id && is(o->obj, o->args, arg);
	sfi_port_unlock(&d->object_lock, flags);
	return found;
}
SFI_EXPORT(sfi_any_recorded);

/* The arguments that a release must repeat: those of bit (1 << index) in WHICH. */
struct repeated {
	const u64 *args;
	unsigned int which;
};

static bool repeats(const struct sfi_object *o, const struct repeated *repeated)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		if ((repeated->which & (1U << i)) && o->args[i] != repeated->args[i])
			return false;
	return true;
}

/* The newest record of (type, obj) that was acquired with these arguments. Under object_lock. */
static struct sfi_object *find_repeated(struct sfi_domain *d, u8 id, const void *obj,
					const struct repeated *repeated)
{
	struct sfi_object *o = sfi_object_find(d, id, obj);

	while (o && !repeats(o, repeated))
		o = sfi_object_older(o);
	return o;
}

/* O is the driver's no more; LAST: nor has it another record of the same. Under object_lock. */
static void take_off(struct sfi_domain *d, struct sfi_object *o, bool last)
{
	sfi_object_unlink(d, o);
	if (last)
		sfi_object_remember(d, o->type, o->obj);
}

/* It takes its memory with it. */
static bool is_container(const struct sfi_object *o)
{
	return !(o->flags & OBJECT_EMBEDDED) && sfi_object_extent(o);
}

/*
 * No other object and no held lock lies in the memory of O: sfi_check_inside() would find nothing
 * to end, nor to complain of. Looks at so much at most, as interrupts are off.
 */
#define LOOK_AT 4096

static bool is_empty(struct sfi_domain *d, const struct sfi_object *o)
{
	u64 begin = sfi_addr(o->obj), extent = sfi_object_extent(o), skip = sfi_object_skip(o);
	u64 last;
	u8 id;

	if (extent > LOOK_AT || !sfi_object_is_alone(o) || sfi_lock_inside(d, begin, extent))
		return false;
	if (extent > skip && (!sfi_range(begin + skip, extent - skip, &last) ||
			      sfi_rights_next_typed(d, begin + skip, last, &id)))
		return false;
	/*
	 * An embedded object has no type yet when it comes, and none any more before it is gone: if
	 * the lock is free now, none that was coming or going then still is.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return sfi_port_lock_is_free(&d->embed_lock);
}

/*
 * take_record() for most of what is not hot: under the lock once, for looking and for taking. NULL:
 * that takes more.
 */
static struct sfi_object *take_simple(struct sfi_domain *d, const struct sfi_type *type, void *obj,
				      const struct repeated *repeated, bool *last)
{
	const struct sfi_borrowings *b = sfi_borrowings_of(d, obj);
	u64 flags = sfi_port_lock(&d->object_lock);
	struct sfi_object *o = sfi_object_find(d, type->id, obj);

	/* A borrowing that ends looks for the record under the lock, before it is off the chain. */
	if (o && (READ_ONCE(b->first) || !repeats(o, repeated) ||
		  (is_container(o) && !is_empty(d, o))))
		o = NULL;
	if (o) {
		*last = !sfi_object_older(o);
		take_off(d, o, *last);
	}
	sfi_port_unlock(&d->object_lock, flags);
	return o;
}

/*
 * Takes a record of (type, obj) off the list. NULL with *HELD set: a hot
 * object. NULL otherwise: not held, or only borrowed, or with other arguments.
 * *LAST: the rights are to go.
 */
static struct sfi_object *take_record(struct sfi_domain *d, const struct sfi_type *type, void *obj,
				      const struct repeated *repeated, bool *held, bool *last)
{
	struct sfi_borrowings *b = sfi_borrowings_of(d, obj);
	struct sfi_object *o;
	u64 flags, chain_flags;

	*last = true;
	*held = type->hot && sfi_object_surely_own(d, type->id, obj) &&
		sfi_rights_drop_type(d, sfi_addr(obj), type->id);
	if (likely(*held))
		return NULL;
	chain_flags = sfi_port_lock(&b->lock);
	flags = sfi_port_lock(&d->object_lock);
	o = find_repeated(d, type->id, obj, repeated);
	/* A borrowing is in its chain before it sets the type, and until it has taken it away. */
	if (!o)
		*held = type->hot && !*sfi_borrowing_find(b, type->id, obj) &&
			!sfi_object_find(d, type->id, obj) &&
			sfi_rights_drop_type(d, sfi_addr(obj), type->id);
	if (o) {
		*held = true;
		*last = sfi_object_find(d, type->id, obj) == o && !sfi_object_older(o);
		take_off(d, o, *last);
		*last = *last && !sfi_borrowing_stays(d, b, o);
	}
	sfi_port_unlock(&d->object_lock, flags);
	sfi_port_unlock(&b->lock, chain_flags);
	return o;
}

/* Gives up OBJ, its record O (NULL for a hot one) off the list already. */
static void drop(struct sfi_domain *d, const struct sfi_type *type, void *obj, struct sfi_object *o,
		 bool last)
{
	if (last)
		sfi_object_take(d, type, obj, o ? o->size : 0, o && (o->flags & OBJECT_EMBEDDED));
	if (o)
		sfi_object_free(d, o);
}

static const struct repeated nothing_repeated;

/* Memory and structures that own what is in them. */
static noinline void check_container(struct sfi_domain *d, const struct sfi_type *type,
				     const void *obj, const struct sfi_arg *arg)
{
	struct sfi_object *o, copy;
	bool container;
	u64 flags;

	flags = sfi_port_lock(&d->object_lock);
	o = sfi_object_find(d, type->id, obj);
	container = o && is_container(o);
	if (container)
		copy = *o;
	sfi_port_unlock(&d->object_lock, flags);
	if (container)
		sfi_check_inside(d, &copy, arg);
}

/* Looks before it takes: a violation must leave the record where recovery finds it. */
static void release_repeated(struct sfi_domain *d, const struct sfi_type *type, void *obj,
			     const struct repeated *repeated, const struct sfi_arg *arg)
{
	struct sfi_object *o;
	bool held, last;

	o = type->hot ? NULL : take_simple(d, type, obj, repeated, &last);
	if (!o) {
		if (!type->hot)
			check_container(d, type, obj, arg);
		o = take_record(d, type, obj, repeated, &held, &last);
		if (unlikely(!held))
			sfi_not_held(d, type->id, obj, arg);
	}
	sfi_port_cpu_inc(d->cpu, released);
	drop(d, type, obj, o, last);
}

void sfi_release_slow(struct sfi_domain *d, const struct sfi_type *type, void *obj,
		      const struct sfi_arg *arg)
{
	release_repeated(d, type, obj, &nothing_repeated, arg);
}

void sfi_release_args(struct sfi_domain *d, const struct sfi_type *type, void *obj,
		      const u64 args[4], unsigned int which, const struct sfi_arg *arg)
{
	const struct repeated repeated = { .args = args, .which = which };

	release_repeated(d, type, obj, &repeated, arg);
}
SFI_EXPORT(sfi_release_args);

bool sfi_take_back(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	struct sfi_object *o;
	bool held, last;

	o = take_record(d, type, obj, &nothing_repeated, &held, &last);
	if (held)
		drop(d, type, obj, o, last);
	return held;
}
SFI_EXPORT(sfi_take_back);

/* === Public interface: recovery === */

static struct sfi_object *take_newest(struct sfi_domain *d)
{
	struct sfi_object *o = NULL;
	u64 flags;

	flags = sfi_port_lock(&d->object_lock);
	if (!list_empty(&d->objects)) {
		o = list_last_entry(&d->objects, struct sfi_object, link);
		sfi_object_unlink(d, o);
	}
	sfi_port_unlock(&d->object_lock, flags);
	return o;
}

static void release_one(struct sfi_domain *d, struct sfi_object *o)
{
	u64 skip = sfi_object_skip(o);

	/* Hot objects embedded in memory that is about to be freed. */
	if (!(o->flags & OBJECT_EMBEDDED) && sfi_object_extent(o) > skip)
		sfi_embedded_end(d, sfi_addr(o->obj) + skip, sfi_object_extent(o) - skip, true);
	sfi_object_take(d, o->type, o->obj, o->size, false);
	if (o->release)
		o->release(o->obj, o->args);
	else if (o->type->release)
		o->type->release(o->obj);
}

struct hot_release {
	bool all; /* else those of types that can be busy */
	u32 released;
};

static void release_hot(struct sfi_domain *d, u64 first, void *arg)
{
	u64 last = first + (SFI_CHUNK_SIZE - 1), a;
	const struct sfi_type *type;
	struct hot_release *r = arg;
	u8 id;

	for (a = first; a <= last && (a = sfi_rights_next_typed(d, a, last, &id)) != 0;
	     a += SFI_SLOT_SIZE) {
		void *obj = (void *)(uintptr_t)a;

		type = sfi_type_of(id);
		if (r->all)
			sfi_rights_drop_type(d, a, id);
		else if (!type || !type->hot || !type->busy)
			continue;
		if (!type)
			continue;
		sfi_object_take(d, type, obj, 0, false);
		if (type->release)
			type->release(obj);
		r->released++;
	}
}

u32 sfi_release_all(struct sfi_domain *d)
{
	struct hot_release r = { .all = false };
	struct sfi_object *o;

	sfi_borrowings_end(d, true);
	/* Timers and work may use any other object: a queue, for one. */
	sfi_rights_walk(d, release_hot, &r);
	while ((o = take_newest(d)) != NULL) {
		release_one(d, o);
		sfi_object_free(d, o);
		r.released++;
	}
	r.all = true;
	sfi_rights_walk(d, release_hot, &r);
	return r.released;
}
SFI_EXPORT(sfi_release_all);
