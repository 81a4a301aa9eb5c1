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
#include "internal.h"

#define OBJECT_EMBEDDED 1 /* lies in the domain's own memory, which it gets back */
#define OBJECT_BORROWED 2
#define OBJECT_SPARE 4    /* came from the reserve: part of its array, never freed alone */

struct sfi_object {
	/* All fields: object_lock, and the owner alone once it is off the list. */
	struct list_head link;     /* sfi_domain.objects */
	struct sfi_object *next;   /* chain of its bucket, or of spare records */
	const struct sfi_type *type;
	void *obj;
	size_t size;               /* bytes from obj that were granted (0: the type's fields) */
	sfi_release_fn release;    /* NULL: type->release */
	u64 args[4];
	u32 flags;
	u32 users;                 /* of a borrowed one: calls that have it; borrow_lock */
};

/*
 * Registered types by number, and of those with a structure the rights bytes of a new object. Written under
 * types_mutex, read without: a type outlives the domains that use it.
 */
static const struct sfi_type *types[SFI_TYPE_MAX + 1];
static u8 *templates[SFI_TYPE_MAX + 1];
/* Which types end the right to a field of another: bit by number. Only ever grows. */
static u64 enders[(SFI_TYPE_MAX + 1) / 64];
static SFI_PORT_MUTEX(types_mutex);

/* === Internals: types === */

static u32 slots_of(u64 size)
{
	return (u32)((size + SFI_SLOT_SIZE - 1) >> SFI_SLOT_SHIFT);
}

/* What the slots of a new object of TYPE say: its type where it begins, its owner's fields. */
static u8 *make_template(const struct sfi_type *type)
{
	u8 *template = sfi_port_alloc_table(slots_of(type->size) + 8);
	const struct sfi_field *f;
	u32 i;

	if (!template)
		return NULL;
	for (f = type->fields; f && f->size; f++)
		for (i = f->offset >> SFI_SLOT_SHIFT; i <= (f->offset + f->size - 1) >> SFI_SLOT_SHIFT; i++)
			template[i] = SFI_RIGHT_WRITE;
	template[0] |= (u8)(type->id << SFI_RIGHT_TYPE_SHIFT);
	return template;
}

static bool fields_fit(const struct sfi_type *type)
{
	const struct sfi_field *f;

	for (f = type->fields; f && f->size; f++)
		if (f->offset > type->size || f->size > type->size - f->offset)
			return false;
	return true;
}

/* Under types_mutex. */
static int register_type(const struct sfi_type *type)
{
	const struct sfi_field *f;

	/* An abstract type has no type byte to be found by. */
	if (!type->id || type->id > SFI_TYPE_MAX || (type->hot && !type->size) || !fields_fit(type))
		return -EINVAL;
	if (types[type->id])
		return -EEXIST;
	if (type->size) {
		templates[type->id] = make_template(type);
		if (!templates[type->id])
			return -ENOMEM;
	}
	for (f = type->fields; f && f->size; f++)
		enders[f->until / 64] |= f->until ? 1ULL << (f->until % 64) : 0;
	WRITE_ONCE(types[type->id], type);
	return 0;
}

static void unregister_type(const struct sfi_type *type)
{
	if (types[type->id] != type)
		return;
	WRITE_ONCE(types[type->id], NULL);
	sfi_port_free_table(templates[type->id]);
	templates[type->id] = NULL;
}

int sfi_types_register(const struct sfi_type *const *list, unsigned int n, struct module *owner)
{
	unsigned int i;
	int ret = 0;

	(void)owner; /* whose symbols the list is: the module loader keeps it as long as its users */
	sfi_port_mutex_lock(&types_mutex);
	for (i = 0; i < n && !ret; i++)
		ret = register_type(list[i]);
	/* The one that failed is not there. */
	for (n = ret ? i - 1 : 0; n; n--)
		unregister_type(list[n - 1]);
	sfi_port_mutex_unlock(&types_mutex);
	return ret;
}
SFI_EXPORT(sfi_types_register);

void sfi_types_unregister(const struct sfi_type *const *list, unsigned int n)
{
	unsigned int i;

	sfi_port_mutex_lock(&types_mutex);
	for (i = 0; i < n; i++)
		unregister_type(list[i]);
	sfi_port_mutex_unlock(&types_mutex);
}
SFI_EXPORT(sfi_types_unregister);

const struct sfi_type *sfi_type_of(u8 id)
{
	return id <= SFI_TYPE_MAX ? READ_ONCE(types[id]) : NULL;
}

/* === Internals: rights of one object === */

/* Fields of the structure at OBJ that an acquisition of type ID on the same address ends, or gives back. */
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

static __always_inline bool is_ender(u8 id)
{
	return enders[id / 64] >> (id % 64) & 1;
}

/* Rights and type of a new object; nothing of what the memory was before. False: no memory, the domain has failed. */
static bool give_rights(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size)
{
	u64 addr = sfi_addr(obj);
	bool ok = true;

	if (unlikely(is_ender(type->id)))
		until_fields(d, obj, type->id, false);
	if (type->size)
		ok = sfi_rights_stamp(d, addr, templates[type->id], slots_of(type->size));
	if (size && ok)
		ok = sfi_rights_set(d, addr, size, SFI_OVERWRITE);
	if (size && ok && type->size)
		ok = sfi_rights_set_type(d, addr, type->id);
	if (ok && type->grant)
		type->grant(d, obj);
	if (unlikely(!ok && type->size))
		sfi_rights_drop_type(d, addr, type->id); /* the record alone says that it is held */
	return ok;
}

static void take_rights(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size, bool embedded)
{
	u64 addr = sfi_addr(obj);

	if (type->revoke)
		type->revoke(d, obj);
	if (type->size > size)
		size = type->size;
	sfi_rights_unset(d, addr, size);
	if (embedded)
		sfi_rights_set(d, addr, size, SFI_KEEP_TYPED);
	if (unlikely(is_ender(type->id)))
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
static struct sfi_object *find(struct sfi_domain *d, u8 id, const void *obj)
{
	struct sfi_object *o = *bucket_of(d, id, obj);

	while (o && (o->obj != obj || o->type->id != id))
		o = o->next;
	return o;
}

static void link_object(struct sfi_domain *d, struct sfi_object *o)
{
	struct sfi_object **bucket = bucket_of(d, o->type->id, o->obj);

	o->next = *bucket;
	*bucket = o;
	list_add_tail(&o->link, &d->objects);
	WRITE_ONCE(d->nr_objects, d->nr_objects + 1);
	if (o->flags & OBJECT_BORROWED)
		smp_store_release(&d->nr_borrowed, d->nr_borrowed + 1);
}

static void unlink_object(struct sfi_domain *d, struct sfi_object *o)
{
	struct sfi_object **p = bucket_of(d, o->type->id, o->obj);

	while (*p != o)
		p = &(*p)->next;
	*p = o->next;
	list_del(&o->link);
	WRITE_ONCE(d->nr_objects, d->nr_objects - 1);
	if (o->flags & OBJECT_BORROWED)
		smp_store_release(&d->nr_borrowed, d->nr_borrowed - 1);
}

/* Without the lock. Falls back on the reserve, and fails the domain then (D14). NULL: nothing left at all. */
static struct sfi_object *new_object(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size)
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
static void free_object(struct sfi_domain *d, struct sfi_object *o)
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

static bool was_freed(const struct sfi_domain *d, u8 id, const void *obj)
{
	u32 i;

	for (i = 0; i < SFI_FREED; i++)
		if (d->freed[i].obj == obj && d->freed[i].type && d->freed[i].type->id == id)
			return true;
	return false;
}

/* The record whose memory holds ADDR, or else the one that ends nearest below it. */
static struct sfi_object *nearest(struct sfi_domain *d, u64 addr)
{
	struct sfi_object *o, *best = NULL;

	list_for_each_entry(o, &d->objects, link)
		if (sfi_addr(o->obj) <= addr && (o->size || o->type->size) &&
		    (!best || sfi_addr(o->obj) > sfi_addr(best->obj)))
			best = o;
	return best;
}

static u64 extent(const struct sfi_object *o)
{
	return max((u64)o->size, (u64)o->type->size);
}

/* === Internals: objects inside other memory === */

/* Removes the records of embedded objects of type ID at OBJ, returns them chained. */
static struct sfi_object *take_embedded(struct sfi_domain *d, u8 id, void *obj)
{
	struct sfi_object *o, *gone = NULL;
	u64 flags = sfi_port_lock(&d->object_lock);

	while ((o = find(d, id, obj)) != NULL && (o->flags & OBJECT_EMBEDDED)) {
		unlink_object(d, o);
		o->next = gone;
		gone = o;
	}
	sfi_port_unlock(&d->object_lock, flags);
	return gone;
}

/* Ends the embedded objects that begin in [ADDR, ADDR + SIZE); RELEASE: the kernel may still use them. */
static void end_embedded(struct sfi_domain *d, u64 addr, u64 size, bool release)
{
	struct sfi_object *o, *next;
	const struct sfi_type *type;
	u64 last, a;
	u8 id;

	if (!sfi_range(addr, size, &last))
		return;
	while ((a = sfi_rights_next_typed(d, addr, last, &id)) != 0) {
		void *obj = (void *)(uintptr_t)a;

		type = sfi_type_of(id);
		for (o = take_embedded(d, id, obj); o; o = next) {
			next = o->next;
			free_object(d, o);
		}
		sfi_rights_drop_type(d, a, id);
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

/* An object other than O itself that is still held in O's memory and is not merely embedded there. */
static const struct sfi_type *find_held_inside(struct sfi_domain *d, const struct sfi_object *o, u64 *where)
{
	const struct sfi_type *type = NULL;
	struct sfi_object *other;
	u64 flags, begin = sfi_addr(o->obj), size = extent(o);

	flags = sfi_port_lock(&d->object_lock);
	list_for_each_entry(other, &d->objects, link) {
		u64 a = sfi_addr(other->obj);

		if (other->type != o->type && !(other->flags & (OBJECT_EMBEDDED | OBJECT_BORROWED)) && a - begin < size) {
			type = other->type;
			*where = a;
			break;
		}
	}
	sfi_port_unlock(&d->object_lock, flags);
	return type;
}

static void frees_container(struct sfi_domain *d, const struct sfi_type *inner, u64 offset,
				       const void *obj, const struct sfi_arg *arg)
{
	struct sfi_report r = {
		.what = SFI_BAD_ARGUMENT, .arg = arg, .address = sfi_addr(obj),
		.why = "frees memory that holds a live object",
	};

	sfi_port_snprintf(r.detail, sizeof(r.detail), "%s at offset %llu", inner->name, (unsigned long long)offset);
	sfi_violation(d, &r);
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
		unlink_object(d, o);
		free_object(d, o);
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
	return SFI_OBJECT_BUCKETS * sizeof(*d->buckets) + (SFI_RESERVE + records) * sizeof(struct sfi_object);
}

static bool all_own(const struct sfi_domain *d, const struct sfi_type *type, const void *obj)
{
	return type->size && sfi_writable(d, sfi_addr(obj), type->size);
}

struct sfi_object *sfi_acquire(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
			       sfi_release_fn release, u64 a0, u64 a1, u64 a2, u64 a3)
{
	struct sfi_object *o;
	u64 flags;

	sfi_port_cpu_inc(d->cpu, acquired);
	/* A hot object whose type byte could not be set needs a record, or recovery would not find it. */
	if (type->hot && give_rights(d, type, obj, size))
		return NULL;
	o = new_object(d, type, obj, size);
	if (!o)
		return NULL;
	o->release = release;
	o->args[0] = a0;
	o->args[1] = a1;
	o->args[2] = a2;
	o->args[3] = a3;
	flags = sfi_port_lock(&d->object_lock);
	if (!type->hot && all_own(d, type, obj))
		o->flags |= OBJECT_EMBEDDED;
	link_object(d, o);
	sfi_port_unlock(&d->object_lock, flags);
	if (!type->hot)
		give_rights(d, type, obj, size);
	return o;
}
SFI_EXPORT(sfi_acquire);

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
	held = find(d, id, obj) != NULL;
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
static struct sfi_object *find_repeated(struct sfi_domain *d, u8 id, const void *obj, const struct repeated *repeated)
{
	struct sfi_object *o;
	unsigned int i;

	for (o = find(d, id, obj); o; o = o->next) {
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

	*held = type->hot && sfi_type_at(d, sfi_addr(obj)) == type->id;
	*last = true;
	if (*held && !READ_ONCE(d->nr_borrowed))
		return NULL;
	flags = sfi_port_lock(&d->object_lock);
	o = find_repeated(d, type->id, obj, repeated);
	if (o && (o->flags & OBJECT_BORROWED)) {
		o = NULL;
		*held = false;
	}
	if (o) {
		*held = true;
		unlink_object(d, o);
		*last = !find(d, type->id, obj);
		if (*last)
			remember_freed(d, type, obj);
	}
	sfi_port_unlock(&d->object_lock, flags);
	return o;
}

/* Gives up OBJ, its record O (NULL for a hot one) off the list already. */
static void drop(struct sfi_domain *d, const struct sfi_type *type, void *obj, struct sfi_object *o, bool last)
{
	if (last)
		take_rights(d, type, obj, o ? o->size : 0, o && (o->flags & OBJECT_EMBEDDED));
	if (o)
		free_object(d, o);
}

/* Memory that is going away must not hold objects that the kernel still uses; others in it end with it. */
static void check_inside(struct sfi_domain *d, const struct sfi_object *o, const struct sfi_arg *arg)
{
	const struct sfi_type *inner;
	u64 where, begin = sfi_addr(o->obj), skip = o->type->size ? SFI_SLOT_SIZE : 0;

	inner = find_held_inside(d, o, &where);
	if (!inner && extent(o) > skip)
		inner = find_busy(d, begin + skip, extent(o) - skip, &where);
	if (inner)
		frees_container(d, inner, where - begin, o->obj, arg);
	if (extent(o) > skip)
		end_embedded(d, begin + skip, extent(o) - skip, false);
}

static const struct repeated nothing_repeated;

/* Why OBJ is not an object of type ID that the domain may use: R's why and detail. */
static void explain(struct sfi_domain *d, u8 id, const void *obj, struct sfi_report *r)
{
	const struct sfi_type *wanted = sfi_type_of(id), *there = sfi_type_of(sfi_type_at(d, sfi_addr(obj)));
	const char *name = wanted ? wanted->name : "?";
	u64 flags, offset = 0;
	struct sfi_object *o;
	bool freed, borrowed, held;

	flags = sfi_port_lock(&d->object_lock);
	freed = was_freed(d, id, obj);
	o = find(d, id, obj);
	borrowed = o && (o->flags & OBJECT_BORROWED);
	held = o;
	o = nearest(d, sfi_addr(obj));
	if (o && o->type->id == id && sfi_addr(obj) - sfi_addr(o->obj) < extent(o))
		offset = sfi_addr(obj) - sfi_addr(o->obj);
	sfi_port_unlock(&d->object_lock, flags);

	r->why = "foreign object";
	sfi_port_snprintf(r->detail, sizeof(r->detail), "not a %s of this domain", name);
	if (!obj) {
		r->why = "is NULL";
		r->detail[0] = '\0';
	} else if (borrowed) {
		r->why = "only borrowed";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "the %s is the caller's", name);
	} else if (held) {
		r->why = "other arguments";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "the %s was acquired with others", name);
	} else if (offset) {
		r->why = "interior pointer";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "%llu bytes into a %s", (unsigned long long)offset, name);
	} else if (there && there->id != id) {
		r->why = "wrong type";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "a %s, not a %s", there->name, name);
	} else if (freed) {
		r->why = "double free";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "the %s was released already", name);
	} else if (sfi_writable(d, sfi_addr(obj), 1)) {
		r->why = "not an object";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "own memory of the driver, not a %s", name);
	}
}


void sfi_not_held(struct sfi_domain *d, u8 id, const void *obj, const struct sfi_arg *arg)
{
	struct sfi_report r = { .what = SFI_BAD_ARGUMENT, .arg = arg, .address = sfi_addr(obj) };

	explain(d, id, obj, &r);
	sfi_violation(d, &r);
}

/* Memory and structures that own what is in them. */
static noinline void check_container(struct sfi_domain *d, const struct sfi_type *type, const void *obj,
				     const struct sfi_arg *arg)
{
	struct sfi_object *o, copy;
	bool container;
	u64 flags;

	flags = sfi_port_lock(&d->object_lock);
	o = find(d, type->id, obj);
	container = o && !(o->flags & (OBJECT_BORROWED | OBJECT_EMBEDDED)) && extent(o);
	if (container)
		copy = *o;
	sfi_port_unlock(&d->object_lock, flags);
	if (container)
		check_inside(d, &copy, arg);
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

void sfi_release(struct sfi_domain *d, const struct sfi_type *type, void *obj, const struct sfi_arg *arg)
{
	release_repeated(d, type, obj, &nothing_repeated, arg);
}
SFI_EXPORT(sfi_release);

void sfi_release_args(struct sfi_domain *d, const struct sfi_type *type, void *obj, const u64 args[4], unsigned int which,
		      const struct sfi_arg *arg)
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

void sfi_check_no_objects(struct sfi_domain *d, const void *p, size_t size, const struct sfi_arg *arg)
{
	struct sfi_object whole = { .type = &(const struct sfi_type){ .name = "memory" }, .obj = (void *)p, .size = size };

	check_inside(d, &whole, arg);
}
SFI_EXPORT(sfi_check_no_objects);

/* === Public interface: embedded and borrowed objects === */

bool sfi_embed(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size, const struct sfi_arg *arg)
{
	u64 addr = sfi_addr(obj), flags;
	const struct sfi_field *f;
	struct sfi_object *o;

	if (sfi_type_at(d, addr) == type->id)
		return false;
	if ((addr & (SFI_SLOT_SIZE - 1)) || !sfi_writable(d, addr, size))
		sfi_bad_argument(d, arg, addr, size, "is not memory of the driver's own");
	if (!type->hot) {
		o = new_object(d, type, obj, size);
		if (!o)
			return false;
		o->flags |= OBJECT_EMBEDDED;
		flags = sfi_port_lock(&d->object_lock);
		link_object(d, o);
		sfi_port_unlock(&d->object_lock, flags);
	}
	sfi_rights_unset(d, addr, size);
	for (f = type->fields; f && f->size; f++)
		sfi_rights_set(d, addr + f->offset, f->size, SFI_OVERWRITE);
	sfi_rights_set_type(d, addr, type->id);
	return true;
}
SFI_EXPORT(sfi_embed);

void sfi_unembed(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size, const struct sfi_arg *arg)
{
	struct sfi_object *o, *next;

	if (unlikely(sfi_type_at(d, sfi_addr(obj)) != type->id))
		sfi_not_held(d, type->id, obj, arg);
	for (o = take_embedded(d, type->id, obj); o; o = next) {
		next = o->next;
		free_object(d, o);
	}
	sfi_rights_unset(d, sfi_addr(obj), size);
	sfi_rights_set(d, sfi_addr(obj), size, SFI_OVERWRITE);
}
SFI_EXPORT(sfi_unembed);

static noinline void busy_local(struct sfi_domain *d, const struct sfi_type *type, u64 where)
{
	struct sfi_report r = {
		.what = SFI_BAD_ARGUMENT, .address = where, .why = "returns while the kernel uses a local",
	};

	sfi_port_snprintf(r.detail, sizeof(r.detail), "%s", type->name);
	sfi_violation(d, &r);
}

void sfi_objects_forget(struct sfi_domain *d, u64 addr, u64 size)
{
	const struct sfi_type *inner;
	u64 where;

	/* Hardly ever is there an object in a local. */
	if (likely(sfi_writable(d, addr, size))) {
		sfi_rights_unset(d, addr, size);
		return;
	}
	inner = find_busy(d, addr, size, &where);
	if (inner)
		busy_local(d, inner, where);
	end_embedded(d, addr, size, false);
	sfi_rights_unset(d, addr, size);
}

void sfi_objects_abandon(struct sfi_domain *d, u64 addr, u64 size)
{
	end_embedded(d, addr, size, true);
	sfi_rights_unset(d, addr, size);
}

/* Under borrow_lock. True: one more call has OBJ, and must give it back. */
static bool add_borrower(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	struct sfi_object *o;
	u64 flags;

	flags = sfi_port_lock(&d->object_lock);
	o = find(d, type->id, obj);
	sfi_port_unlock(&d->object_lock, flags);
	if (o && (o->flags & OBJECT_BORROWED)) {
		o->users++;
		return true;
	}
	if (o || sfi_type_at(d, sfi_addr(obj)) == type->id)
		return false;
	o = new_object(d, type, obj, 0);
	if (!o)
		return false;
	o->users = 1;
	o->flags |= OBJECT_BORROWED | (all_own(d, type, obj) ? OBJECT_EMBEDDED : 0);
	flags = sfi_port_lock(&d->object_lock);
	link_object(d, o);
	sfi_port_unlock(&d->object_lock, flags);
	give_rights(d, type, obj, 0);
	return true;
}

/*
 * The type byte is read before nr_borrowed; a borrower raises nr_borrowed
 * before it sets the byte and lowers it after clearing. So a byte that is
 * there while nobody borrows is the domain's own.
 */
bool sfi_borrow(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	u64 flags;
	bool undo;

	if (!obj)
		return false;
	if (sfi_type_at(d, sfi_addr(obj)) == type->id && !smp_load_acquire(&d->nr_borrowed))
		return false;
	flags = sfi_port_lock(&d->borrow_lock);
	undo = add_borrower(d, type, obj);
	sfi_port_unlock(&d->borrow_lock, flags);
	return undo;
}
SFI_EXPORT(sfi_borrow);

void sfi_unborrow(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	u64 flags, object_flags;
	struct sfi_object *o;

	flags = sfi_port_lock(&d->borrow_lock);
	object_flags = sfi_port_lock(&d->object_lock);
	o = find(d, type->id, obj);
	sfi_port_unlock(&d->object_lock, object_flags);
	/* Not there any more: recovery was faster. */
	if (o && (o->flags & OBJECT_BORROWED) && !--o->users) {
		take_rights(d, type, obj, 0, o->flags & OBJECT_EMBEDDED);
		object_flags = sfi_port_lock(&d->object_lock);
		unlink_object(d, o);
		sfi_port_unlock(&d->object_lock, object_flags);
		free_object(d, o);
	}
	sfi_port_unlock(&d->borrow_lock, flags);
}
SFI_EXPORT(sfi_unborrow);

/* === Public interface: recovery === */

static struct sfi_object *take_newest(struct sfi_domain *d)
{
	struct sfi_object *o = NULL;
	u64 flags;

	flags = sfi_port_lock(&d->object_lock);
	if (!list_empty(&d->objects)) {
		o = list_last_entry(&d->objects, struct sfi_object, link);
		unlink_object(d, o);
	}
	sfi_port_unlock(&d->object_lock, flags);
	return o;
}

static void release_one(struct sfi_domain *d, struct sfi_object *o)
{
	u64 skip = o->type->size ? SFI_SLOT_SIZE : 0;

	/* Hot objects embedded in memory that is about to be freed. */
	if (!(o->flags & (OBJECT_EMBEDDED | OBJECT_BORROWED)) && extent(o) > skip)
		end_embedded(d, sfi_addr(o->obj) + skip, extent(o) - skip, true);
	take_rights(d, o->type, o->obj, o->size, false);
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
		take_rights(d, type, obj, 0, false);
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
		free_object(d, o);
		released++;
	}
	sfi_rights_for_each_leaf(d, release_hot, &released);
	return released;
}
SFI_EXPORT(sfi_release_all);

u32 sfi_domain_objects(const struct sfi_domain *d)
{
	return READ_ONCE(d->nr_objects);
}

void sfi_objects_for_each(struct sfi_domain *d, void (*fn)(void *arg, const struct sfi_type *type, const void *obj, size_t size),
			  void *arg)
{
	struct sfi_object *o;
	u64 flags;

	flags = sfi_port_lock(&d->object_lock);
	list_for_each_entry(o, &d->objects, link)
		fn(arg, o->type, o->obj, o->size);
	sfi_port_unlock(&d->object_lock, flags);
}

/* === Public interface: explanations === */

int sfi_describe_near(struct sfi_domain *d, u64 addr, char *buf, size_t size)
{
	struct sfi_object *o;
	u64 flags, offset;
	int n = 0;

	flags = sfi_port_lock(&d->object_lock);
	o = nearest(d, addr);
	if (o) {
		offset = addr - sfi_addr(o->obj);
		if (offset < extent(o))
			n = sfi_port_snprintf(buf, size, "%llu bytes into a %s of %llu bytes", (unsigned long long)offset,
					      o->type->name, (unsigned long long)extent(o));
		else if (offset - extent(o) < 256)
			n = sfi_port_snprintf(buf, size, "%llu bytes past the end of a %s of %llu bytes",
					      (unsigned long long)(offset - extent(o)), o->type->name,
					      (unsigned long long)extent(o));
	}
	sfi_port_unlock(&d->object_lock, flags);
	return n;
}
