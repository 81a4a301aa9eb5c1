// SPDX-License-Identifier: GPL-2.0-only
/*
 * Borrowed objects: what a callback gets for the time of the call, if the
 * domain does not have it anyway. The record counts the calls that have it now:
 * two CPUs may be in callbacks with the same object, and the first to leave must
 * not take it from the other.
 */
#include "object.h"

/* Under borrow_lock. True: one more call has OBJ, and must give it back. */
static bool add_borrower(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	struct sfi_object *o;
	u64 flags;

	flags = sfi_port_lock(&d->object_lock);
	o = sfi_object_find(d, type->id, obj);
	sfi_port_unlock(&d->object_lock, flags);
	if (o && (o->flags & OBJECT_BORROWED)) {
		o->users++;
		return true;
	}
	if (o || sfi_type_at(d, sfi_addr(obj)) == type->id)
		return false;
	o = sfi_object_new(d, type, obj, 0);
	if (!o)
		return false;
	o->users = 1;
	o->flags |= OBJECT_BORROWED | (sfi_object_is_own(d, type, obj) ? OBJECT_EMBEDDED : 0);
	flags = sfi_port_lock(&d->object_lock);
	sfi_object_link(d, o);
	sfi_port_unlock(&d->object_lock, flags);
	sfi_object_give(d, type, obj, 0, NULL);
	return true;
}

bool sfi_borrow(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	u64 flags;
	bool undo;

	if (!obj)
		return false;
	if (sfi_object_surely_own(d, type->id, obj))
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
	o = sfi_object_find(d, type->id, obj);
	sfi_port_unlock(&d->object_lock, object_flags);
	/* Not there any more: recovery was faster. */
	if (o && (o->flags & OBJECT_BORROWED) && !--o->users) {
		sfi_object_take(d, type, obj, 0, o->flags & OBJECT_EMBEDDED);
		object_flags = sfi_port_lock(&d->object_lock);
		sfi_object_unlink(d, o);
		sfi_port_unlock(&d->object_lock, object_flags);
		sfi_object_free(d, o);
	}
	sfi_port_unlock(&d->borrow_lock, flags);
}
SFI_EXPORT(sfi_unborrow);
