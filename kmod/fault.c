// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions in driver code. Each detector below asks one question, "does this
 * exception belong to a domain?", and if so changes where it returns to: the
 * runtime's landing, which reports and unwinds. The kernel's own reaction is
 * not reached, so nothing is printed and nothing is tainted.
 *
 * Page faults come by a hook on page_fault_oops(): that is where all
 * unresolved faults of kernel code go, and the exception table is not asked
 * about user-space addresses. The others come by the die notifier, which is
 * called before any message.
 */
#include <linux/ftrace.h>
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/pgtable.h>
#include <linux/ptrace.h>
#include <linux/uaccess.h>
#include <asm/trapnr.h>
#include <asm/trap_pf.h>

#include "kmod.h"

/* Where the hooked function "returns" at once: the whole of page_fault_oops() is skipped. */
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

/* Whose exception it is. */
struct origin {
	struct sfi_domain *d;
	unsigned long blamed; /* instruction pointer, in the driver or in a copy loop on its behalf */
	bool called;          /* the top of the stack is a return address to where BLAMED is */
};

/* Source: sfi_landing() in sfi/runtime.h says which register carries what. */
static void land(const struct origin *o, struct pt_regs *regs, enum sfi_fault fault, u64 value,
		 u64 code)
{
	if (fault != SFI_FAULT_EVICT)
		keep_regs(o->d, regs);
	regs->di = (unsigned long)o->d;
	regs->si = o->blamed;
	regs->dx = fault;
	regs->cx = value;
	regs->r8 = code;
	/* The landing is to look like a call from BLAMED. */
	if (o->called)
		regs->sp += sizeof(long);
	/* The driver may have been amid a string operation or a user access. */
	regs->flags &= ~(X86_EFLAGS_DF | X86_EFLAGS_AC);
	regs->ip = (unsigned long)sfi_landing;
}

void sfi_redirect(struct sfi_domain *d, struct pt_regs *regs, enum sfi_fault fault, u64 value,
		  u64 code)
{
	struct origin o = { .d = d, .blamed = regs->ip };

	land(&o, regs, fault, value, code);
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
static bool caller_on_top(struct pt_regs *regs, struct origin *o)
{
	unsigned long ret = stack_word(regs->sp);
	struct sfi_gate *g;

	o->d = sfi_domain_of_text(ret);
	if (o->d) {
		o->blamed = ret - 1;
		o->called = true;
		return true;
	}
	g = sfi_gate_find(regs->sp);
	if (!g || regs->sp != g->regs[SFI_GATE_SP])
		return false;
	o->d = g->domain;
	o->blamed = (unsigned long)g->entry->fn;
	return true;
}

/* To whom the exception belongs; NOWHERE: the instruction pointer itself was found to be bad. */
static bool attribute(struct pt_regs *regs, bool nowhere, struct origin *o)
{
	*o = (struct origin){ .blamed = regs->ip };
	if (user_mode(regs))
		return false;
	o->d = sfi_domain_of_ip(regs->ip, regs->sp);
	if (o->d)
		return true;
	return caller_on_top(regs, o) && (nowhere || sfi_direct_call(o->d, regs->ip));
}

static enum sfi_fault page_fault_kind(unsigned long code)
{
	if (code & X86_PF_INSTR)
		return SFI_FAULT_EXEC;
	return code & X86_PF_WRITE ? SFI_FAULT_WRITE : SFI_FAULT_READ;
}

/* page_fault_oops(regs, error_code, address) is about to begin. */
static void notrace page_fault(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	struct pt_regs *here = ftrace_get_regs(fregs);
	struct pt_regs *regs;
	unsigned long code, address;
	struct origin o;

	/* There are none while the hook is being put in and another tracer is there already. */
	if (!here)
		return;
	regs = (struct pt_regs *)here->di;
	code = here->si;
	address = here->dx;
	if (!attribute(regs, address == regs->ip, &o))
		return;
	land(&o, regs, page_fault_kind(code), address, code);
	/* The stack pointer stays: nothing of the function has been run. */
	here->ip = (unsigned long)skip;
}
NOKPROBE_SYMBOL(page_fault);

static struct ftrace_ops page_fault_hook = { .func = page_fault };

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
	struct origin o;

	if (event != DIE_GPF && event != DIE_TRAP && event != DIE_INT3)
		return NOTIFY_DONE;
	if (!attribute(regs, !canonical(regs->ip), &o))
		return NOTIFY_DONE;
	if (!canonical(regs->ip))
		land(&o, regs, SFI_FAULT_EXEC, regs->ip, args->err);
	else
		land(&o, regs, fault, args->trapnr, args->err);
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
	err = sfi_hook(&page_fault_hook, "page_fault_oops");
	if (err)
		unregister_die_notifier(&die_notifier);
	return err;
}

void sfi_fault_exit(void)
{
	sfi_unhook(&page_fault_hook);
	unregister_die_notifier(&die_notifier);
}
