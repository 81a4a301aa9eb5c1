/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the core share with one another and with nobody else.
 *
 * Lock order: embed_lock, borrow_lock, that of a chain of borrowings, object_lock, rights_lock.
 * report_lock and the lock of the type registry are leaves of their own. No violation is ever reported with any of them held, and
 * no function of a driver or wrapper called but such as only look at an object, and, with
 * embed_lock, what makes it busy.
 */
#ifndef SFI_INTERNAL_H
#define SFI_INTERNAL_H

#include <sfi/runtime.h>

#define SFI_CHUNK_SIZE (1ULL << SFI_CHUNK_SHIFT)

/*
 * The one range check. True if [ADDR, ADDR + SIZE) is not empty and does not
 * wrap; *LAST is its last byte.
 */
static __always_inline bool sfi_range(u64 addr, u64 size, u64 *last)
{
	if (size == 0 || size - 1 > ~addr)
		return false;
	*last = addr + (size - 1);
	return true;
}

static __always_inline u64 sfi_addr(const void *p)
{
	return (u64)(uintptr_t)p;
}

/* Stack pointer as good as the caller's: all its callers' frames are above. */
#define sfi_here() sfi_addr(__builtin_frame_address(0))

/*
 * rights.c
 */
int sfi_rights_init(struct sfi_domain *d);
void sfi_rights_free(struct sfi_domain *d);
/* Every slot of every leaf to 0. Nobody may be inside. */
void sfi_rights_clear(struct sfi_domain *d);
/* What sfi_rights_set() does to slots at which an object begins. */
enum sfi_over { SFI_OVERWRITE, SFI_KEEP_TYPED };
/*
 * Makes the slots of the range writable. False, and the domain fails, on lack of memory or an
 * absurd range.
 */
bool sfi_rights_set(struct sfi_domain *d, u64 addr, u64 size, enum sfi_over over);
/*
 * An object of SIZE bytes can be at ADDR, which begins a slot: whatever changes its rights from now
 * on allocates nothing, and cannot fail. False as sfi_rights_set().
 */
bool sfi_rights_prepare(struct sfi_domain *d, u64 addr, u64 size);
/*
 * A store of the driver at IP (0: to be found): returns if it may. The directory knows the chunk
 * afterwards.
 */
void sfi_check_store(struct sfi_domain *d, u64 addr, u64 size, u64 ip);
/* Makes the slots of the range nothing: no right, no type. Never allocates. */
void sfi_rights_unset(struct sfi_domain *d, u64 addr, u64 size);
/*
 * The slots of an object at ADDR, which begins a slot, become the N bytes of BYTES (abi.h has the
 * encoding). False as sfi_rights_set().
 */
bool sfi_rights_stamp(struct sfi_domain *d, u64 addr, const u8 *bytes, u32 n);
/*
 * An object of type ID begins at ADDR, which begins a slot, and the SIZE bytes from there are
 * writable, whatever was there. False as sfi_rights_set().
 */
bool sfi_rights_begin(struct sfi_domain *d, u64 addr, u64 size, u8 id);
/*
 * The object type that begins at ADDR, 0 for none; the write bit stays. False as sfi_rights_set().
 */
bool sfi_rights_set_type(struct sfi_domain *d, u64 addr, u8 id);
/* Takes the type at ADDR away if it is ID; true if it was. */
bool sfi_rights_drop_type(struct sfi_domain *d, u64 addr, u8 id);
/*
 * First slot at or after ADDR, and not after LAST, at which an object begins: its address, *ID its
 * type. 0: none.
 */
u64 sfi_rights_next_typed(const struct sfi_domain *d, u64 addr, u64 last, u8 *id);
/* Calls FN for each leaf that exists; FN may take the domain's locks. */
typedef void (*sfi_leaf_fn)(struct sfi_domain *d, u64 first, void *arg);
void sfi_rights_walk(struct sfi_domain *d, sfi_leaf_fn fn, void *arg);

/*
 * object.c
 */
int sfi_objects_init(struct sfi_domain *d);
void sfi_objects_free(struct sfi_domain *d);
const struct sfi_type *sfi_type_of(u8 id);
/*
 * Violation: OBJ is not an object of type ID that the domain may use. The report says what it is
 * instead.
 */
void sfi_report_not_held(struct sfi_domain *d, u8 id, const void *obj, const struct sfi_arg *arg);
static __always_inline void __noreturn sfi_not_held(struct sfi_domain *d, u8 id, const void *obj,
						    const struct sfi_arg *arg)
{
	sfi_report_not_held(d, id, obj, arg);
	__builtin_trap();
}

/*
 * Where ADDR is in relation to the nearest tracked object below it; length, 0 if there is none
 * near.
 */
int sfi_describe_near(struct sfi_domain *d, u64 addr, char *buf, size_t size);
/*
 * A range of own memory ends its life: objects embedded in it are forgotten, then all its rights.
 */
void sfi_objects_forget(struct sfi_domain *d, u64 addr, u64 size);
/*
 * The same for a stack that is unwound: the kernel may still use them, so they are released first.
 */
void sfi_objects_abandon(struct sfi_domain *d, u64 addr, u64 size);
u64 sfi_objects_memory(const struct sfi_domain *d);

/*
 * memory.c
 */
/* Nothing is held any more. */
void sfi_memory_reset(struct sfi_domain *d);

/*
 * lock.c
 */
/*
 * Unlocks what this context took at stack pointers in [LOW, HIGH), the deepest first: that is the last
 * where frames nest, and no order where they do not. Returns how many, *FIRST the least deep of them.
 */
unsigned int sfi_locks_drop(struct sfi_domain *d, u64 low, u64 high, const struct sfi_arg **first);
/* This context holds any. */
bool sfi_locks_mine(const struct sfi_domain *d);
/* A lock in [ADDR, ADDR + SIZE) that any context holds, or NULL. Any context. */
const struct sfi_held *sfi_lock_inside(const struct sfi_domain *d, u64 addr, u64 size);
/* Forgets all locks without unlocking. */
void sfi_locks_reset(struct sfi_domain *d);

/*
 * domain.c
 */
/* LOADING or LIVE to FAILED, without hooks: true if this call did it, *FROM what it was. */
bool sfi_domain_close(struct sfi_domain *d, enum sfi_state *from);
bool sfi_domain_known(const struct sfi_domain *d);
const struct sfi_func *sfi_domain_func(const struct sfi_domain *d, const void *addr);
const struct sfi_entry *sfi_domain_gate(const struct sfi_domain *d, const void *gate);

/*
 * check.c: a bad argument ARG, VALUE being what was passed.
 */
void sfi_report_argument(struct sfi_domain *d, const struct sfi_arg *arg, u64 value, u64 size,
			 const char *why);
static __always_inline void __noreturn sfi_bad_argument(struct sfi_domain *d,
							const struct sfi_arg *arg, u64 value,
							u64 size, const char *why)
{
	sfi_report_argument(d, arg, value, size, why);
	__builtin_trap();
}

/*
 * abi.h's symbols. Those of entry_64.S keep all registers but r11, and rax where they return
 * something, and are called by instrumented code only.
 */
void sfi_guard(struct sfi_self *self, u64 addr, u64 size);
const void *sfi_icall(struct sfi_self *self, const void *target, struct sfi_site *site);
void sfi_stack(struct sfi_self *self);
void sfi_local_grant(struct sfi_self *self, u64 addr, u64 size);
void sfi_local_revoke(struct sfi_self *self, u64 addr, u64 size);
void sfi_memcpy(struct sfi_self *self, void *dst, const void *src, size_t size);
void sfi_memmove(struct sfi_self *self, void *dst, const void *src, size_t size);
void sfi_memset(struct sfi_self *self, void *dst, u32 byte, size_t size);

/*
 * entry_64.S and what it calls. IP is the instruction after the call in the driver.
 */
extern const char sfi_onbehalf_begin[], sfi_onbehalf_end[];
void sfi_copy_up(void *dst, const void *src, size_t n);
void sfi_copy_down(void *dst, const void *src, size_t n);
void sfi_fill(void *dst, u32 byte, size_t n);
void sfi_gate_resume(struct sfi_gate *g);
void sfi_guard_c(struct sfi_self *self, u64 addr, u64 size, u64 ip);
const void *sfi_icall_c(struct sfi_self *self, const void *target, struct sfi_site *site, u64 ip);
void sfi_stack_c(struct sfi_self *self, u64 unused1, u64 unused2, u64 ip);
void sfi_local_grant_c(struct sfi_self *self, u64 addr, u64 size, u64 ip);
void sfi_local_revoke_c(struct sfi_self *self, u64 addr, u64 size, u64 ip);
void sfi_landing_c(struct sfi_domain *d, u64 ip, u64 fault, u64 address, u64 code);

#endif
