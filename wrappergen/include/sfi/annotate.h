/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The annotation language: how a kernel interface is described to sfi-wrapgen.
 * An annotated header includes the real kernel header and redeclares its
 * functions with these attributes, so that the compiler checks every line
 * against the kernel it is used with. One declaration, one line, no body.
 *
 * In every EXPR the function's parameters are in scope by name, as is `ret`
 * (its result) where the function has returned, and `d`, the domain, in those
 * of kernel functions.
 */
#ifndef SFI_ANNOTATE_H
#define SFI_ANNOTATE_H

/* Arguments are kept as they were written: # before any macro in them is expanded. */
#define SFI_A(name, text) __attribute__((annotate("sfi:" #name ":" text)))

/*
 * Parameters of kernel functions (imports)
 * ----------------------------------------
 * What no annotation is needed for: scalars; `const` pointers (checked to be a
 * plausible kernel address where they are not NULL, and read only); function
 * pointers whose type has an SFI_CB_TYPE; `const` pointers to structures with
 * SFI_CB fields (must lie in the driver's constant data; checked field by
 * field: every callback is the driver's own gate of that kind, or a kernel
 * function passed through sfi_p_).
 */
/* Object of the pointee's type that the domain holds. */
#define SFI_OWNED SFI_A(owned, "")
#define SFI_OWNED_OR_NULL SFI_A(owned_or_null, "")
/* Same, type named: for void * and where the pointee's structure is not the type's. */
#define SFI_OWNED_AS(type) SFI_A(owned_as, #type)
/* Owned; the domain loses it, and all rights, before the call. */
#define SFI_GIVES SFI_A(gives, "")
#define SFI_GIVES_OR_NULL SFI_A(gives_or_null, "")
/* Same, type named; NULL allowed. */
#define SFI_GIVES_AS(type) SFI_A(gives_as, #type)
/* The kernel writes EXPR bytes here: the domain must hold them. */
#define SFI_WRITES(EXPR) SFI_A(writes, #EXPR)
#define SFI_WRITES_OR_NULL(EXPR) SFI_A(writes_or_null, #EXPR)
/* The kernel reads EXPR bytes here. */
#define SFI_READS(EXPR) SFI_A(reads, #EXPR)
/*
 * Own writable memory becomes an embedded kernel object: typed, no longer writable, until a function
 * that releases it (SFI_RELEASES), or its container is freed. SFI_INITS: the kernel fills it in.
 * SFI_EMBEDS: the driver has filled it in; its callbacks are checked once it is out of the driver's reach.
 * Doing it twice is right, unless the function can fail (then the second time is a violation).
 */
#define SFI_INITS(type) SFI_A(inits, #type)
#define SFI_EMBEDS(type) SFI_A(embeds, #type)
/* Own gate of that kind (a typedef's name, or structure.field), or NULL. */
#define SFI_CALLBACK(kind) SFI_A(callback, #kind)
/* Besides another annotation: callbacks and tables in the pointee (SFI_CB, SFI_TABLE) are checked. */
#define SFI_CALLBACKS SFI_A(callbacks, "")
/* A cookie the kernel never looks behind. */
#define SFI_OPAQUE SFI_A(opaque, "")
/*
 * Own writable memory, or an owned object where the pointee is an SFI_TYPE, used as a lock; taken when the
 * function has succeeded. UNLOCK is the call that undoes it when a failed driver is unwound (irq flags are
 * restored by the gate): SFI_LOCK(_raw_spin_unlock(lock)).
 */
#define SFI_LOCK(UNLOCK) SFI_A(lock, #UNLOCK)
/* A lock this context of the domain took; a violation otherwise. */
#define SFI_UNLOCK SFI_A(unlock, "")
/* Pointee: wholly within memory the domain may write. */
#define SFI_OWN_MEMORY SFI_A(own_memory, "")
/* THIS_MODULE or NULL. */
#define SFI_MODULE SFI_A(module, "")
/* A documented hole: listed by sfi-wrapgen --holes. WHY is plain words (an apostrophe would open a C literal). */
#define SFI_UNCHECKED(why) SFI_A(unchecked, #why)

/*
 * Kernel functions
 * ----------------
 */
/*
 * The result, or the second argument (an EXPR, as a rule a parameter), becomes an object of the domain
 * if the function succeeds.
 */
#define SFI_ACQUIRES(type, ...) SFI_A(acquires, #type "," #__VA_ARGS__)
/* Success, where it is not the default (pointer: not NULL nor ERR_PTR; int: 0; otherwise always). `true`: always. */
#define SFI_IF(EXPR) SFI_A(if, #EXPR)
/* Bytes from the object's start that the domain may write. Without it: the type's SFI_FIELDS. */
#define SFI_SIZE(EXPR) SFI_A(size, #EXPR)
/* How the runtime releases what was acquired: a call, parameters and `ret` in scope at acquisition. */
#define SFI_RELEASED_BY(CALL) SFI_A(released_by, #CALL)
/*
 * This function is the release of the object PARAM of that type: found in the tracker, dropped. NULL is let
 * through (but not for embedded objects, nor where the parameter is SFI_OWNED); with an SFI_IF(EXPR) over the parameters it is a release only where that holds. Where the function
 * that acquired the object names this one in its SFI_RELEASED_BY, the values given now must be those of then.
 */
#define SFI_RELEASES(type, param) SFI_A(releases, #type "," #param)
/* Must hold over the parameters, else a violation; looked at after the parameters' own checks. Any number of them. */
#define SFI_REQUIRES(EXPR) SFI_A(requires, #EXPR)
/* Sleeps, or may: a violation where that is not allowed. */
#define SFI_SLEEPS SFI_REQUIRES(preemptible() && !rcu_preempt_depth())
/*
 * For SFI_REQUIRES: this context is in a callback of the driver, of that SFI_CB_TYPE, or of the SFI_CB that declares
 * sfi_cb__STRUCTURE__FIELD, however deep. (What waits for the end of such callbacks, or needs a lock that their caller
 * holds, would wait for ever.) Defined where the wrappers are compiled: <sfi/wrapper.h>.
 */
#define SFI_WITHIN(name) sfi_within(d, #name)
#define SFI_WITHIN_CB(name) sfi_within(d, #name + 8)
/*
 * For SFI_REQUIRES: S is a string that can be read, or its first MOST bytes can be (-1: all of it). Of a function that reads one:
 * a fault in the kernel's code is not the driver's. Defined where the wrappers are compiled: <sfi/wrapper.h>.
 */
#define SFI_IS_STRING(s, most) sfi_string_readable(s, most)
/* For SFI_REQUIRES: this context has taken LOCK, a parameter with SFI_LOCK. Waiting for it would be for ever. */
#define SFI_HOLDS(lock) sfi_lock_is_held(d, lock)
/*
 * For SFI_REQUIRES: soft interrupts are off by the driver's own doing; interrupts were on when it was called. What
 * turns them on again must not do so for the kernel, which may have turned them off before.
 */
#define SFI_BH_IS_OWN sfi_bh_is_own()
#define SFI_IRQS_WERE_ON sfi_irqs_were_on()
/* The same, or they were when the driver took LOCK, which is the sooner answer. */
#define SFI_IRQS_WERE_ON_BEFORE(lock) (sfi_lock_irqs_were_on(d, lock) || sfi_irqs_were_on())
/* Neither takes rights away nor calls back into the driver: guards stay valid across it. */
#define SFI_KEEPS SFI_A(keeps, "")
/*
 * A static inline of a kernel header that is part of the interface: called through a wrapper, its body is not
 * driver code. (A name of its own, because attributes after a function's definition are dropped.)
 *     void SFI_INTERFACE(netif_stop_queue)(struct net_device *dev SFI_OWNED) SFI_KEEPS;
 */
#define SFI_INTERFACE(name) sfi_interface__##name
/*
 * The driver may take this function's address: for an indirect call, and for the callback slots that are named
 * (STRUCTURE.FIELD, ...). In any other slot the kernel would call it with what is not its own.
 *     int eth_validate_addr(struct net_device *dev) SFI_ADDRESSABLE(net_device_ops.ndo_validate_addr);
 */
#define SFI_ADDRESSABLE(...) SFI_A(addressable, #__VA_ARGS__)
/* Wrapper written by hand in kmod/wrappers/; the reason is printed by --by-hand. */
#define SFI_BY_HAND(why) SFI_A(by_hand, #why)
/* Never a kernel call of its own: called directly, not through a wrapper (pure functions such as strlen). */
#define SFI_DIRECT(why) SFI_A(direct, #why)

/* Kernel data that a driver may read by name. */
#define SFI_DATA(name) extern __typeof__(name) name SFI_A(data, "")

/*
 * Callbacks: functions of the driver that the kernel calls
 * --------------------------------------------------------
 *     netdev_tx_t SFI_CB(net_device_ops, ndo_start_xmit)(struct sk_buff *skb SFI_TAKES, struct net_device *dev)
 *             SFI_ON_FAILURE(NETDEV_TX_OK);
 *     irqreturn_t SFI_CB_TYPE(irq_handler_t)(int irq, void *dev SFI_OPAQUE) SFI_ON_FAILURE(IRQ_NONE);
 * The declaration's type must be that of the field or typedef. Fields whose type and
 * annotations are the same share one entry wrapper. Pointers without an annotation grant nothing.
 */
#define SFI_CB(structure, field) sfi_cb__##structure##__##field
#define SFI_CB_TYPE(name) sfi_cbtype__##name
/* Field FIELD of struct STRUCTURE points to a table of callbacks in the driver's constant data. */
#define SFI_TABLE(structure, field) \
	extern struct structure sfi_table__##structure##__##field SFI_A(table, #field)
/* Result when the driver failed in this call, or is not there to be called. Needed unless void. */
#define SFI_ON_FAILURE(EXPR) SFI_A(on_failure, #EXPR)
/* Result must satisfy EXPR (over `ret`), else a violation. */
#define SFI_RETURNS(EXPR) SFI_A(returns, #EXPR)
/* May wait for ever: how much time passes in it is nobody's business, and CPU time up to half of a CPU. */
#define SFI_WAITS SFI_A(waits, "")
/* Parameters */
/* Becomes the domain's; on failure released by the type's release. */
#define SFI_TAKES SFI_A(takes, "")
/* Same, but the driver leaves it to the kernel when the result says so: EXPR (over `ret`) is false. */
#define SFI_TAKES_IF(EXPR) SFI_A(takes_if, #EXPR)
/* Typed as the pointee for the time of the call, if it is not owned already. */
#define SFI_BORROWS SFI_A(borrows, "")
/* EXPR bytes writable for the time of the call. */
#define SFI_LENDS(EXPR) SFI_A(lends, #EXPR)
/* probe: the domain's if the call succeeds (int: 0, otherwise always), until unbound. */
#define SFI_BINDS SFI_A(binds, "")
/* remove: lost when the call returns. */
#define SFI_UNBINDS SFI_A(unbinds, "")

/*
 * Types of kernel objects
 * -----------------------
 */
/*
 * Declares struct NAME as an object type. KIND: ordered (a tracker record each, released newest first) or
 * hot (no record: found by the type byte in the rights table; RELEASE is called with the object alone; `none`: nothing to do).
 */
#define SFI_TYPE(name, kind, release) \
	extern struct name sfi_type__##name SFI_A(type, #kind "," #release)
/* An object type that is no structure of its own (a registration, raw memory). */
#define SFI_TYPE_ABSTRACT(name, kind, release) \
	extern char sfi_type__##name SFI_A(type, #kind "," #release)
/*
 * For a type that SFI_INITS or SFI_EMBEDS names; `obj` (struct NAME *) in scope. SOUND must hold when own memory
 * becomes such an object by SFI_EMBEDS; while BUSY holds, freeing the memory around it is a violation.
 */
#define SFI_EMBEDDED(name, SOUND, BUSY) \
	extern struct name sfi_embedded__##name SFI_A(embedded, #SOUND "," #BUSY)
/*
 * Objects of the type are memory: BYTES each, over `obj` and, of an abstract type, the `size` with which it was
 * acquired; the same when it goes as when it came. Counts against the domain's limit, over which functions that
 * acquire one with SFI_SIZE return NULL.
 */
#define SFI_MEMORY(name, BYTES) \
	extern char sfi_memory__##name SFI_A(memory, #BYTES)
/* Fields of struct NAME that the owner may write. */
#define SFI_FIELDS(name, ...) \
	extern struct name sfi_fields__##name SFI_A(fields, #__VA_ARGS__)
/* Of these, the ones that stop being writable once an object of type UNTIL is acquired on the same address. */
#define SFI_FIELDS_UNTIL(name, until, ...) \
	extern struct name sfi_fields_until__##name SFI_A(fields_until, #until "," #__VA_ARGS__)
/* Field FIELD of struct NAME is an object too (type: the field's structure, hot), held as long as the whole. */
#define SFI_PART(name, field) \
	extern struct name sfi_part__##name##__##field SFI_A(part, #field)
/*
 * Rights by hand; each of the three may be `none`. const u8 MAP[]: a rights byte for each slot of the structure, instead
 * of fields. void GRANT(struct sfi_domain *, struct name *), REVOKE alike: for what lies beyond it (packet data).
 */
#define SFI_RIGHTS_BY_HAND(name, map, grant, revoke) \
	extern struct name sfi_rights__##name SFI_A(rights_by_hand, #map "," #grant "," #revoke)

#endif
