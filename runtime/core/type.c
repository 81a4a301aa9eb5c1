// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry of object types, over all wrapper modules.
 */
#include "object.h"

/* Written under types_mutex, read without: a type outlives the domains that use it. */
struct sfi_type_entry sfi_type_entries[SFI_TYPE_MAX + 1];
static SFI_PORT_MUTEX(types_mutex);

/* What the slots of a new object of TYPE say: its type where it begins, its owner's fields. */
static const u8 *make_map(const struct sfi_type *type)
{
	const struct sfi_field *f;
	u8 *map;
	u32 i;

	if (type->map)
		return type->map;
	map = sfi_port_alloc_table(sfi_type_slots(type->size));
	if (!map)
		return NULL;
	for (f = type->fields; f && f->size; f++)
		for (i = f->offset >> SFI_SLOT_SHIFT;
		     i <= (f->offset + f->size - 1) >> SFI_SLOT_SHIFT; i++)
			map[i] = SFI_RIGHT_WRITE;
	map[0] |= (u8)(type->id << SFI_RIGHT_TYPE_SHIFT);
	return map;
}

/* Begins with the type byte that the object is found by, and no other. */
static bool map_fits(const struct sfi_type *type)
{
	u32 i;

	if (!type->map)
		return true;
	if (!type->size || type->map[0] >> SFI_RIGHT_TYPE_SHIFT != type->id)
		return false;
	for (i = 1; i < sfi_type_slots(type->size); i++)
		if (type->map[i] > SFI_RIGHT_WRITE)
			return false;
	return true;
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
	struct sfi_type_entry *entry = &sfi_type_entries[type->id & SFI_TYPE_MAX];
	const struct sfi_field *f;

	/* An abstract type has no type byte to be found by. */
	if (!type->id || type->id > SFI_TYPE_MAX || (type->hot && !type->size) ||
	    !fields_fit(type) || !map_fits(type))
		return -EINVAL;
	if (entry->type)
		return -EEXIST;
	if (type->size) {
		entry->map = make_map(type);
		if (!entry->map)
			return -ENOMEM;
	}
	for (f = type->fields; f && f->size; f++)
		if (f->until)
			sfi_type_entries[f->until].ender = true;
	WRITE_ONCE(entry->type, type);
	return 0;
}

static void unregister_type(const struct sfi_type *type)
{
	struct sfi_type_entry *entry = &sfi_type_entries[type->id];

	if (entry->type != type)
		return;
	WRITE_ONCE(entry->type, NULL);
	if (entry->map != type->map)
		sfi_port_free_table((void *)(uintptr_t)entry->map);
	entry->map = NULL;
}

int sfi_types_register(const struct sfi_type *const *list, unsigned int n, struct module *owner)
{
	unsigned int i;
	int ret = 0;

	(void)owner; /* whose symbols the list is: the module loader keeps it as long as its users
		      */
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
	return id <= SFI_TYPE_MAX ? READ_ONCE(sfi_type_entries[id].type) : NULL;
}
