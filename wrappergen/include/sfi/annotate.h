/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The annotation language: how a kernel interface is described to sfi-wrapgen.
 * An annotated header includes the real kernel header and redeclares its
 * functions with these attributes, so that the compiler checks every line
 * against the kernel it is used with. One declaration, one line, no body.
 *
 * In every EXPR the function's parameters are in scope by name, as is `ret`
 * (its result) where the function has returned.
 */
#ifndef SFI_ANNOTATE_H
#define SFI_ANNOTATE_H

#define SFI_A(...) __attribute__((annotate("sfi:" #__VA_ARGS__)))

/*
 * Parameters of kernel functions (imports)
 * ----------------------------------------
 * What no annotation is needed for: scalars; `const` pointers (checked to be a
 * plausible kernel address where they are not NULL, and read only); function
 * pointers whose type has an SFI_CB_TYPE, pointers to structures with SFI_CB
 * fields (checked field by field: every callback is the driver's own gate of
 * that kind, or a kernel function passed through sfi_p_).
 */
#define SFI_OWNED SFI_A(owned)               /* object of the pointee's type that the domain holds */
#define SFI_OWNED_OR_NULL SFI_A(owned_or_null)
#define SFI_OWNED_AS(type) SFI_A(owned_as, type) /* same, type named: for void * and embedded types */
#define SFI_GIVES SFI_A(gives)               /* owned; the domain loses it, and all rights, before the call */
#define SFI_GIVES_OR_NULL SFI_A(gives_or_null)
#define SFI_GIVES_AS(type) SFI_A(gives_as, type)  /* NULL allowed */
#define SFI_WRITES(EXPR) SFI_A(writes, EXPR) /* kernel writes EXPR bytes here: the domain must hold them */
#define SFI_WRITES_OR_NULL(EXPR) SFI_A(writes_or_null, EXPR)
#define SFI_READS(EXPR) SFI_A(reads, EXPR)   /* kernel reads EXPR bytes here */
#define SFI_INITS(type) SFI_A(inits, type)   /* own writable memory becomes an embedded kernel object: typed, no
					      * longer writable, until a function that releases it or its container is freed */
#define SFI_CALLBACK(kind) SFI_A(callback, kind)   /* own gate of that kind, or NULL */
#define SFI_OPAQUE SFI_A(opaque)             /* a cookie the kernel never looks behind */
#define SFI_LOCK SFI_A(lock)                 /* own writable memory or owned object used as a lock; taken on return */
#define SFI_UNLOCK SFI_A(unlock)             /* a lock this context of the domain took; a violation otherwise */
#define SFI_OWN_MEMORY SFI_A(own_memory)     /* pointee: wholly within memory the domain may write */
#define SFI_MODULE SFI_A(module)             /* THIS_MODULE or NULL */
#define SFI_UNCHECKED(why) SFI_A(unchecked, why)   /* a documented hole: listed by sfi-wrapgen --holes */

/*
 * Kernel functions
 * ----------------
 */
/* The result (or, for an int 0 result, parameter PARAM) becomes an object of the domain. */
#define SFI_ACQUIRES(type, ...) SFI_A(acquires, type, __VA_ARGS__)
/* Success, where it is not the default (pointer: not NULL nor ERR_PTR; int: 0; otherwise always). */
#define SFI_IF(EXPR) SFI_A(if, EXPR)
/* Bytes from the object's start that the domain may write. Without it: the type's SFI_FIELDS. */
#define SFI_SIZE(EXPR) SFI_A(size, EXPR)
/* How the runtime releases what was acquired: a call, parameters and `ret` in scope at acquisition. */
#define SFI_RELEASED_BY(CALL) SFI_A(released_by, CALL)
/* This function is the release of the object PARAM of that type: found in the tracker, dropped. */
#define SFI_RELEASES(type, param) SFI_A(releases, type, param)
/* Neither takes rights away nor calls back into the driver: guards stay valid across it. */
#define SFI_KEEPS SFI_A(keeps)
/* A static inline or macro-like function of a header that is part of the interface: called, not guarded. */
#define SFI_INTERFACE SFI_A(interface)
/* The driver may take this function's address (a callback slot, an indirect call). */
#define SFI_ADDRESSABLE SFI_A(addressable)
/* Wrapper written by hand in kmod/wrappers/; the reason is printed by --by-hand. */
#define SFI_BY_HAND(why) SFI_A(by_hand, why)
/* Never a kernel call of its own: called directly, not through a wrapper (pure functions such as strlen). */
#define SFI_DIRECT(why) SFI_A(direct, why)

/* Kernel data that a driver may read by name. */
#define SFI_DATA(name) extern __typeof__(name) name SFI_A(data)

/*
 * Callbacks: functions of the driver that the kernel calls
 * --------------------------------------------------------
 *     netdev_tx_t SFI_CB(net_device_ops, ndo_start_xmit)(struct sk_buff *skb SFI_TAKES, struct net_device *dev)
 *             SFI_ON_FAILURE(NETDEV_TX_OK);
 *     irqreturn_t SFI_CB_TYPE(irq_handler_t)(int irq, void *dev SFI_OPAQUE) SFI_ON_FAILURE(IRQ_NONE);
 * The declaration's type must be that of the field or typedef. Fields whose type and
 * annotations are the same share one entry wrapper.
 */
#define SFI_CB(structure, field) sfi_cb__##structure##__##field
#define SFI_CB_TYPE(name) sfi_cbtype__##name
/* Result when the driver failed in this call, or is not there to be called. Needed unless void. */
#define SFI_ON_FAILURE(EXPR) SFI_A(on_failure, EXPR)
/* Result must satisfy EXPR (over `ret`), else a violation. */
#define SFI_RETURNS(EXPR) SFI_A(returns, EXPR)
/* Parameters */
#define SFI_TAKES SFI_A(takes)               /* becomes the domain's; on failure released by the type's release */
#define SFI_BORROWS SFI_A(borrows)           /* typed as the pointee for the time of the call, if it is not owned already */
#define SFI_LENDS(EXPR) SFI_A(lends, EXPR)   /* EXPR bytes writable for the time of the call */
#define SFI_BINDS SFI_A(binds)               /* probe: the domain's if the call succeeds (ret == 0), until unbound */
#define SFI_UNBINDS SFI_A(unbinds)           /* remove: lost when the call returns */

/*
 * Types of kernel objects
 * -----------------------
 */
/*
 * Declares struct NAME as an object type. KIND: ordered (a tracker record each, released newest first) or
 * hot (no record: found by the type byte in the rights table; RELEASE is called with the object alone).
 */
#define SFI_TYPE(name, kind, release) \
	extern struct name sfi_type__##name SFI_A(type, kind, release)
/* An object type that is no structure of its own (a registration, raw memory). */
#define SFI_TYPE_ABSTRACT(name, kind, release) \
	extern char sfi_type__##name SFI_A(type, kind, release)
/* Fields of struct NAME that the owner may write. */
#define SFI_FIELDS(name, ...) \
	extern struct name sfi_fields__##name SFI_A(fields, __VA_ARGS__)
/* Of these, the ones that stop being writable once an object of type UNTIL is acquired on the same address. */
#define SFI_FIELDS_UNTIL(name, until, ...) \
	extern struct name sfi_fields_until__##name SFI_A(fields_until, until, __VA_ARGS__)
/* Rights beyond the structure itself (packet data), by hand: void grant(struct sfi_domain *, struct name *), revoke alike. */
#define SFI_RIGHTS_BY_HAND(name, grant, revoke) \
	extern struct name sfi_rights__##name SFI_A(rights_by_hand, grant, revoke)

#endif
