// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a pointer is when it is not what it should be: for reports only.
 */
#include "object.h"

/*
 * *COPY: of the objects that the domain holds or has borrowed, the one that begins nearest to ADDR,
 * at it or below; false: none does.
 */
static bool nearest(struct sfi_domain *d, u64 addr, struct sfi_object *copy)
{
	bool found = sfi_borrowed_nearest(d, addr, copy);
	u64 flags = sfi_port_lock(&d->object_lock);
	const struct sfi_object *o = sfi_object_nearest(d, addr);

	if (o && (!found || sfi_addr(o->obj) >= sfi_addr(copy->obj))) {
		*copy = *o;
		found = true;
	}
	sfi_port_unlock(&d->object_lock, flags);
	return found;
}

/* Why OBJ is not an object of type ID that the domain may use: R's why and detail. */
static void explain(struct sfi_domain *d, u8 id, const void *obj, struct sfi_report *r)
{
	const struct sfi_type *wanted = sfi_type_of(id),
			      *there = sfi_type_of(sfi_type_at(d, sfi_addr(obj)));
	const char *name = wanted ? wanted->name : "?";
	bool freed, held, borrowed = sfi_is_borrowed(d, id, obj);
	struct sfi_object near;
	u64 flags, offset = 0;

	flags = sfi_port_lock(&d->object_lock);
	freed = sfi_object_was_freed(d, id, obj);
	held = sfi_object_find(d, id, obj) != NULL;
	sfi_port_unlock(&d->object_lock, flags);
	/* A neighbour may seem to hold it, if allocators know it to be smaller than its type. */
	if (!freed && nearest(d, sfi_addr(obj), &near) && near.type->id == id &&
	    sfi_addr(obj) - sfi_addr(near.obj) < sfi_object_extent(&near))
		offset = sfi_addr(obj) - sfi_addr(near.obj);

	r->why = "foreign object";
	sfi_port_snprintf(r->detail, sizeof(r->detail), "not a %s of this domain", name);
	if (!obj) {
		r->why = "is NULL";
		r->detail[0] = '\0';
	} else if (held) {
		r->why = "other arguments";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "the %s was acquired with others",
				  name);
	} else if (borrowed) {
		r->why = "only borrowed";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "the %s is the caller's", name);
	} else if (offset) {
		r->why = "interior pointer";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "%llu bytes into a %s",
				  (unsigned long long)offset, name);
	} else if (there && there->id != id) {
		r->why = "wrong type";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "a %s, not a %s", there->name,
				  name);
	} else if (freed) {
		r->why = "double free";
		sfi_port_snprintf(r->detail, sizeof(r->detail), "the %s was released already",
				  name);
	} else if (sfi_writable(d, sfi_addr(obj), 1)) {
		r->why = "not an object";
		sfi_port_snprintf(r->detail, sizeof(r->detail),
				  "own memory of the driver, not a %s", name);
	}
}

void sfi_report_not_held(struct sfi_domain *d, u8 id, const void *obj, const struct sfi_arg *arg)
{
	struct sfi_report r = { .what = SFI_BAD_ARGUMENT, .arg = arg, .address = sfi_addr(obj) };

	explain(d, id, obj, &r);
	sfi_violation(d, &r);
}

int sfi_describe_near(struct sfi_domain *d, u64 addr, char *buf, size_t size)
{
	struct sfi_object o;
	u64 offset, extent;

	if (!nearest(d, addr, &o))
		return 0;
	offset = addr - sfi_addr(o.obj);
	extent = sfi_object_extent(&o);
	if (offset < extent)
		return sfi_port_snprintf(buf, size, "%llu bytes into a %s of %llu bytes",
					 (unsigned long long)offset, o.type->name,
					 (unsigned long long)extent);
	if (offset - extent < 256)
		return sfi_port_snprintf(buf, size, "%llu bytes past the end of a %s of %llu bytes",
					 (unsigned long long)(offset - extent), o.type->name,
					 (unsigned long long)extent);
	return 0;
}
