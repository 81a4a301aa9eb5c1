/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the runtime offers to its host (kmod/, or the user-space tests): making,
 * failing, recovering and removing domains, and asking about addresses.
 * Contexts: "any" excludes NMI unless it is named.
 */
#ifndef SFI_RUNTIME_H
#define SFI_RUNTIME_H

#include <sfi/domain.h>
#include <sfi/wrapper.h>

/*
 * Domains
 * -------
 */
/* What the host knows about a module that is being loaded. Arrays are copied. */
struct sfi_load {
	const char *name;               /* module's name, also the domain's */
	struct module *module;
	struct sfi_self *self;          /* &__self of the module, all zero still */
	const struct sfi_unit *const *units;
	u32 nr_units;
	u64 policy;                     /* hash of the policy the wrappers were generated with */
	u64 text, text_size;            /* core text of the module */
	u64 rodata, rodata_size;        /* core read-only data */
	void *host;                     /* stored in sfi_domain.host */
};

/*
 * Verifies the units against LOAD, fills in *LOAD->self, saves and grants the
 * globals. The domain is in SFI_LOADING and its gates may be entered. Returns
 * -EINVAL, -ENOEXEC (ABI or policy), -ENOSPC (too many domains) or -ENOMEM with
 * the reason in WHY (no newline). Sleeps.
 */
int sfi_domain_create(const struct sfi_load *load, struct sfi_domain **out, char *why,
		      size_t why_size);

/*
 * Frees a domain that no context is in (sfi_domain_inside() == 0), no gate of
 * which can be called any more, and whose objects were released. Sleeps.
 */
void sfi_domain_destroy(struct sfi_domain *d);

/* FROM to TO if FROM is the state and the transition is allowed; true if done. Any context. */
bool sfi_domain_move(struct sfi_domain *d, enum sfi_state from, enum sfi_state to);
/*
 * Fails a LOADING or LIVE domain without a violation (operator's restart). True if this call did
 * it. Any context.
 */
bool sfi_domain_fail(struct sfi_domain *d);
/*
 * D14: something the runtime cannot do, WHY in a few words: reports and fails the domain; does not
 * unwind. Any context.
 */
void sfi_internal_error(struct sfi_domain *d, const char *why);
const char *sfi_state_name(unsigned int state);

static __always_inline enum sfi_state sfi_domain_state(const struct sfi_domain *d)
{
	return (enum sfi_state)READ_ONCE(d->state);
}

/*
 * Recovery, in this order, by one worker in task context:
 *	sfi_domain_move(d, SFI_FAILED, SFI_RECOVERING);
 *	evict, until sfi_domain_inside(d) == 0 after sfi_port_barrier_all();
 *	sfi_release_all(d);
 *	sfi_domain_reset(d);
 *	sfi_domain_move(d, SFI_RECOVERING, SFI_LOADING); init; sfi_domain_move(d, SFI_LOADING, SFI_LIVE);
 */
/*
 * Calls of the driver that have not returned. Exact for a closed domain after
 * sfi_port_barrier_all().
 */
u64 sfi_domain_inside(const struct sfi_domain *d);
/*
 * Releases all objects: hot ones that can be busy (timers and work, which may use any other), the
 * ordered ones newest first (hot ones embedded in the memory of one just before it), the other hot
 * ones. Returns how many. Sleeps; the release functions may.
 */
u32 sfi_release_all(struct sfi_domain *d);
/*
 * All rights off, globals restored to their first contents and granted again, locks forgotten.
 * Nobody may be inside.
 */
void sfi_domain_reset(struct sfi_domain *d);

/* Objects held now (ordered records, without scanning for hot ones). */
u32 sfi_domain_objects(const struct sfi_domain *d);
/*
 * Calls FN for each ordered object, oldest first, under the domain's lock: FN must not sleep nor
 * call the runtime.
 */
void sfi_objects_for_each(struct sfi_domain *d,
			  void (*fn)(void *arg, const struct sfi_type *type, const void *obj,
				     size_t size),
			  void *arg);
/* Bytes of memory that D holds (types with SFI_MEMORY), as known now; never below 0. */
u64 sfi_memory_held(const struct sfi_domain *d);
/* Fails D if it holds far too much. Any context; no lock of the runtime held. */
void sfi_memory_judge(struct sfi_domain *d);
/* Bytes of memory the runtime keeps for this domain, and bytes of memory its leaves cover. */
struct sfi_memory {
	u64 used, covered;
};
struct sfi_memory sfi_domain_memory(const struct sfi_domain *d);
u64 sfi_domain_count(const struct sfi_domain *d, enum sfi_counter c);
const char *sfi_counter_name(enum sfi_counter c);
/* Sums what the pass did over all units (same order as SFI_UNIT_COUNTERS). */
struct sfi_unit_counts {
#define X(name) u64 name;
	SFI_UNIT_COUNTERS(X)
#undef X
};
struct sfi_unit_counts sfi_domain_unit_counts(const struct sfi_domain *d);
/* Copies the last report; returns its length, 0 if there was none. Any context. */
size_t sfi_domain_last_report(struct sfi_domain *d, char *buf, size_t size);
/* The entry of that kind ("module_init"), or NULL. */
const struct sfi_entry *sfi_domain_entry(const struct sfi_domain *d, const char *kind);

/*
 * Addresses. All lock-free; any context and NMI.
 */
/*
 * Domain number I, or NULL; I below sfi_domains_end(), which is at most SFI_DOMAINS and never shrinks.
 * As an answer of the others, it is valid in an interrupt.
 */
#define SFI_DOMAINS 512
unsigned int sfi_domains_end(void);
struct sfi_domain *sfi_domain_at(unsigned int i);
/* The domain whose text holds IP, or NULL. Valid while the module is loaded. */
struct sfi_domain *sfi_domain_of_text(u64 ip);
/*
 * The domain on whose behalf IP is executing: its text but for the gates, or the copy loops of mem.c
 * (then the domain is that of the innermost gate above SP), or NULL.
 */
struct sfi_domain *sfi_domain_of_ip(u64 ip, u64 sp);
/* True if IP is in a copy loop of mem.c. */
bool sfi_ip_on_behalf(u64 ip);
/* Source line of IP from the domain's line tables, or NULL. */
const struct sfi_line *sfi_domain_line(const struct sfi_domain *d, u64 ip);
/* The domain may write all of [addr, addr + size). */
bool sfi_writable(struct sfi_domain *d, u64 addr, u64 size);
/* The same, and no object begins there. */
bool sfi_merely_writable(struct sfi_domain *d, u64 addr, u64 size);
/* Type id that begins at ADDR, 0: none. */
u8 sfi_type_at(const struct sfi_domain *d, u64 addr);
/*
 * OBJ is an object of type ID that the domain holds or has borrowed, ordered ones without a type
 * byte included. Takes locks of the domain's.
 */
bool sfi_holds(struct sfi_domain *d, u8 id, const void *obj);
/* The rights byte of the slot that holds ADDR. */
u8 sfi_slot_at(const struct sfi_domain *d, u64 addr);

/*
 * Gates and faults
 * ----------------
 */
/*
 * Innermost live gate at or above SP on the stack that contains SP; NULL: none. Any context and
 * NMI.
 */
struct sfi_gate *sfi_gate_find(u64 sp);
/*
 * Milliseconds are the host's: jiffies since G was entered, and whether its task has slept since.
 */
static __always_inline u64 sfi_gate_age(const struct sfi_gate *g, u64 now)
{
	return now - READ_ONCE(g->entered);
}

/*
 * Where the host points the instruction pointer of a context of D that must not go on. Registers
 * then:
 *	rdi = struct sfi_domain *, rsi = the instruction pointer to blame, rdx = enum sfi_fault,
 *	rcx = address or value (see enum sfi_fault), r8 = error code of the exception
 * The stack pointer stays as it was; the landing aligns it. Interrupt flag: as interrupted.
 */
void sfi_landing(void);
/*
 * Keeps the registers for the next report of D, if nobody else's are waiting. Any context and NMI.
 */
void sfi_domain_set_regs(struct sfi_domain *d, const struct sfi_regs *regs);

/*
 * Reports
 * -------
 */
enum sfi_what {
	SFI_WILD_STORE,    /* guard: address, size */
	SFI_WILD_ICALL,    /* indirect call: address, why */
	SFI_BAD_ARGUMENT,  /* wrapper: arg, address, why */
	SFI_BAD_RESULT,    /* of a callback: entry, value */
	SFI_LOCK_BALANCE,  /* gate left with other locks or counts than entered: why */
	SFI_STACK_DEPTH,
	SFI_EXCEPTION,     /* fault, address, code */
	SFI_HANG,          /* value: milliseconds */
	SFI_INTERNAL,      /* why */
	SFI_STORM,         /* interrupts: entry, detail */
	SFI_OVERDUE,       /* a call over its budget: entry, detail */
	SFI_MEMORY,        /* too much of it held: detail */
	SFI_GROWTH,        /* objects held, more and more: detail */
	SFI_SILENT,        /* breaks no rule and works no more, says its class: why */
	SFI_NR_WHATS,
};

/* Decision, apart from presentation: what a detector found. Unused fields are zero. */
struct sfi_report {
	enum sfi_what what;
	enum sfi_fault fault;
	u64 ip;                /* instruction of the driver to blame; 0: sfi_port_blame() */
	u64 address, size, code;
	const struct sfi_arg *arg;
	const struct sfi_entry *entry;
	const char *why;
	char detail[96];       /* more to WHY, in words; may be empty */
	bool write;
};

/*
 * Reports R if the domain has not failed yet, makes it fail, and unwinds this context to its
 * innermost gate. Any context; no lock of the runtime held; driver code of D, or a wrapper called
 * by it, is on this stack.
 */
void sfi_do_violation(struct sfi_domain *d, struct sfi_report *r);
static __always_inline void __noreturn sfi_violation(struct sfi_domain *d, struct sfi_report *r)
{
	sfi_do_violation(d, r);
	__builtin_trap();
}

/*
 * Reports and fails, but returns. For detectors that are not on the offender's stack. Any context.
 * True if first.
 */
bool sfi_report_and_fail(struct sfi_domain *d, struct sfi_report *r);

#endif
