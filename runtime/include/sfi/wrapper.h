/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What wrappers are made of: the interface between the code that sfi-wrapgen
 * emits (and the few wrappers written by hand) and the runtime. Everything
 * here may be called in any context unless it says otherwise; nothing sleeps.
 *
 * A check that fails does not return: it reports a violation and unwinds the
 * current context to the innermost live gate. So a wrapper makes all its checks
 * before it changes anything.
 */
#ifndef SFI_WRAPPER_H
#define SFI_WRAPPER_H

#include <sfi/abi.h>
#include <sfi/port.h>

struct sfi_domain;

/*
 * Types of kernel objects. The generator numbers them (SFI_T_name, 1 to 127, sorted by name,
 * one numbering for all wrapper modules) and defines one sfi_type each.
 */
struct sfi_object;
struct sfi_type {
	const char *name;
	u8 id;
	bool hot;                     /* no tracker record; the type byte is the record */
	u32 size;                     /* of the structure, bytes; 0: abstract */
	const struct sfi_field *fields; /* what the owner may write; ends with size 0 */
	const u8 *map; /* instead: a rights byte for each of its slots (abi.h), written by hand */
	void (*grant)(struct sfi_domain *d, void *obj);  /* rights by hand, or NULL */
	void (*revoke)(struct sfi_domain *d, void *obj);
	void (*release)(void *obj);   /* hot types, and taken objects on failure; may be NULL */
	/* Embedded types: own memory, as it is, can become one by sfi_embed(). NULL: always. */
	bool (*sound)(const void *obj);
	/*
	 * Embedded types: the kernel still uses OBJ, so that freeing what contains it is a
	 * violation. NULL: never.
	 */
	bool (*busy)(const void *obj);
	/*
	 * Memory: bytes of OBJ, acquired with SIZE, the same when it goes; or what every object has.
	 * NULL and 0: it is none.
	 */
	u64 (*memory)(const void *obj, size_t size);
	u32 memory_bytes;
};
struct sfi_field {
	u32 offset, size; /* bytes */
	u8 until;         /* type whose acquisition on the same address ends the right; 0: none */
};

/* At init of a wrapper module: types it defines. Sleeps. */
int sfi_types_register(const struct sfi_type *const *types, unsigned int n, struct module *owner);
void sfi_types_unregister(const struct sfi_type *const *types, unsigned int n);

/*
 * Import wrappers
 * ---------------
 *	T sfi_w_F(struct sfi_self *self, ARGS)
 *	{
 *		struct sfi_domain *d = sfi_import_enter(self, "F");
 *		checks...
 *		ret = F(ARGS);
 *		acquisitions...
 *		sfi_import_leave(d);
 *		return ret;
 *	}
 */
/* A context of a failed domain goes no further: unwinds. */
static __always_inline struct sfi_domain *sfi_import_enter(struct sfi_self *self);
static __always_inline void sfi_import_leave(struct sfi_domain *d);

/* Where in the interface a check stands: one static constant a parameter, for the report. */
struct sfi_arg {
	const char *function, *parameter;
};

/* OBJ begins an object of type ID that the domain holds. */
static __always_inline void sfi_check_owned(struct sfi_domain *d, const void *obj, u8 id,
					    const struct sfi_arg *arg);
/* The domain may write [P, P + SIZE). SIZE 0 is always right. */
static __always_inline void sfi_check_writable(struct sfi_domain *d, const void *p, size_t size,
					       const struct sfi_arg *arg);
/* [P, P + SIZE) is a plausible kernel address range to read. */
void sfi_check_readable(struct sfi_domain *d, const void *p, size_t size,
			const struct sfi_arg *arg);
/* FN is the kernel function NAME (sfi_p_*), whose address the driver has taken. Any context. */
bool sfi_is_kernel_function(struct sfi_domain *d, const void *fn, const char *name);
/* FN is NULL, or a gate of this domain of kind KIND. */
void sfi_check_callback(struct sfi_domain *d, const void *fn, const char *kind,
			const struct sfi_arg *arg);
/*
 * P lies in constant data of the domain's module, or is NULL (tables of callbacks, format strings).
 */
void sfi_check_constant(struct sfi_domain *d, const void *p, size_t size,
			const struct sfi_arg *arg);
/*
 * [P, P + SIZE), which the kernel is to read, does not reach beyond memory of the driver's that it
 * begins in.
 */
void sfi_check_extent(struct sfi_domain *d, const void *p, size_t size, const struct sfi_arg *arg);
/*
 * An object of type ID begins at P, or the domain may write SIZE bytes from there: it can become
 * one.
 */
void sfi_check_own(struct sfi_domain *d, const void *p, u8 id, size_t size,
		   const struct sfi_arg *arg);
/* The string S can be read, or its first MOST bytes if it does not end before. Any context. */
bool sfi_string_readable(const char *s, size_t most);
#define SFI_IS_STRING(s, most) sfi_string_readable(s, most)
/* What an annotation demands of the arguments (PARAMETER says what) holds. */
static __always_inline void sfi_check_that(struct sfi_domain *d, bool ok,
					   const struct sfi_arg *arg);
/*
 * This context is in a callback of kind KIND of the domain, however deep: what waits for its end is
 * not to be called.
 */
bool sfi_within(const struct sfi_domain *d, const char *kind);
#define SFI_WITHIN(name) sfi_within(d, #name)
#define SFI_WITHIN_CB(name) sfi_within(d, &#name[sizeof("sfi_cb__") - 1])
/* MOD is the domain's module or NULL. */
void sfi_check_module(struct sfi_domain *d, const struct module *mod, const struct sfi_arg *arg);

/*
 * Objects. sfi_acquire: OBJ becomes the domain's: type byte, rights (the first SIZE bytes, or the
 * type's fields where SIZE is 0, and the type's grant()), and for ordered types a tracker record
 * that keeps RELEASE and up to four arguments for it. RELEASE is called by recovery in task context
 * with the object's rights already off. On lack of memory the domain fails (D14) and the object
 * goes into a spare record, for recovery to release. Returns the record (NULL for hot types).
 */
typedef void (*sfi_release_fn)(void *obj, const u64 args[4]);
static __always_inline struct sfi_object *
sfi_acquire(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
	    sfi_release_fn release, u64 a0, u64 a1, u64 a2, u64 a3);
/*
 * The same for an object of a hot type. MAP: a rights byte for each of its slots, instead of what
 * the type says; or NULL.
 */
void sfi_acquire_hot(struct sfi_domain *d, const struct sfi_type *type, void *obj, const u8 *map);
/* The same of SIZE bytes, all writable. */
void sfi_acquire_bytes(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size);
/*
 * Memory of SIZE bytes changes hands within the domain: OBJ, of hot type FROM, becomes one of hot
 * type TO, which ends after KEEP bytes; what follows is nothing any more. Neither type has rights
 * by hand. Before that, all of it must be writable and no other object in it; false, and nothing
 * is changed, if not. KEEP and SIZE are multiples of slots.
 */
bool sfi_turn(struct sfi_domain *d, void *obj, size_t size, size_t keep,
	      const struct sfi_type *from, const struct sfi_type *to);
/* If an object of type ID begins at OBJ: not any more, and the SIZE bytes from there are nothing. */
void sfi_drop_bytes(struct sfi_domain *d, void *obj, size_t size, u8 id);
/*
 * Checks that the domain holds OBJ (violation: "double free", "foreign object", "interior
 * pointer"...), then takes record, type and rights away. Must precede the kernel call that frees
 * it.
 */
void sfi_release(struct sfi_domain *d, const struct sfi_type *type, void *obj,
		 const struct sfi_arg *arg);
/*
 * The same, and of the arguments kept at acquisition those whose bit (1 << index) is in WHICH equal
 * ARGS.
 */
void sfi_release_args(struct sfi_domain *d, const struct sfi_type *type, void *obj,
		      const u64 args[4], unsigned int which, const struct sfi_arg *arg);
/*
 * Own writable memory, as the driver has filled it in, becomes an embedded kernel object of that
 * type (true; false: it was one), and stops being one. No other context sees one that is not sound.
 */
bool sfi_embed(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
	       const struct sfi_arg *arg);
/* The same for one that the kernel is about to set up: if it was one, nobody must be using it. */
bool sfi_embed_fresh(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		     const struct sfi_arg *arg);
void sfi_unembed(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		 const struct sfi_arg *arg);
/* As sfi_unembed() if OBJ, of TYPE, is there and idle. Any context. */
void sfi_unembed_idle(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size);
/*
 * What makes an embedded object busy is done in between, so that no other context finds it idle and
 * frees it meanwhile. False: OBJ, of TYPE, is not there. Interrupts are off. Any context.
 */
bool sfi_embedded_hold(struct sfi_domain *d, const struct sfi_type *type, void *obj, u64 *flags);
void sfi_embedded_let_go(struct sfi_domain *d, u64 flags);
/*
 * IS(object, ARG) of any object of type ID that has a record; ARGS are those it was acquired with.
 * As long as there are records; IS takes no lock. Any context.
 */
bool sfi_any_recorded(struct sfi_domain *d, u8 id,
		      bool (*is)(const void *obj, const u64 args[4], const void *arg),
		      const void *arg);
/* IS(object, ARG) of any object whose type byte is ID. As long as the table is large. Any context. */
bool sfi_any_typed(struct sfi_domain *d, u8 id, bool (*is)(const void *obj, const void *arg),
		   const void *arg);

/*
 * Locks: remembered with the stack pointer, so that an unwinder releases what the skipped frames
 * took. KIND: only what is of the same kind may unlock it, which is soon seen if both have it from
 * SFI_LOCK_KIND().
 */
void sfi_lock_taken(struct sfi_domain *d, void *lock, const char *kind, void (*unlock)(void *lock),
		    const struct sfi_arg *arg);
/* The same of one that switches preemption and interrupts off; IRQS_ON: they were on before. */
void sfi_lock_taken_irqs(struct sfi_domain *d, void *lock, const char *kind,
			 void (*unlock)(void *lock), const struct sfi_arg *arg, bool irqs_on);
/* One string for all files of a wrapper module that have such a line: sfi_kind_NAME. */
#define SFI_LOCK_KIND(name, text)					\
	extern const char sfi_kind_##name[];				\
	const char sfi_kind_##name[] __weak = text
void sfi_lock_dropped(struct sfi_domain *d, void *lock, const char *kind,
		      const struct sfi_arg *arg);
/* This context has taken LOCK through sfi_lock_taken(). */
bool sfi_lock_is_held(const struct sfi_domain *d, const void *lock);
#define SFI_HOLDS(lock) sfi_lock_is_held(d, lock)
/* It has taken it so, IRQS_ON being true, and has not been called anew since; false also where that is not known. */
bool sfi_lock_irqs_were_on(const struct sfi_domain *d, const void *lock);
/*
 * What the driver has switched off since it was called last: soft interrupts; and interrupts, which
 * were on then, or when it took LOCK.
 */
bool sfi_bh_is_own(void);
bool sfi_irqs_were_on(void);
#define SFI_BH_IS_OWN sfi_bh_is_own()
#define SFI_IRQS_WERE_ON sfi_irqs_were_on()
#define SFI_IRQS_WERE_ON_BEFORE(lock) (sfi_lock_irqs_were_on(d, lock) || sfi_irqs_were_on())

/*
 * BYTES more of memory are within the domain's limit; if not, the wrapper fails as the function
 * that it wraps does without memory. The domain fails if it is refused too often.
 */
static __always_inline bool sfi_may_hold(struct sfi_domain *d, u64 bytes);

/* Raw rights, for wrappers by hand. Rounded outwards to slots. */
void sfi_grant(struct sfi_domain *d, const void *p, size_t size);
void sfi_revoke(struct sfi_domain *d, const void *p, size_t size);

/*
 * Entry wrappers
 * --------------
 *	T sfi_e_K(const struct sfi_entry *e, ARGS)
 *	{
 *		SFI_DEFINE_GATE(g);
 *		T ret = FAILURE;
 *
 *		if (!sfi_gate_enter(&g, e))
 *			goto out;                       (releases what the call gives: SFI_TAKES)
 *		grants...
 *		if (!sfi_gate_save(&g))
 *			ret = ((T (*)(ARGS))e->fn)(ARGS);
 *		else
 *			failure of what was granted...
 *		revocations...
 *		sfi_gate_leave(&g);
 *	out:
 *		return ret;
 *	}
 * Until sfi_gate_save() nothing that unwinds may be called: grants (sfi_acquire, sfi_borrow,
 * sfi_lend, sfi_grant) do not, checks do. sfi_gate lives on the kernel stack. The unwinder finds it
 * by its cookie, which is bound to its address.
 */
struct sfi_gate {
	u64 cookie;               /* SFI_GATE_COOKIE ^ (u64)this while live, else 0 */
	struct sfi_domain *domain;
	const struct sfi_entry *entry;
	u64 regs[8];              /* rbx rbp r12 r13 r14 r15 rsp rip, by sfi_gate_save() */
	u64 irq_flags;
	u32 preempt_count;
	s32 rcu_depth;
	u64 entered;              /* jiffies */
	u64 switches;             /* current's voluntary context switches at entry */
};
/* In sfi_gate.regs: the stack pointer in sfi_gate_save(), which is that of the driver's function at its entry. */
#define SFI_GATE_SP 6
#define SFI_GATE_COOKIE 0x5f1a1c07e5f1a1c0ULL

/*
 * A gate among a function's locals. What is read of it has been set: kernels that clear all locals need not clear
 * this one.
 */
#define SFI_DEFINE_GATE(name) struct sfi_gate name __attribute__((__uninitialized__))

/* False: the domain is not live; the driver is not to be called. */
static __always_inline bool sfi_gate_enter(struct sfi_gate *g, const struct sfi_entry *e);
/* As setjmp(): 0 first, 1 when the unwinder came back here. */
int sfi_gate_save(struct sfi_gate *g) __attribute__((returns_twice));
static __always_inline void sfi_gate_leave(struct sfi_gate *g);
/*
 * The driver's result for callback E breaks its annotation: a violation (after the call, within the
 * gate).
 */
static __always_inline void sfi_check_result(struct sfi_gate *g, bool ok, u64 result);

/* Borrowed and lent for the time of the call: true if this gate must undo it. */
bool sfi_borrow(struct sfi_domain *d, const struct sfi_type *type, void *obj);
void sfi_unborrow(struct sfi_domain *d, const struct sfi_type *type, void *obj);
/*
 * Bytes lent for the time of the call: true if they were not all the domain's already, so that
 * sfi_revoke() must follow.
 */
bool sfi_lend(struct sfi_domain *d, const void *p, size_t size);
/*
 * OBJ, a part of an object that is being acquired, is an object of TYPE too: its fields are added
 * to those of the whole.
 */
void sfi_part(struct sfi_domain *d, const struct sfi_type *type, void *obj);
/* Object still the domain's? Then take it away (no release call) and say true. */
bool sfi_take_back(struct sfi_domain *d, const struct sfi_type *type, void *obj);
/*
 * No typed object begins in [P, P + SIZE) but P itself: memory that is about to be freed by hand.
 */
void sfi_check_no_objects(struct sfi_domain *d, const void *p, size_t size,
			  const struct sfi_arg *arg);

#include <sfi/wrapper_inline.h>

#endif
