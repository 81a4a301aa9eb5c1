// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry of object types, over all wrapper modules.
 */
#include "object.h"

/*
 * Registered types by number, and of those with a structure the rights bytes of a new object.
 * Written under types_mutex, read without: a type outlives the domains that use it.
 */
static const struct sfi_type *types[SFI_TYPE_MAX + 1];
static u8 *templates[SFI_TYPE_MAX + 1];
/* Which types end the right to a field of another: bit by number. Only ever grows. */
static u64 enders[(SFI_TYPE_MAX + 1) / 64];
static SFI_PORT_MUTEX(types_mutex);

/* What the slots of a new object of TYPE say: its type where it begins, its owner's fields. */
static u8 *make_template(const struct sfi_type *type)
{
	u8 *template = sfi_port_alloc_table(sfi_type_slots(type->size) + 8);
	const struct sfi_field *f;
	u32 i;

	if (!template)
		return NULL;
	for (f = type->fields; f && f->size; f++)
		for (i = f->offset >> SFI_SLOT_SHIFT;
		     i <= (f->offset + f->size - 1) >> SFI_SLOT_SHIFT; i++)
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
	return id <= SFI_TYPE_MAX ? READ_ONCE(types[id]) : NULL;
}

const u8 *sfi_type_template(u8 id)
{
	return templates[id];
}

bool sfi_type_is_ender(u8 id)
{
	return enders[id / 64] >> (id % 64) & 1;
}
