// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of the kernel at whose entry the runtime is asked first. By ftrace, and permanently: as
 * long as there is one, kernel.ftrace_enabled cannot be cleared, and the switches of kprobes have
 * nothing to do with it. Else root could make a driver's fault the machine's without a word.
 */
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>

#include "kmod.h"

/* A probe that is refused, as on what is no code, has looked the name up nevertheless. */
void *sfi_find_symbol(const char *name)
{
	struct kprobe lookup = { .symbol_name = name };

	if (!register_kprobe(&lookup))
		unregister_kprobe(&lookup);
	return lookup.addr;
}

static int hook(struct ftrace_ops *ops, const char *function)
{
	unsigned long ip = (unsigned long)sfi_find_symbol(function);
	int err;

	if (!ip)
		return -ENOENT;
	ops->flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	err = ftrace_set_filter_ip(ops, ip, 0, 0);
	if (err)
		return err;
	err = register_ftrace_function(ops);
	if (err)
		ftrace_free_filter(ops);
	return err;
}

int sfi_hook(struct ftrace_ops *ops, const char *function)
{
	int err = hook(ops, function);

	if (err == -EBUSY)
		pr_err("ftrace is switched off, or a live patch has %s: set kernel.ftrace_enabled=1\n",
		       function);
	else if (err)
		pr_err("no hook on %s (%d)\n", function, err);
	return err;
}

void sfi_unhook(struct ftrace_ops *ops)
{
	unregister_ftrace_function(ops);
	ftrace_free_filter(ops);
}
