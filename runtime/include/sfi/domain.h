/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The protection domain of one isolated module: its data. Functions on it are
 * in runtime.h. Every field names its lock or its invariant; "const" means set
 * before the first gate can be entered and never changed.
 */
#ifndef SFI_DOMAIN_H
#define SFI_DOMAIN_H

#include <sfi/abi.h>
#include <sfi/port.h>

struct sfi_type;
struct sfi_arg;
struct sfi_object;

/*
 * The first two are the open ones, see sfi_closed().
 * LOADING: init is running, the first time or again. LIVE: init has succeeded.
 * FAILED: a violation was reported; contexts leave. RECOVERING: the recovery
 * worker owns it. DEAD: not to be entered any more. Transitions: see domain.c.
 */
enum sfi_state {
	SFI_LOADING,
	SFI_LIVE,
	SFI_FAILED,
	SFI_RECOVERING,
	SFI_DEAD,
	SFI_NR_STATES,
};

/* Events counted on each CPU. */
#define SFI_COUNTERS(X) \
	X(entered)     /* gates entered */ \
	X(left)        /* gates left; what is inside is entered - left */ \
	X(refused)     /* calls by the kernel that a closed domain did not get */ \
	X(slow_guards) /* guards that the directory did not answer */ \
	X(refills)     /* times the directory learned of a leaf that existed */ \
	X(icalls)      /* indirect calls that icall.c had to look at */ \
	X(acquired)    /* objects acquired */ \
	X(released)    /* objects released by the driver */

enum sfi_counter {
#define X(name) SFI_COUNT_##name,
	SFI_COUNTERS(X)
#undef X
	SFI_NR_COUNTERS,
};

struct sfi_cpu {
	/* Incremented by any context on its own CPU; read by anyone, approximately. */
#define X(name) u64 name;
	SFI_COUNTERS(X)
#undef X
	s64 memory; /* bytes come or gone since they were last added to sfi_domain.memory_held */
	struct sfi_object *record; /* one that is in no use, for the next that comes; or NULL. Swapped */
} __attribute__((aligned(64)));

/*
 * One leaf of the rights table. Published with release order, never freed while the domain exists.
 */
struct sfi_leaf {
	struct sfi_chunk chunk; /* const; bytes of its slots: see rights.c */
	struct sfi_leaf *next;  /* const after publication: same bucket */
};

/* A lock that the domain holds. Slots are claimed through sfi_domain.lock_map. */
#define SFI_LOCKS 256
struct sfi_held {
	void *lock;
	const char *kind;
	void (*unlock)(void *lock);
	const struct sfi_arg *arg;
	/* sfi_port_context_id() of the holder; written last and cleared first: 0 while being filled */
	u64 context;
	u64 sp; /* stack pointer when taken */
	/* Taken with interrupts on, which it switched off: where lock.c says the gates stood; or 0 */
	u64 irqs_on;
};

/*
 * Borrowings of objects whose addresses have the same hash: borrow.c.
 */
#define SFI_BORROWING_BITS 7
struct sfi_borrowings {
	sfi_port_lock_t lock;
	u32 came;                 /* how many ever; written under lock, read without */
	struct sfi_object *first; /* chained; under lock, whether there is any is read without */
};

#define SFI_RESERVE 64 /* spare object records, for when there is no memory */
#define SFI_FREED 64
#define SFI_REPORT_SIZE 4096
#define SFI_NAME_SIZE 56

/* How a fault of the CPU, or the watchdog, came about; passed to sfi_landing in registers. */
enum sfi_fault {
	SFI_FAULT_READ,    /* page fault, reading address */
	SFI_FAULT_WRITE,   /* page fault, writing address */
	SFI_FAULT_EXEC,    /* jump to where no code is */
	SFI_FAULT_GP,      /* general protection */
	SFI_FAULT_DIVIDE,
	SFI_FAULT_INVALID, /* invalid opcode: BUG() or a trap of the compiler */
	SFI_FAULT_OTHER,   /* other exception; value is its number */
	SFI_FAULT_HANG,    /* over its time budget; value is milliseconds */
	SFI_FAULT_WARN,    /* a warning, and panic_on_warn is set */
	SFI_FAULT_EVICT,   /* the domain has failed elsewhere: unwind, no report */
	SFI_NR_FAULTS,
};

/* The registers at an exception, for the report. Order is presentation order. */
struct sfi_regs {
	u64 ip, flags, sp, ax, bx, cx, dx, si, di, bp;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
};

struct sfi_domain {
	/* Hot and almost never written. */
	/* const: self->dir. Entries: written under rights_lock, read without */
	const struct sfi_chunk **dir;
	struct sfi_cpu __percpu *cpu; /* const */
	u32 state;     /* enum sfi_state; changes by compare-and-exchange, in domain.c only */
	/* const: SFI_DIR_ENTRIES buckets. Chains grow at the head under rights_lock, are read without */
	struct sfi_leaf **leaves;
	struct sfi_self *self;    /* const */

	/* const: what the module is */
	struct module *module;
	u64 text, text_size;     /* instrumented code */
	u64 rodata, rodata_size; /* constant data */
	const struct sfi_unit **units;
	u32 nr_units;
	/*
	 * Open addressing by address, by gate; masks: slots less one, which are powers of two. One slot
	 * more of funcs is null: entry_64.S goes no further
	 */
	const struct sfi_func **funcs;
	const struct sfi_entry **entries;
	u32 func_mask, entry_mask;
	void *saved_globals;              /* their first contents, one after the other */
	size_t saved_size;
	char name[SFI_NAME_SIZE];

	/* Locks held: see lock.c. A set bit owns the slot. */
	unsigned long lock_map[SFI_LOCKS / 64] __attribute__((aligned(64)));
	struct sfi_held held[SFI_LOCKS];

	/* Rights: rights.c. Ordered after object_lock. */
	sfi_port_lock_t rights_lock __attribute__((aligned(64)));
	struct sfi_chunk nowhere; /* const: of unused entries; its leaf is never written */
	u64 nr_leaves;            /* rights_lock */

	/* Objects: record.c, all under object_lock but the borrowings */
	sfi_port_lock_t object_lock __attribute__((aligned(64)));
	struct list_head objects; /* oldest first */
	struct rb_root tree;      /* the same by address, type, newest first */
	struct sfi_object *reserve;  /* const: SFI_RESERVE records for when there is no memory */
	struct sfi_object *spare;    /* those of them not in use, chained */
	u32 nr_objects, nr_spare;
	sfi_port_lock_t embed_lock;  /* held while an embedded object comes, goes or gets busy */
	u64 embed_holder;            /* the context that holds it through sfi_embedded_hold(), or 0 */
	/* Held while a borrowing comes or goes, rights included, if borrow.c does not take its type as plain */
	sfi_port_lock_t borrow_lock;
	struct sfi_borrowings borrowings[1 << SFI_BORROWING_BITS];
	u8 ever_borrowed[SFI_TYPE_MAX + 1]; /* whether anything of the type was; written once, without lock */
	struct {
		const struct sfi_type *type;
		const void *obj;
	} freed[SFI_FREED];          /* the last released, to know a double free */
	u32 freed_next;

	/* Memory: memory.c. Held: atomic, without what the CPUs have not added yet; below 0 too */
	u64 memory_limit;   /* bytes; 0: none. The host's */
	u32 memory_refused; /* allocations; atomic increments, reset by sfi_domain_reset() */
	s64 memory_held;

	/* Failure: report.c */
	sfi_port_lock_t report_lock;
	char *report;          /* owned by whoever moved report_busy from 0 to 1 */
	u32 report_busy;
	char *last_report;     /* report_lock: whole text, zero-terminated */
	u64 violations;        /* atomic increments */
	u64 failed_ns;         /* sfi_port_ns() when it was last closed; by whoever closed it */
	u32 regs_state;        /* 0 free, 1 being written, 2 valid: sfi_domain_set_regs() */
	struct sfi_regs regs;  /* owned by whoever moved regs_state from 0 to 1 */
	u32 leaked;            /* objects nobody could release; atomic increments */

	void *host;            /* const, kmod's: not read by the core */
};

/* Some context holds a lock, or is about to. */
static __always_inline bool sfi_locks_any(const struct sfi_domain *d)
{
	unsigned long locks = 0;
	unsigned int i;

	for (i = 0; i < SFI_LOCKS / 64; i++)
		locks |= READ_ONCE(d->lock_map[i]);
	return locks;
}

/* No gate may be entered, and contexts inside go no further. */
static __always_inline bool sfi_closed(const struct sfi_domain *d)
{
	return READ_ONCE(d->state) > SFI_LIVE;
}

#endif
