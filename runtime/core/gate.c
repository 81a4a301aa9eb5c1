// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gates out of line: refusing, finding, unwinding, and setting right what a
 * callback left behind.
 *
 * There is no list of gates. A gate is a structure on the stack of the context
 * that entered it, and is found by scanning that stack upwards for its cookie,
 * which is bound to its own address. So nothing is shared, nothing is written
 * but the gate itself, and gates of tasks, softirqs and interrupts that sit on
 * top of each other need no bookkeeping: each kernel stack has its own.
 *
 * What a scan may meet besides live gates: gates that were left (no cookie),
 * frames that were popped (below the stack pointer, never scanned), copies of a
 * gate (other address, no match), and what a malicious driver composed in its
 * own locals: those are writable by the domain, a gate never is. (Not told from
 * a gate: a composed one that is left in a later frame, in padding or where a gate
 * is to be entered, when the right to the local is gone. A driver's bug does not
 * compose cookies.)
 */
#include "internal.h"

/* === Internals === */

/* The cookie is at ADDR, and right for it. */
static bool is_gate(u64 addr)
{
	const struct sfi_gate *g = (const struct sfi_gate *)(uintptr_t)addr;

	return sfi_domain_known(g->domain) && !(sfi_slot_at(g->domain, addr) & SFI_RIGHT_WRITE);
}

/*
 * Undoes what this context did on the driver's behalf since G was entered: its locks, also those
 * that frames took that have returned since, and the rights of the locals of the frames from stack
 * pointer SP up.
 */
static unsigned int repair(struct sfi_gate *g, u64 sp, const struct sfi_arg **first)
{
	unsigned int locks;
	u64 low, high;

	sfi_port_stack_bounds(sp, &low, &high);
	locks = sfi_locks_drop(g->domain, low, sfi_addr(g), first);
	sfi_port_gate_restore(g);
	/* What ends a timer or a work item waits, as the driver's caller may. */
	sfi_objects_abandon(g->domain, sp, sfi_addr(g) - sp);
	return locks;
}

/* === Public interface === */

bool sfi_gate_refuse(struct sfi_domain *d)
{
	sfi_port_cpu_inc(d->cpu, refused);
	sfi_port_cpu_inc(d->cpu, left);
	return false;
}
SFI_EXPORT(sfi_gate_refuse);

/* Reads other functions' frames, between their variables too. */
SFI_PORT_NO_ASAN struct sfi_gate *sfi_gate_find(u64 sp)
{
	u64 low, high, a;

	sfi_port_stack_bounds(sp, &low, &high);
	for (a = (sp + 7) & ~7ULL; a + sizeof(struct sfi_gate) <= high; a += 8)
		if (unlikely(*(volatile u64 *)(uintptr_t)a == (SFI_GATE_COOKIE ^ a)) && is_gate(a))
			return (struct sfi_gate *)(uintptr_t)a;
	return NULL;
}
SFI_EXPORT(sfi_gate_find);

bool sfi_within(const struct sfi_domain *d, const char *kind)
{
	const struct sfi_gate *g;
	u64 sp = sfi_here();

	while ((g = sfi_gate_find(sp)) != NULL) {
		if (g->domain == d && !strcmp(g->entry->kind, kind))
			return true;
		sp = sfi_addr(g + 1);
	}
	return false;
}
SFI_EXPORT(sfi_within);

void sfi_do_unwind(struct sfi_domain *d)
{
	u64 sp = sfi_here();
	struct sfi_gate *g = sfi_gate_find(sp);
	const struct sfi_arg *first;

	if (unlikely(!g)) {
		sfi_port_lost(d);
		__builtin_trap();
	}
	repair(g, sp, &first);
	sfi_port_skip_frames(g);
	sfi_gate_resume(g);
}
SFI_EXPORT(sfi_do_unwind);

void sfi_do_violation(struct sfi_domain *d, struct sfi_report *r)
{
	sfi_report_and_fail(d, r);
	sfi_unwind(d);
}
SFI_EXPORT(sfi_do_violation);

/*
 * A gate is about to be left with other locks or counts than it was entered
 * with, or some other context of the domain just happens to hold a lock. The
 * callback has returned, so that there is nothing to unwind.
 */
void sfi_gate_imbalance(struct sfi_gate *g)
{
	struct sfi_report r = { .what = SFI_LOCK_BALANCE,
				.entry = g->entry,
				.ip = sfi_addr(g->entry->fn) };
	const struct sfi_arg *first = NULL;
	u64 sp = sfi_here();
	unsigned int locks;
	bool differs = sfi_port_gate_differs(g);

	if (likely(!differs && !sfi_locks_mine(g->domain)))
		return;
	if (differs)
		sfi_port_gate_describe(g, r.detail, sizeof(r.detail));
	locks = repair(g, sp, &first);
	if (!locks && !differs)
		return;
	r.why = locks ? "returns with a lock held"
		      : "returns with other counts than it was called with";
	r.arg = first;
	sfi_report_and_fail(g->domain, &r);
}
SFI_EXPORT(sfi_gate_imbalance);

/*
 * Where the host sends a context that must not go on: see runtime.h. The stack
 * pointer was the driver's own, so that all its frames are above this one.
 */
void sfi_landing_c(struct sfi_domain *d, u64 ip, u64 fault, u64 address, u64 code)
{
	struct sfi_report r = {
		.what = fault == SFI_FAULT_HANG ? SFI_HANG : SFI_EXCEPTION,
		.fault = (enum sfi_fault)fault,
		.ip = sfi_ip_on_behalf(ip) ? 0 : ip,
		.address = address,
		.code = code,
		.write = fault == SFI_FAULT_WRITE,
	};

	if (fault != SFI_FAULT_EVICT)
		sfi_report_and_fail(d, &r);
	sfi_unwind(d);
}
