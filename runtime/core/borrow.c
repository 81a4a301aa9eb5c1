// SPDX-License-Identifier: GPL-2.0-only
/*
 * Borrowed objects: what a callback gets for the time of the call, if the
 * domain does not have it anyway. The record counts the calls that have it now:
 * two CPUs may be in callbacks with the same object, and the first to leave must
 * not take it from the other.
 */
#include "object.h"

/*
 * Rights that come and go as table bytes, and call nobody, do so under object_lock: their leaves are
 * there before, and so are those of the fields of another type that this one ends. For other types it
 * is borrow_lock that a second borrower waits for.
 */
static bool is_plain(const struct sfi_type *type)
{
	return !type->grant && !type->revoke && !sfi_type_is_memory(type);
}

/*
 * Under object_lock. OBJ is the domain's, or borrowed, in which case *UNDO: one call more has it. False: neither.
 */
static bool is_there(struct sfi_domain *d, const struct sfi_type *type, void *obj, bool *undo)
{
	struct sfi_object *o = sfi_object_find(d, type->id, obj);

	*undo = o && (o->flags & OBJECT_BORROWED);
	if (*undo)
		o->users++;
	return o || sfi_type_at(d, sfi_addr(obj)) == type->id;
}

/*
 * True: it was there, and *UNDO is what sfi_borrow() says. False: it was not, and is from now on, with record O, if there
 * is one.
 */
static bool find_or_add(struct sfi_domain *d, const struct sfi_type *type, void *obj,
			struct sfi_object *o, bool *undo)
{
	bool plain = is_plain(type), found, add;
	u64 flags = 0, object_flags;

	if (!plain)
		flags = sfi_port_lock(&d->borrow_lock);
	object_flags = sfi_port_lock(&d->object_lock);
	found = is_there(d, type, obj, undo);
	add = !found && o;
	if (add) {
		*undo = true;
		o->users = 1;
		o->flags |= OBJECT_BORROWED;
		if (sfi_object_is_own(d, type, obj))
			o->flags |= OBJECT_EMBEDDED;
		sfi_object_link(d, o);
		if (plain)
			sfi_object_give(d, type, obj, 0, NULL);
	}
	sfi_port_unlock(&d->object_lock, object_flags);
	if (add && !plain)
		sfi_object_give(d, type, obj, 0, NULL);
	if (!plain)
		sfi_port_unlock(&d->borrow_lock, flags);
	return found;
}

/* The record of what the last call has given back, to be freed; or NULL. PLAIN: as above. */
static struct sfi_object *drop_borrower(struct sfi_domain *d, const struct sfi_type *type, void *obj,
					bool plain)
{
	u64 flags = sfi_port_lock(&d->object_lock);
	struct sfi_object *o = sfi_object_find(d, type->id, obj);

	/* Not there any more: recovery was faster. */
	if (o && (!(o->flags & OBJECT_BORROWED) || --o->users))
		o = NULL;
	if (o && !plain)
		sfi_port_unlock(&d->object_lock, flags);
	if (o)
		sfi_object_take(d, type, obj, 0, o->flags & OBJECT_EMBEDDED);
	if (o && !plain)
		flags = sfi_port_lock(&d->object_lock);
	if (o)
		sfi_object_unlink(d, o);
	sfi_port_unlock(&d->object_lock, flags);
	return o;
}

bool sfi_borrow(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	struct sfi_object *o;
	bool undo;

	if (!obj)
		return false;
	if (sfi_object_surely_own(d, type->id, obj))
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
SFI_EXPORT(sfi_borrow);

void sfi_unborrow(struct sfi_domain *d, const struct sfi_type *type, void *obj)
{
	bool plain = is_plain(type);
	struct sfi_object *o;
	u64 flags = 0;

	if (!plain)
		flags = sfi_port_lock(&d->borrow_lock);
	o = drop_borrower(d, type, obj, plain);
	if (!plain)
		sfi_port_unlock(&d->borrow_lock, flags);
	if (o)
		sfi_object_free(d, o);
}
SFI_EXPORT(sfi_unborrow);
