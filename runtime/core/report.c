// SPDX-License-Identifier: GPL-2.0-only
/*
 * Violation reports: presentation. A detector decides and fills in a struct
 * sfi_report; here it becomes text, once a failure. The text goes into a buffer
 * of the domain that the first failing context owns until it is printed: stacks
 * are small, and there is no allocating where a violation may happen.
 */
#include "internal.h"

struct text {
	char *buf;
	size_t size, len;
};

#define put(t, ...)  \
	((t)->len += \
	 (size_t)sfi_port_snprintf((t)->buf + (t)->len, (t)->size - (t)->len, __VA_ARGS__))
#define num(x) ((unsigned long long)(x))

/* === Internals === */

/* What happened at an address that is not the domain's to use. */
static void put_place(struct text *t, struct sfi_domain *d, u64 addr)
{
	size_t room = t->size - t->len;
	int n = 0;

	if (addr < 4096)
		n = sfi_port_snprintf(t->buf + t->len, room, "NULL pointer");
	if (!n)
		n = sfi_describe_near(d, addr, t->buf + t->len, room);
	if (!n && addr - d->text < d->text_size)
		n = sfi_port_snprintf(t->buf + t->len, room, "the driver's code");
	if (!n && addr - d->rodata < d->rodata_size)
		n = sfi_port_snprintf(t->buf + t->len, room, "the driver's constants");
	if (!n)
		n = sfi_port_describe(t->buf + t->len, room, addr);
	if (!n)
		n = sfi_port_snprintf(t->buf + t->len, room, "unknown");
	t->len += (size_t)n;
}

static void put_exception(struct text *t, const struct sfi_report *r)
{
	switch (r->fault) {
	case SFI_FAULT_READ:
		put(t, "page fault reading %016llx", num(r->address));
		break;
	case SFI_FAULT_WRITE:
		put(t, "page fault writing %016llx", num(r->address));
		break;
	case SFI_FAULT_EXEC:
		put(t, "jump to %016llx", num(r->address));
		break;
	case SFI_FAULT_GP:
		put(t, "general protection fault");
		break;
	case SFI_FAULT_DIVIDE:
		put(t, "divide error");
		break;
	case SFI_FAULT_INVALID:
		put(t, "invalid opcode");
		break;
	case SFI_FAULT_WARN:
		put(t, "warning, and panic_on_warn is set");
		break;
	default:
		put(t, "exception %llu", num(r->address));
		break;
	}
}

/* WHY, and in parentheses the detail if there is one. */
static void put_why(struct text *t, const struct sfi_report *r)
{
	put(t, "%s", r->why ? r->why : "wrong");
	if (r->detail[0])
		put(t, " (%s)", r->detail);
}

/* The table of what can go wrong: the middle of the first line. */
static void put_what(struct text *t, struct sfi_domain *d, const struct sfi_report *r)
{
	switch (r->what) {
	case SFI_WILD_STORE:
		put(t, "wild store of size %llu at %016llx (", num(r->size), num(r->address));
		put_place(t, d, r->address);
		put(t, ")");
		break;
	case SFI_WILD_ICALL:
		put(t, "indirect call of %016llx: ", num(r->address));
		put_why(t, r);
		break;
	case SFI_BAD_ARGUMENT:
		if (r->arg)
			put(t, "argument %s of %s: ", r->arg->parameter, r->arg->function);
		else
			put(t, "bad object: ");
		put_why(t, r);
		break;
	case SFI_BAD_RESULT:
		put(t, "result %lld of %s", (long long)r->address, r->entry->kind);
		break;
	case SFI_LOCK_BALANCE:
		put(t, "lock imbalance: ");
		put_why(t, r);
		if (r->arg)
			put(t, " (taken by %s)", r->arg->function);
		break;
	case SFI_STACK_DEPTH:
		put(t, "stack overflow (%llu bytes left)", num(r->size));
		break;
	case SFI_EXCEPTION:
		put_exception(t, r);
		break;
	case SFI_HANG:
		put(t, "hang of %llu ms", num(r->address));
		break;
	case SFI_STORM:
		put(t, "interrupt storm: %s", r->detail);
		break;
	case SFI_OVERDUE:
		put(t, "call over its budget: %s", r->detail);
		break;
	case SFI_MEMORY:
		put(t, "too much memory: %s", r->detail);
		break;
	case SFI_GROWTH:
		put(t, "objects grow: %s", r->detail);
		break;
	case SFI_SILENT:
		put(t, "silent failure: ");
		put_why(t, r);
		break;
	default:
		put(t, "internal error: ");
		put_why(t, r);
		break;
	}
}

static const char *base_name(const char *path)
{
	const char *base = path;

	for (; *path; path++)
		if (*path == '/')
			base = path + 1;
	return base;
}

/*
 * IP is a return address or a faulting instruction: one byte less is inside the call, or just
 * before.
 */
static void put_blamed(struct text *t, const struct sfi_domain *d, const struct sfi_report *r)
{
	bool exact = r->what == SFI_EXCEPTION || r->what == SFI_HANG || r->what == SFI_BAD_RESULT ||
		     r->what == SFI_LOCK_BALANCE || r->what == SFI_STORM || r->what == SFI_OVERDUE;
	const struct sfi_line *line;

	if (!r->ip)
		return;
	put(t, " by ");
	t->len += (size_t)sfi_port_symbol(t->buf + t->len, t->size - t->len, d, r->ip);
	line = sfi_domain_line(d, exact ? r->ip : r->ip - 1);
	if (line)
		put(t, " (%s:%u)", base_name(line->file), line->line);
}

/* One character a slot, three rows of sixteen, the slot in question in brackets. */
static void put_rights(struct text *t, const struct sfi_domain *d, u64 addr)
{
	u64 begin = (addr & ~127ULL) - 128, a;
	u8 slot;

	if (addr < 4096)
		return;
	for (a = begin; a != begin + 3 * 128; a += SFI_SLOT_SIZE) {
		if (!(a & 127))
			put(t, "  %s%016llx:", a == begin ? "rights  : " : "          ", num(a));
		slot = sfi_slot_at(d, a);
		put(t, a == (addr & ~7ULL) ? "[%c]" : " %c ",
		    slot > SFI_RIGHT_WRITE ? "oO"[slot & SFI_RIGHT_WRITE]
					   : "-w"[slot & SFI_RIGHT_WRITE]);
		if ((a & 127) == 120)
			put(t, "\n");
	}
	put(t, "            (w writable, - not, o an object begins, O writable)\n");
}

static void put_regs(struct text *t, struct sfi_domain *d)
{
	const struct sfi_regs *r = &d->regs;

	/* Pairs with sfi_domain_set_regs(). */
	if (smp_load_acquire(&d->regs_state) != 2)
		return;
	put(t, "  rip %016llx flags %08llx rsp %016llx\n", num(r->ip), num(r->flags), num(r->sp));
	put(t, "  rax %016llx rbx %016llx rcx %016llx\n", num(r->ax), num(r->bx), num(r->cx));
	put(t, "  rdx %016llx rsi %016llx rdi %016llx\n", num(r->dx), num(r->si), num(r->di));
	put(t, "  rbp %016llx r08 %016llx r09 %016llx\n", num(r->bp), num(r->r8), num(r->r9));
	put(t, "  r10 %016llx r11 %016llx r12 %016llx\n", num(r->r10), num(r->r11), num(r->r12));
	put(t, "  r13 %016llx r14 %016llx r15 %016llx\n", num(r->r13), num(r->r14), num(r->r15));
	/* Pairs with the exchange in sfi_domain_set_regs(). */
	smp_store_release(&d->regs_state, 0);
}

#define TRACE_DEPTH 16

static void put_details(struct text *t, struct sfi_domain *d, const struct sfi_report *r)
{
	const struct sfi_gate *g = sfi_gate_find(sfi_here());
	u64 trace[TRACE_DEPTH];
	unsigned int i, n;

	put(t, "==================================================================\n");
	if (r->entry)
		put(t, "  entry   : %s of %s\n", r->entry->kind, r->entry->name);
	else if (g)
		put(t, "  entry   : %s of %s\n", g->entry->kind, g->entry->name);
	put(t, "  context : ");
	t->len += (size_t)sfi_port_context(t->buf + t->len, t->size - t->len);
	put(t, "\n");
	if (r->what == SFI_BAD_ARGUMENT)
		put(t, "  value   : %016llx, size %llu\n", num(r->address), num(r->size));
	if (r->what == SFI_EXCEPTION)
		put(t, "  code    : %llx\n", num(r->code));
	if (r->what == SFI_WILD_STORE || r->what == SFI_BAD_ARGUMENT)
		put_rights(t, d, r->address);
	if (r->what == SFI_EXCEPTION || r->what == SFI_HANG)
		put_regs(t, d);
	n = sfi_port_trace(d, trace, TRACE_DEPTH);
	if (n)
		put(t, "  trace   :\n");
	for (i = 0; i < n; i++) {
		put(t, "    ");
		t->len += (size_t)sfi_port_symbol(t->buf + t->len, t->size - t->len, d, trace[i]);
		put(t, "\n");
	}
	put(t, "==================================================================\n");
}

/*
 * R as text into the domain's buffers, then out. Contexts that come while another writes are not
 * worth waiting for.
 */
static void publish(struct sfi_domain *d, const struct sfi_report *r)
{
	struct text t = { .buf = d->report, .size = SFI_REPORT_SIZE };
	u64 flags;

	if (__atomic_exchange_n(&d->report_busy, 1, __ATOMIC_ACQUIRE))
		return;
	put(&t, "sfi: VIOLATION in %s: ", d->name);
	put_what(&t, d, r);
	put_blamed(&t, d, r);
	put(&t, "\n");
	put_details(&t, d, r);

	flags = sfi_port_lock(&d->report_lock);
	memcpy(d->last_report, d->report, t.len + 1);
	sfi_port_unlock(&d->report_lock, flags);
	sfi_port_report(d, r, d->report);
	/* Pairs with the exchange above. */
	smp_store_release(&d->report_busy, 0);
}

/* === Public interface === */

bool sfi_report_and_fail(struct sfi_domain *d, struct sfi_report *r)
{
	enum sfi_state from;

	if (!sfi_domain_close(d, &from))
		return false;
	__atomic_fetch_add(&d->violations, 1, __ATOMIC_RELAXED);
	if (!r->ip && r->what != SFI_INTERNAL)
		r->ip = sfi_port_blame(d);
	publish(d, r);
	sfi_port_state_changed(d, from, SFI_FAILED);
	sfi_port_failed(d);
	return true;
}
SFI_EXPORT(sfi_report_and_fail);

void sfi_internal_error(struct sfi_domain *d, const char *why)
{
	struct sfi_report r = { .what = SFI_INTERNAL, .why = why };

	sfi_report_and_fail(d, &r);
}
SFI_EXPORT(sfi_internal_error);

size_t sfi_domain_last_report(struct sfi_domain *d, char *buf, size_t size)
{
	size_t n;
	u64 flags;

	if (!size)
		return 0;
	flags = sfi_port_lock(&d->report_lock);
	n = strlen(d->last_report);
	if (n > size - 1)
		n = size - 1;
	memcpy(buf, d->last_report, n);
	sfi_port_unlock(&d->report_lock, flags);
	buf[n] = '\0';
	return n;
}

void sfi_domain_set_regs(struct sfi_domain *d, const struct sfi_regs *regs)
{
	u32 free = 0;

	if (!__atomic_compare_exchange_n(&d->regs_state, &free, 1, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return;
	d->regs = *regs;
	/* Pairs with put_regs(). */
	smp_store_release(&d->regs_state, 2);
}
