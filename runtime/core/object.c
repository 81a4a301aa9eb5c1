// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object tracker: which kernel objects a domain holds, and how each is
 * given back.
 *
 * Ordered types have a record each, in the order of acquisition, found by
 * (type, address). Hot types have none: the type byte in the rights table says
 * all there is to say, and recovery finds them by scanning the leaves. Abstract
 * types (registrations, raw memory: no structure of their own) have no type
 * byte, only the record. The same (type, address) may be held several times, as
 * a driver may enable a device twice; each has its record, and the type and
 * rights go with the last.
 *
 * A borrowed object is one that a callback got for the time of the call; its
 * record counts the calls that have it now, since two CPUs may have the same.
 *
 * Everything but the fast path of hot types is under object_lock. Functions of
 * a type (grant, revoke, release) are called without it, and may acquire and
 * give up other objects. A borrowing comes and goes, rights included, under
 * borrow_lock, so that a second borrower who finds the record finds the rights
 * in place; grants do not borrow.
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

/* === Internals: records (all under object_lock unless they say otherwise) === */

static struct sfi_object **bucket_of(struct sfi_domain *d, u8 id, const void *obj)
{
	u64 h = (sfi_addr(obj) ^ ((u64)id << 56)) * 0x9e3779b97f4a7c15ULL;

	return &d->buckets[h >> 54];
}
static_assert(SFI_OBJECT_BUCKETS == 1 << (64 - 54), "bucket_of() uses that many bits");

/* The newest record of (type, obj): chains grow at the head. */
struct sfi_object *sfi_object_find(struct sfi_domain *d, u8 id, const void *obj)
{
	struct sfi_object *o = *bucket_of(d, id, obj);

	while (o && (o->obj != obj || o->type->id != id))
		o = o->next;
	return o;
}

void sfi_object_link(struct sfi_domain *d, struct sfi_object *o)
{
	struct sfi_object **bucket = bucket_of(d, o->type->id, o->obj);

	o->next = *bucket;
	*bucket = o;
	list_add_tail(&o->link, &d->objects);
	WRITE_ONCE(d->nr_objects, d->nr_objects + 1);
	if (o->flags & OBJECT_BORROWED) {
		/* Before the type byte is set; pairs with sfi_object_surely_own(). */
		smp_store_release(&d->borrowings, d->borrowings + BORROWING_CAME);
	}
}

void sfi_object_unlink(struct sfi_domain *d, struct sfi_object *o)
{
	struct sfi_object **p = bucket_of(d, o->type->id, o->obj);

	while (*p != o)
		p = &(*p)->next;
	*p = o->next;
	list_del(&o->link);
	WRITE_ONCE(d->nr_objects, d->nr_objects - 1);
	if (o->flags & OBJECT_BORROWED) {
		/* After the type byte was cleared; pairs with sfi_object_surely_own(). */
		smp_store_release(&d->borrowings, d->borrowings - 1);
	}
}

/*
 * Without the lock. Falls back on the reserve, and fails the domain then (D14). NULL: nothing left
 * at all.
 */
struct sfi_object *sfi_object_new(struct sfi_domain *d, const struct sfi_type *type, void *obj,
				  size_t size)
{
	struct sfi_object *o = sfi_port_alloc(sizeof(*o));
	u64 flags;

	if (!o) {
		flags = sfi_port_lock(&d->object_lock);
		o = d->spare;
		if (o) {
			d->spare = o->next;
			d->nr_spare--;
			memset(o, 0, sizeof(*o));
			o->flags = OBJECT_SPARE;
		}
		sfi_port_unlock(&d->object_lock, flags);
		sfi_internal_error(d, "no memory for the record of an object");
		if (!o) {
			__atomic_fetch_add(&d->leaked, 1, __ATOMIC_RELAXED);
			return NULL;
		}
	}
	o->type = type;
	o->obj = obj;
	o->size = size;
	return o;
}

/* Without the lock; O is off the list. */
void sfi_object_free(struct sfi_domain *d, struct sfi_object *o)
{
	u64 flags;

	if (!(o->flags & OBJECT_SPARE)) {
		sfi_port_free(o);
		return;
	}
	flags = sfi_port_lock(&d->object_lock);
	o->next = d->spare;
	d->spare = o;
	d->nr_spare++;
	sfi_port_unlock(&d->object_lock, flags);
}

static void remember_freed(struct sfi_domain *d, const struct sfi_type *type, const void *obj)
{
	u32 i = d->freed_next++ % SFI_FREED;

	d->freed[i].type = type;
	d->freed[i].obj = obj;
}

bool sfi_object_was_freed(const struct sfi_domain *d, u8 id, const void *obj)
{
	u32 i;

	for (i = 0; i < SFI_FREED; i++)
		if (d->freed[i].obj == obj && d->freed[i].type && d->freed[i].type->id == id)
			return true;
	return false;
}

/* The record whose memory holds ADDR, or else the one that ends nearest below it. */
struct sfi_object *sfi_object_nearest(struct sfi_domain *d, u64 addr)
{
	struct sfi_object *o, *best = NULL;

	list_for_each_entry(o, &d->objects, link)
		if (sfi_addr(o->obj) <= addr && (o->size || o->type->size) &&
		    (!best || sfi_addr(o->obj) > sfi_addr(best->obj)))
			best = o;
	return best;
}

/* === Public interface: holding === */

int sfi_objects_init(struct sfi_domain *d)
{
	struct sfi_object *o;
	u32 i;

	sfi_port_lock_init(&d->object_lock);
	sfi_port_lock_init(&d->borrow_lock);
	INIT_LIST_HEAD(&d->objects);
	d->buckets = sfi_port_alloc_table(SFI_OBJECT_BUCKETS * sizeof(*d->buckets));
	d->reserve = sfi_port_alloc_table(SFI_RESERVE * sizeof(*o));
	if (!d->buckets || !d->reserve) {
		sfi_objects_free(d);
		return -ENOMEM;
	}
	for (i = 0; i < SFI_RESERVE; i++) {
		o = &d->reserve[i];
		o->next = d->spare;
		d->spare = o;
	}
	d->nr_spare = SFI_RESERVE;
	return 0;
}

/* Records still there are forgotten: sfi_release_all() was to be called. */
void sfi_objects_free(struct sfi_domain *d)
{
	struct sfi_object *o;

	while (d->buckets && !list_empty(&d->objects)) {
		o = list_last_entry(&d->objects, struct sfi_object, link);
		sfi_object_unlink(d, o);
		sfi_object_free(d, o);
	}
	sfi_port_free_table(d->buckets);
	sfi_port_free_table(d->reserve);
	d->buckets = NULL;
	d->reserve = NULL;
}

u64 sfi_objects_memory(const struct sfi_domain *d)
{
	u64 in_reserve = SFI_RESERVE - READ_ONCE(d->nr_spare), records = READ_ONCE(d->nr_objects);

	records = records > in_reserve ? records - in_reserve : 0;
	return SFI_OBJECT_BUCKETS * sizeof(*d->buckets) +
	       (SFI_RESERVE + records) * sizeof(struct sfi_object);
}

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

	if (sfi_type_at(d, sfi_addr(obj)) == id)
		return true;
	flags = sfi_port_lock(&d->object_lock);
	held = sfi_object_find(d, id, obj) != NULL;
	sfi_port_unlock(&d->object_lock, flags);
	return held;
}
SFI_EXPORT(sfi_holds);

/* The arguments that a release must repeat: those of bit (1 << index) in WHICH. */
struct repeated {
	const u64 *args;
	unsigned int which;
};

/* The newest record of (type, obj) that was acquired with these arguments. Under object_lock. */
static struct sfi_object *find_repeated(struct sfi_domain *d, u8 id, const void *obj,
					const struct repeated *repeated)
{
	struct sfi_object *o;
	unsigned int i;

	for (o = sfi_object_find(d, id, obj); o; o = o->next) {
		if (o->obj != obj || o->type->id != id)
			continue;
		for (i = 0; i < 4; i++)
			if ((repeated->which & (1U << i)) && o->args[i] != repeated->args[i])
				break;
		if (i == 4)
			break;
	}
	return o;
}

/*
 * Takes a record of (type, obj) off the list. NULL with *HELD set: a hot
 * object. NULL otherwise: not held, or only borrowed, or with other arguments.
 */
static struct sfi_object *take_record(struct sfi_domain *d, const struct sfi_type *type, void *obj,
				      const struct repeated *repeated, bool *held, bool *last)
{
	struct sfi_object *o;
	u64 flags;

	*last = true;
	*held = type->hot && sfi_object_surely_own(d, type->id, obj);
	if (likely(*held))
		return NULL;
	flags = sfi_port_lock(&d->object_lock);
	o = find_repeated(d, type->id, obj, repeated);
	/* A borrowing has its record before it sets the type, and until it has taken it away. */
	if (!o)
		*held = type->hot && sfi_type_at(d, sfi_addr(obj)) == type->id &&
			!sfi_object_find(d, type->id, obj);
	else if (o->flags & OBJECT_BORROWED)
		o = NULL;
	if (o) {
		*held = true;
		sfi_object_unlink(d, o);
		*last = !sfi_object_find(d, type->id, obj);
		if (*last)
			remember_freed(d, type, obj);
	}
	sfi_port_unlock(&d->object_lock, flags);
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
	container = o && !(o->flags & (OBJECT_BORROWED | OBJECT_EMBEDDED)) && sfi_object_extent(o);
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

	if (!type->hot)
		check_container(d, type, obj, arg);
	o = take_record(d, type, obj, repeated, &held, &last);
	if (unlikely(!held))
		sfi_not_held(d, type->id, obj, arg);
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
	u64 skip = o->type->size ? SFI_SLOT_SIZE : 0;

	/* Hot objects embedded in memory that is about to be freed. */
	if (!(o->flags & (OBJECT_EMBEDDED | OBJECT_BORROWED)) && sfi_object_extent(o) > skip)
		sfi_embedded_end(d, sfi_addr(o->obj) + skip, sfi_object_extent(o) - skip, true);
	sfi_object_take(d, o->type, o->obj, o->size, false);
	if (o->flags & OBJECT_BORROWED)
		return;
	if (o->release)
		o->release(o->obj, o->args);
	else if (o->type->release)
		o->type->release(o->obj);
}

static void release_hot(struct sfi_domain *d, u64 first, void *arg)
{
	u64 last = first + (SFI_CHUNK_SIZE - 1), a;
	const struct sfi_type *type;
	u32 *released = arg;
	u8 id;

	while ((a = sfi_rights_next_typed(d, first, last, &id)) != 0) {
		void *obj = (void *)(uintptr_t)a;

		sfi_rights_drop_type(d, a, id);
		type = sfi_type_of(id);
		if (!type)
			continue;
		sfi_object_take(d, type, obj, 0, false);
		if (type->release)
			type->release(obj);
		++*released;
	}
}

u32 sfi_release_all(struct sfi_domain *d)
{
	struct sfi_object *o;
	u32 released = 0;

	while ((o = take_newest(d)) != NULL) {
		release_one(d, o);
		sfi_object_free(d, o);
		released++;
	}
	sfi_rights_walk(d, release_hot, &released);
	return released;
}
SFI_EXPORT(sfi_release_all);

u32 sfi_domain_objects(const struct sfi_domain *d)
{
	return READ_ONCE(d->nr_objects);
}

void sfi_objects_for_each(struct sfi_domain *d,
			  void (*fn)(void *arg, const struct sfi_type *type, const void *obj,
				     size_t size),
			  void *arg)
{
	struct sfi_object *o;
	u64 flags;

	flags = sfi_port_lock(&d->object_lock);
	list_for_each_entry(o, &d->objects, link)
		fn(arg, o->type, o->obj, o->size);
	sfi_port_unlock(&d->object_lock, flags);
}
