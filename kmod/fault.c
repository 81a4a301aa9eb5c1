// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions in driver code. Each detector below asks one question, "does this
 * exception belong to a domain?", and if so changes where it returns to: the
 * runtime's landing, which reports and unwinds. The kernel's own reaction is
 * not reached, so nothing is printed and nothing is tainted.
 *
 * Page faults come by a kprobe on page_fault_oops(): that is where all
 * unresolved faults of kernel code go, and the exception table is not asked
 * about user-space addresses. The others come by the die notifier, which is
 * called before any message.
 */
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/pgtable.h>
#include <linux/ptrace.h>
#include <linux/uaccess.h>
#include <asm/trapnr.h>
#include <asm/trap_pf.h>

#include "kmod.h"

/* In sfi_gate.regs: the stack pointer in sfi_gate_save(), which is that of the driver's function at its entry. */
#define GATE_SP 6

/* Where the probed function "returns" at once: the whole of page_fault_oops() is skipped. */
static noinline notrace void skip(void)
{
	asm volatile("");
}

static void keep_regs(struct sfi_domain *d, struct pt_regs *regs)
{
	struct sfi_regs r = {
		.ip = regs->ip, .flags = regs->flags, .sp = regs->sp,
		.ax = regs->ax, .bx = regs->bx, .cx = regs->cx, .dx = regs->dx,
		.si = regs->si, .di = regs->di, .bp = regs->bp,
		.r8 = regs->r8, .r9 = regs->r9, .r10 = regs->r10, .r11 = regs->r11,
		.r12 = regs->r12, .r13 = regs->r13, .r14 = regs->r14, .r15 = regs->r15,
	};

	sfi_domain_set_regs(d, &r);
}

/* Source: sfi_landing() in sfi/runtime.h says which register carries what. */
static void land(struct sfi_domain *d, struct pt_regs *regs, unsigned long blamed,
		 enum sfi_fault fault, u64 value, u64 code)
{
	if (fault != SFI_FAULT_EVICT)
		keep_regs(d, regs);
	regs->di = (unsigned long)d;
	regs->si = blamed;
	regs->dx = fault;
	regs->cx = value;
	regs->r8 = code;
	/* The driver may have been amid a string operation or a user access. */
	regs->flags &= ~(X86_EFLAGS_DF | X86_EFLAGS_AC);
	regs->ip = (unsigned long)sfi_landing;
}

/* In the runtime's copy loops the driver's frame is further up: 0 has the landing look for it. */
static unsigned long blame(unsigned long ip)
{
	return sfi_ip_on_behalf(ip) ? 0 : ip;
}

void sfi_redirect(struct sfi_domain *d, struct pt_regs *regs, enum sfi_fault fault, u64 value,
		  u64 code)
{
	land(d, regs, blame(regs->ip), fault, value, code);
}

static unsigned long stack_word(unsigned long sp)
{
	unsigned long word;

	if (copy_from_kernel_nofault(&word, (void *)sp, sizeof(word)))
		return 0;
	return word;
}

/*
 * Code that is not the driver's was reached from the driver without a wrapper
 * in between: a jump to nowhere, or a kernel function that the policy lets
 * drivers call directly. In both cases nothing has been pushed since the call,
 * and the word on top of the stack is the return address into the driver. If
 * the driver made a tail call it returns to the entry wrapper instead; then the
 * stack pointer is as it was when the wrapper had just called the driver.
 */
static struct sfi_domain *caller_on_top(struct pt_regs *regs, unsigned long *blamed)
{
	unsigned long ret = stack_word(regs->sp);
	struct sfi_domain *d = sfi_domain_of_text(ret);
	struct sfi_gate *g;

	if (d) {
		*blamed = ret - 1;
		return d;
	}
	g = sfi_gate_find(regs->sp);
	if (!g || regs->sp != g->regs[GATE_SP])
		return NULL;
	*blamed = (unsigned long)g->entry->fn;
	return g->domain;
}

/* To whom the exception belongs; NOWHERE: the instruction pointer itself was found to be bad. */
static struct sfi_domain *attribute(struct pt_regs *regs, bool nowhere,
				    unsigned long *blamed)
{
	struct sfi_domain *d;

	if (user_mode(regs))
		return NULL;
	*blamed = blame(regs->ip);
	d = sfi_domain_of_ip(regs->ip, regs->sp);
	if (d)
		return d;
	d = caller_on_top(regs, blamed);
	if (d && !nowhere && !sfi_direct_call(d, regs->ip))
		return NULL;
	return d;
}

static enum sfi_fault page_fault_kind(unsigned long code)
{
	if (code & X86_PF_INSTR)
		return SFI_FAULT_EXEC;
	return code & X86_PF_WRITE ? SFI_FAULT_WRITE : SFI_FAULT_READ;
}

/*
 * page_fault_oops(regs, error_code, address): called with the probed function's
 * registers in PROBE. Returning 1 keeps the changed instruction pointer.
 */
static int page_fault(struct kprobe *p, struct pt_regs *probe)
{
	struct pt_regs *regs = (struct pt_regs *)probe->di;
	unsigned long code = probe->si, address = probe->dx, blamed;
	struct sfi_domain *d;

	d = attribute(regs, address == regs->ip, &blamed);
	if (!d)
		return 0;
	land(d, regs, blamed, page_fault_kind(code), address, code);
	/* The stack pointer stays: the probe sits on the function tracer's stub. */
	probe->ip = (unsigned long)skip;
	return 1;
}
NOKPROBE_SYMBOL(page_fault);

static struct kprobe page_fault_probe = {
	.symbol_name = "page_fault_oops",
	.pre_handler = page_fault,
};

static enum sfi_fault trap_kind(const struct die_args *args)
{
	switch (args->trapnr) {
	case X86_TRAP_GP:
		return SFI_FAULT_GP;
	case X86_TRAP_DE:
		return SFI_FAULT_DIVIDE;
	case X86_TRAP_UD:
		return SFI_FAULT_INVALID;
	default:
		return SFI_FAULT_OTHER;
	}
}

static bool canonical(unsigned long address)
{
	return __is_canonical_address(address, pgtable_l5_enabled() ? 57 : 48);
}

static int trap(struct notifier_block *nb, unsigned long event, void *data)
{
	struct die_args *args = data;
	struct pt_regs *regs = args->regs;
	enum sfi_fault fault = trap_kind(args);
	struct sfi_domain *d;
	unsigned long blamed;

	if (event != DIE_GPF && event != DIE_TRAP && event != DIE_INT3)
		return NOTIFY_DONE;
	d = attribute(regs, !canonical(regs->ip), &blamed);
	if (!d)
		return NOTIFY_DONE;
	if (!canonical(regs->ip))
		land(d, regs, blamed, SFI_FAULT_EXEC, regs->ip, args->err);
	else
		land(d, regs, blamed, fault, args->trapnr, args->err);
	return NOTIFY_STOP;
}
NOKPROBE_SYMBOL(trap);

static struct notifier_block die_notifier = {
	.notifier_call = trap,
	.priority = INT_MAX,
};

int sfi_fault_init(void)
{
	int err;

	err = register_die_notifier(&die_notifier);
	if (err)
		return err;
	err = register_kprobe(&page_fault_probe);
	if (err) {
		pr_err("no probe on %s (%d)\n", page_fault_probe.symbol_name, err);
		unregister_die_notifier(&die_notifier);
	}
	return err;
}

void sfi_fault_exit(void)
{
	unregister_kprobe(&page_fault_probe);
	unregister_die_notifier(&die_notifier);
}
