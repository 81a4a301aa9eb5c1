/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The object tracker's records and what its files share: type.c, record.c,
 * object.c, embed.c, borrow.c, explain.c. See object.c for the model and the locks.
 */
#ifndef SFI_OBJECT_H
#define SFI_OBJECT_H

#include "internal.h"

#define OBJECT_EMBEDDED 1 /* lies in the domain's own memory, which it gets back */
#define OBJECT_SPARE 2 /* came from the reserve: part of its array, never freed alone */

struct sfi_object {
	/*
	 * All fields: object_lock, or the lock of its chain if it is borrowed; the owner alone once
	 * it is off the list, or the chain.
	 */
	struct list_head link; /* sfi_domain.objects */
	union {
		struct rb_node node;	 /* sfi_domain.tree */
		struct sfi_object *next; /* out of it: borrowed, spare or ended ones, in a chain */
	};
	const struct sfi_type *type;
	void *obj;
	size_t size;		/* bytes from obj that were granted (0: the type's fields) */
	sfi_release_fn release; /* NULL: type->release */
	u64 args[4];
	u32 flags;
	u32 users; /* of a borrowed one: calls that have it */
};

/* Bytes that belong to the object of record O. */
static inline u64 sfi_object_extent(const struct sfi_object *o)
{
	return o->size > o->type->size ? o->size : o->type->size;
}

/* Bytes at the beginning that carry O's own type: nothing is looked for there. */
static inline u64 sfi_object_skip(const struct sfi_object *o)
{
	return o->type->size ? SFI_SLOT_SIZE : 0;
}

/*
 * type.c
 */
/* Slots of a structure of SIZE bytes. */
static inline u32 sfi_type_slots(u64 size)
{
	return (u32)((size + SFI_SLOT_SIZE - 1) >> SFI_SLOT_SHIFT);
}

/* A type by its number. */
struct sfi_type_entry {
	const struct sfi_type *type; /* NULL: not registered */
	const u8 *map; /* rights bytes of a new object's slots; NULL: it has no structure */
	bool ender;    /* ends the right to a field of another type; once set, it stays */
};
extern struct sfi_type_entry sfi_type_entries[SFI_TYPE_MAX + 1];

/*
 * record.c. Under object_lock, except sfi_object_new() and sfi_object_free(), which take it.
 */
/* Falls back on the reserve, and fails the domain then (D14). NULL: nothing left at all. */
struct sfi_object *sfi_object_new(struct sfi_domain *d, const struct sfi_type *type, void *obj,
				  size_t size);
/* O is off the list. */
void sfi_object_free(struct sfi_domain *d, struct sfi_object *o);
void sfi_object_link(struct sfi_domain *d, struct sfi_object *o);
void sfi_object_unlink(struct sfi_domain *d, struct sfi_object *o);
/* The newest record of (type, obj), and the next older of the same, or NULL. */
struct sfi_object *sfi_object_find(const struct sfi_domain *d, u8 id, const void *obj);
struct sfi_object *sfi_object_older(const struct sfi_object *o);
/* The record with the lowest address from ADDR on, and the one after O by address, or NULL. */
struct sfi_object *sfi_object_from(const struct sfi_domain *d, u64 addr);
struct sfi_object *sfi_object_above(const struct sfi_object *o);
/* No other record begins in O's memory. */
bool sfi_object_is_alone(const struct sfi_object *o);
/* The record whose memory holds ADDR, or else the one that ends nearest below it. */
struct sfi_object *sfi_object_nearest(const struct sfi_domain *d, u64 addr);
/* The record of memory, as opposed to what is embedded in some, that ADDR lies in; or NULL. */
struct sfi_object *sfi_object_memory_at(const struct sfi_domain *d, u64 addr);
/* (type, obj) is released; it was one of the last that were. */
void sfi_object_remember(struct sfi_domain *d, const struct sfi_type *type, const void *obj);
bool sfi_object_was_freed(const struct sfi_domain *d, u8 id, const void *obj);

/*
 * object.c.
 */
/*
 * Rights and type of an object that comes (false: no memory, the domain has failed) or goes.
 * Without object_lock, unless borrow.c knows that it is not needed. MAP: rights bytes of its slots if not the type's, or NULL.
 */
bool sfi_object_give(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		     const u8 *map);
void sfi_object_take(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		     bool embedded);
/* An object of a hot type comes; a record only where there is no memory for the rights. Without object_lock. */
struct sfi_object *sfi_object_give_hot(struct sfi_domain *d, const struct sfi_type *type, void *obj,
				       size_t size, const u8 *map);
/* sfi_release() of any object: looks at the records. */
void sfi_release_slow(struct sfi_domain *d, const struct sfi_type *type, void *obj,
		      const struct sfi_arg *arg);

/* The whole structure lies in memory that the domain may write. */
bool sfi_object_is_own(struct sfi_domain *d, const struct sfi_type *type, const void *obj);

static __always_inline bool sfi_type_is_memory(const struct sfi_type *type)
{
	return type->memory_bytes || type->memory;
}

/*
 * memory.c. Of types that are memory, without object_lock: an object comes and goes.
 */
#define SFI_MEMORY_BATCH (1 << 18)
/* What this CPU has counted becomes the domain's. */
void sfi_memory_flush(struct sfi_domain *d);

static __always_inline s64 sfi_memory_of(const struct sfi_type *type, const void *obj, size_t size)
{
	u64 bytes = likely(type->memory_bytes) ? type->memory_bytes : type->memory(obj, size);

	return (s64)(bytes + (type->hot ? 0 : sizeof(struct sfi_object)));
}

static __always_inline void sfi_memory_add(struct sfi_domain *d, s64 bytes)
{
	s64 sum = sfi_port_cpu_add(d->cpu, memory, bytes);

	if (unlikely(sum >= SFI_MEMORY_BATCH || sum <= -SFI_MEMORY_BATCH))
		sfi_memory_flush(d);
}

static __always_inline void sfi_memory_came(struct sfi_domain *d, const struct sfi_type *type,
					    const void *obj, size_t size)
{
	sfi_memory_add(d, sfi_memory_of(type, obj, size));
}

static __always_inline void sfi_memory_went(struct sfi_domain *d, const struct sfi_type *type,
					    const void *obj, size_t size)
{
	sfi_memory_add(d, -sfi_memory_of(type, obj, size));
}

/*
 * borrow.c. Without object_lock, except where it is said.
 */
void sfi_borrowings_init(struct sfi_domain *d);
/* All end: by recovery; or with the domain, when there are no types any more, and no RIGHTS go. */
void sfi_borrowings_end(struct sfi_domain *d, bool rights);
/*
 * O, which is released, and in no record any more, is still borrowed: its rights from now on are
 * those of that, and what the type's functions have given. Under the lock of its chain, B, and object_lock.
 */
bool sfi_borrowing_stays(struct sfi_domain *d, struct sfi_borrowings *b, const struct sfi_object *o);
/* Where in its chain (ID, OBJ) is linked; NULL is there if it is not. Under the lock of the chain. */
struct sfi_object **sfi_borrowing_find(struct sfi_borrowings *b, u8 id, const void *obj);
bool sfi_is_borrowed(struct sfi_domain *d, u8 id, const void *obj);
/* What is embedded at OBJ ends, and so does what was borrowed as that in the domain's own memory. */
void sfi_borrowing_end_embedded(struct sfi_domain *d, u8 id, const void *obj);
/*
 * *COPY becomes the one that begins nearest to ADDR, at it or below, and has an extent; false: none
 * does. Looks at all there are.
 */
bool sfi_borrowed_nearest(struct sfi_domain *d, u64 addr, struct sfi_object *copy);

static __always_inline struct sfi_borrowings *sfi_borrowings_of(struct sfi_domain *d,
								const void *obj)
{
	u64 hash = sfi_addr(obj) * 0x9e3779b97f4a7c15ULL;

	return &d->borrowings[hash >> (64 - SFI_BORROWING_BITS)];
}

/* Once true, it stays. */
static __always_inline bool sfi_ever_borrowed(const struct sfi_domain *d, u8 id)
{
	return READ_ONCE(d->ever_borrowed[id]);
}

/*
 * To look at a type byte without a lock, and know that no borrowing has set it: there was none
 * before, and none has come until after. One comes before it sets the byte, and goes after it has
 * cleared it; not so in recovery, when nobody is there to look.
 */
static __always_inline bool sfi_borrowings_none(const struct sfi_borrowings *b, u32 *came)
{
	/* Of one that has come, it is seen in the chain; pairs with chain(). */
	*came = smp_load_acquire(&b->came);
	/* Of one that has gone, the cleared type byte is seen; pairs with unchain(). */
	return !smp_load_acquire(&b->first);
}

static __always_inline bool sfi_borrowings_same(const struct sfi_borrowings *b, u32 came)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return READ_ONCE(b->came) == came;
}

/*
 * An object of type ID begins at OBJ and is not borrowed; false if that takes a look at the records
 * or the borrowings.
 */
static __always_inline bool sfi_object_surely_own(struct sfi_domain *d, u8 id, const void *obj)
{
	const struct sfi_borrowings *b = sfi_borrowings_of(d, obj);
	u32 came;

	return sfi_borrowings_none(b, &came) && sfi_begins(d, obj, id) &&
	       sfi_borrowings_same(b, came);
}

/*
 * embed.c. Without object_lock.
 */
/*
 * Ends the embedded objects that begin in [ADDR, ADDR + SIZE); RELEASE: the kernel may still use
 * them.
 */
void sfi_embedded_end(struct sfi_domain *d, u64 addr, u64 size, bool release);
/*
 * O's memory is going away: a violation if the kernel still uses something in it; what is idle
 * ends.
 */
void sfi_check_inside(struct sfi_domain *d, const struct sfi_object *o, const struct sfi_arg *arg);

#endif
