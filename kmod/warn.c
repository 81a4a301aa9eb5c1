// SPDX-License-Identifier: GPL-2.0-only
/*
 * WARN() and BUG() in driver code. Both are an invalid opcode whose handler asks
 * report_bug() what it is, before any notifier: a kprobe there (which ftrace does
 * not reach) sends those of a domain to contained() instead. A warning becomes one line in the log, counted,
 * and the driver goes on; where the machine is to stop at warnings
 * (panic_on_warn), the driver does. A BUG() is left to the die notifier, without
 * the kernel's own words.
 *
 * Warnings of kernel functions that a driver calls are the kernel's.
 */
#include <linux/bug.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/ratelimit.h>
#include <linux/string.h>
#include <asm/bug.h>

#include "kmod.h"

/* Of the kernel's, or NULL: panic_on_warn is no exported symbol. */
static const int *panic_on_warn_setting;

static unsigned long place_of(const struct bug_entry *bug)
{
	return (unsigned long)&bug->bug_addr_disp + bug->bug_addr_disp;
}

static const char *file_of(const struct bug_entry *bug)
{
	return kbasename((const char *)&bug->file_disp + bug->file_disp);
}

static struct bug_entry *find(const struct sfi_domain *d, unsigned long place)
{
	struct bug_entry *bug = d->module->bug_table;
	unsigned int i;

	for (i = 0; i < d->module->num_bugs; i++) {
		if (place_of(&bug[i]) == place)
			return &bug[i];
	}
	return NULL;
}

/* True: said already, and to be said once. As lib/bug.c. */
static bool said_before(struct bug_entry *bug)
{
	if (!(bug->flags & BUGFLAG_ONCE))
		return false;
	if (bug->flags & BUGFLAG_DONE)
		return true;
	bug->flags |= BUGFLAG_DONE;
	return false;
}

/*
 * In place of report_bug(): same arguments, same result. Where it says "warning",
 * the caller adds the length of the opcode to the instruction pointer.
 */
static enum bug_trap_type contained(unsigned long place, struct pt_regs *regs)
{
	struct sfi_domain *d = sfi_domain_of_text(place);
	struct bug_entry *bug = d ? find(d, place) : NULL;
	struct sfi_host *h;

	if (!bug)
		return BUG_TRAP_TYPE_NONE;
	if (!(bug->flags & BUGFLAG_WARNING))
		return BUG_TRAP_TYPE_BUG;
	if (said_before(bug))
		return BUG_TRAP_TYPE_WARN;
	h = d->host;
	atomic64_inc(&h->warnings);
	if (panic_on_warn_setting && READ_ONCE(*panic_on_warn_setting)) {
		sfi_redirect(d, regs, SFI_FAULT_WARN, 0, 0);
		regs->ip -= LEN_UD2;
	} else if (__ratelimit(&h->warnings_said)) {
		pr_warn("WARNING in %s: %pS (%s:%u)\n", d->name, (void *)place, file_of(bug),
			bug->line);
	}
	return BUG_TRAP_TYPE_WARN;
}

/* report_bug(place, regs) */
static int report(struct kprobe *p, struct pt_regs *probe)
{
	if (!sfi_domain_of_text(probe->di))
		return 0;
	/* The arguments stay, and so does the stack pointer: see fault.c. */
	probe->ip = (unsigned long)contained;
	return 1;
}
NOKPROBE_SYMBOL(report);

/* Keeps the probe from being optimized into a jump, which would ignore the changed instruction pointer. */
static void after(struct kprobe *p, struct pt_regs *probe, unsigned long flags)
{
}
NOKPROBE_SYMBOL(after);

static struct kprobe probe = {
	.symbol_name = "report_bug",
	.pre_handler = report,
	.post_handler = after,
};

void sfi_warn_prepare(struct sfi_host *h)
{
	ratelimit_state_init(&h->warnings_said, 5 * HZ, 20);
}

int sfi_warn_init(void)
{
	int err;

	panic_on_warn_setting = sfi_find_symbol("panic_on_warn");
	if (!panic_on_warn_setting)
		pr_warn("panic_on_warn is not to be found: warnings in drivers never stop them\n");
	err = register_kprobe(&probe);
	if (err)
		pr_err("no probe on %s (%d)\n", probe.symbol_name, err);
	return err;
}

void sfi_warn_exit(void)
{
	unregister_kprobe(&probe);
}
