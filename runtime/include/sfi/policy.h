/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each generated wrapper module tells sfi.ko about the policy it was
 * generated from. Modules with another hash are refused, and so is a module
 * that imports by name anything but runtime symbols and the names listed here.
 */
#ifndef SFI_POLICY_H
#define SFI_POLICY_H

#include <linux/list.h>
#include <linux/module.h>
#include <linux/types.h>

struct sfi_policy {
	struct list_head node;     /* sfi.ko's; under its lock */
	const char *module;        /* KBUILD_MODNAME of the wrapper module */
	u64 hash;                  /* "hash" of policy.json */
	const char *const *names;  /* sorted (strcmp): functions of kind "direct", and data, of this module's headers */
	unsigned int nr_names;
	const char *const *waits;  /* kinds of callbacks that may wait for ever; ends with NULL */
};

/*
 * At init of a wrapper module, before its types. -EINVAL, with a line in the
 * log, if a module with another hash is loaded already. Sleeps.
 */
int sfi_policy_register(struct sfi_policy *policy);
void sfi_policy_unregister(struct sfi_policy *policy);

#endif
