// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object tracker's records: a list in the order of acquisition, for recovery,
 * and a tree by address, for everything else. A tree, so that nothing is longer
 * than it must be where a domain holds a hundred thousand objects, and interrupts
 * are off; and by address first, so that what lies inside an object that is freed
 * is found as well. A record may come where nothing can be allocated any more:
 * hence no hash that grows.
 *
 * All under object_lock, except where it is said.
 */
#include "object.h"

/* === Internals === */

static struct sfi_object *record_of(struct rb_node *node)
{
	return container_of(node, struct sfi_object, node);
}

/* Before, at or behind (OBJ, ID) in the tree: below, 0, or above 0. */
static int order(const struct sfi_object *o, const void *obj, u8 id)
{
	if (o->obj != obj)
		return sfi_addr(o->obj) < sfi_addr(obj) ? -1 : 1;
	return (int)o->type->id - id;
}

/* The first record in the tree that is not before (OBJ, ID), or NULL. */
static struct sfi_object *first_from(const struct sfi_domain *d, const void *obj, u8 id)
{
	struct rb_node *node = d->tree.rb_node;
	struct sfi_object *first = NULL;

	while (node) {
		struct sfi_object *o = record_of(node);

		if (order(o, obj, id) < 0) {
			node = node->rb_right;
		} else {
			first = o;
			node = node->rb_left;
		}
	}
	return first;
}

/* Before those of the same (object, type): the newest is found first. */
static void insert(struct sfi_domain *d, struct sfi_object *o)
{
	struct rb_node **link = &d->tree.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = order(record_of(parent), o->obj, o->type->id) < 0 ? &parent->rb_right :
									   &parent->rb_left;
	}
	rb_link_node(&o->node, parent, link);
	rb_insert_color(&o->node, &d->tree);
}

static struct sfi_object *take_spare(struct sfi_domain *d)
{
	struct sfi_object *o;
	u64 flags;

	flags = sfi_port_lock(&d->object_lock);
	o = d->spare;
	if (o) {
		d->spare = o->next;
		d->nr_spare--;
		memset(o, 0, sizeof(*o));
		o->flags = OBJECT_SPARE;
	}
	sfi_port_unlock(&d->object_lock, flags);
	return o;
}

static void put_spare(struct sfi_domain *d, struct sfi_object *o)
{
	o->next = d->spare;
	d->spare = o;
	d->nr_spare++;
}

/* === For the core: making === */

struct sfi_object *sfi_object_new(struct sfi_domain *d, const struct sfi_type *type, void *obj,
				  size_t size)
{
	/* That of the object which went last, most often. */
	struct sfi_object *o = sfi_port_cpu_swap(d->cpu, record, NULL);

	if (!o)
		o = sfi_port_alloc(sizeof(*o));
	if (unlikely(!o)) {
		o = take_spare(d);
		sfi_internal_error(d, "no memory for the record of an object");
		if (!o) {
			__atomic_fetch_add(&d->leaked, 1, __ATOMIC_RELAXED);
			return NULL;
		}
	}
	o->type = type;
	o->obj = obj;
	o->size = size;
	o->release = NULL;
	memset(o->args, 0, sizeof(o->args));
	o->flags &= OBJECT_SPARE;
	o->users = 0;
	return o;
}

void sfi_object_free(struct sfi_domain *d, struct sfi_object *o)
{
	u64 flags;

	if (likely(!(o->flags & OBJECT_SPARE))) {
		o = sfi_port_cpu_swap(d->cpu, record, o);
		if (o)
			sfi_port_free(o);
		return;
	}
	flags = sfi_port_lock(&d->object_lock);
	put_spare(d, o);
	sfi_port_unlock(&d->object_lock, flags);
}

void sfi_object_link(struct sfi_domain *d, struct sfi_object *o)
{
	insert(d, o);
	list_add_tail(&o->link, &d->objects);
	WRITE_ONCE(d->nr_objects, d->nr_objects + 1);
}

void sfi_object_unlink(struct sfi_domain *d, struct sfi_object *o)
{
	rb_erase(&o->node, &d->tree);
	list_del(&o->link);
	WRITE_ONCE(d->nr_objects, d->nr_objects - 1);
}

/* === For the core: finding === */

struct sfi_object *sfi_object_find(const struct sfi_domain *d, u8 id, const void *obj)
{
	struct sfi_object *o = first_from(d, obj, id);

	return o && !order(o, obj, id) ? o : NULL;
}

struct sfi_object *sfi_object_older(const struct sfi_object *o)
{
	struct sfi_object *next = sfi_object_above(o);

	return next && !order(next, o->obj, o->type->id) ? next : NULL;
}

struct sfi_object *sfi_object_from(const struct sfi_domain *d, u64 addr)
{
	return first_from(d, (const void *)(uintptr_t)addr, 0);
}

struct sfi_object *sfi_object_above(const struct sfi_object *o)
{
	struct rb_node *node = rb_next(&o->node);

	return node ? record_of(node) : NULL;
}

bool sfi_object_is_alone(const struct sfi_object *o)
{
	struct rb_node *below = rb_prev(&o->node), *above = rb_next(&o->node);

	if (below && record_of(below)->obj == o->obj)
		return false;
	return !above ||
	       sfi_addr(record_of(above)->obj) - sfi_addr(o->obj) >= sfi_object_extent(o);
}

/* The last record in the tree that does not begin above ADDR, or NULL. */
static struct rb_node *last_to(const struct sfi_domain *d, u64 addr)
{
	struct rb_node *node = d->tree.rb_node, *at = NULL;

	while (node) {
		if (sfi_addr(record_of(node)->obj) > addr) {
			node = node->rb_left;
		} else {
			at = node;
			node = node->rb_right;
		}
	}
	return at;
}

struct sfi_object *sfi_object_memory_at(const struct sfi_domain *d, u64 addr)
{
	struct rb_node *at = last_to(d, addr);

	while (at && !sfi_type_is_memory(record_of(at)->type))
		at = rb_prev(at);
	return at && addr - sfi_addr(record_of(at)->obj) < sfi_object_extent(record_of(at)) ?
		       record_of(at) : NULL;
}

struct sfi_object *sfi_object_nearest(const struct sfi_domain *d, u64 addr)
{
	struct rb_node *at = last_to(d, addr);

	while (at && !sfi_object_extent(record_of(at)))
		at = rb_prev(at);
	return at ? record_of(at) : NULL;
}

void sfi_object_remember(struct sfi_domain *d, const struct sfi_type *type, const void *obj)
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

/* === Public interface; takes object_lock itself === */

int sfi_objects_init(struct sfi_domain *d)
{
	u32 i;

	sfi_port_lock_init(&d->object_lock);
	sfi_port_lock_init(&d->embed_lock);
	sfi_borrowings_init(d);
	INIT_LIST_HEAD(&d->objects);
	d->tree = RB_ROOT;
	d->reserve = sfi_port_alloc_table(SFI_RESERVE * sizeof(*d->reserve));
	if (!d->reserve)
		return -ENOMEM;
	for (i = 0; i < SFI_RESERVE; i++)
		put_spare(d, &d->reserve[i]);
	return 0;
}

static void free_unused(struct sfi_domain *d)
{
	int cpu;

	sfi_port_for_each_cpu(cpu)
		sfi_port_free(sfi_port_cpu_of(d->cpu, cpu)->record);
}

/* Records still there are forgotten: sfi_release_all() was to be called. */
void sfi_objects_free(struct sfi_domain *d)
{
	struct sfi_object *o;

	if (d->reserve)
		sfi_borrowings_end(d, false);
	while (d->reserve && !list_empty(&d->objects)) {
		o = list_last_entry(&d->objects, struct sfi_object, link);
		sfi_object_unlink(d, o);
		sfi_object_free(d, o);
	}
	if (d->cpu)
		free_unused(d);
	sfi_port_free_table(d->reserve);
	d->reserve = NULL;
}

u64 sfi_objects_memory(const struct sfi_domain *d)
{
	u64 in_reserve = SFI_RESERVE - READ_ONCE(d->nr_spare), records = READ_ONCE(d->nr_objects);

	records = records > in_reserve ? records - in_reserve : 0;
	return (SFI_RESERVE + records) * sizeof(struct sfi_object);
}

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
