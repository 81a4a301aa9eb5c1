// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a pointer is when it is not what it should be: for reports only.
 */
#include "object.h"

/* Why OBJ is not an object of type ID that the domain may use: R's why and detail. */
static void explain(struct sfi_domain *d, u8 id, const void *obj, struct sfi_report *r)
{
	const struct sfi_type *wanted = sfi_type_of(id),
			      *there = sfi_type_of(sfi_type_at(d, sfi_addr(obj)));
	const char *name = wanted ? wanted->name : "?";
	u64 flags, offset = 0;
	struct sfi_object *o;
	bool freed, borrowed, held;

	flags = sfi_port_lock(&d->object_lock);
	freed = sfi_object_was_freed(d, id, obj);
	o = sfi_object_find(d, id, obj);
	borrowed = o && (o->flags & OBJECT_BORROWED);
	held = o;
	o = sfi_object_nearest(d, sfi_addr(obj));
	if (o && o->type->id == id && sfi_addr(obj) - sfi_addr(o->obj) < sfi_object_extent(o))
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
		sfi_port_snprintf(r->detail, sizeof(r->detail), "the %s was acquired with others",
				  name);
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
	struct sfi_object *o;
	u64 flags, offset;
	int n = 0;

	flags = sfi_port_lock(&d->object_lock);
	o = sfi_object_nearest(d, addr);
	if (o) {
		offset = addr - sfi_addr(o->obj);
		if (offset < sfi_object_extent(o))
			n = sfi_port_snprintf(buf, size, "%llu bytes into a %s of %llu bytes",
					      (unsigned long long)offset, o->type->name,
					      (unsigned long long)sfi_object_extent(o));
		else if (offset - sfi_object_extent(o) < 256)
			n = sfi_port_snprintf(buf, size,
					      "%llu bytes past the end of a %s of %llu bytes",
					      (unsigned long long)(offset - sfi_object_extent(o)),
					      o->type->name,
					      (unsigned long long)sfi_object_extent(o));
	}
	sfi_port_unlock(&d->object_lock, flags);
	return n;
}
