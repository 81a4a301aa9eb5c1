// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies from and to memory of the calling process.
 *
 * By hand: HARDENED_USERCOPY looks at the driver's side, and what it does not like is a BUG() in
 * the kernel's code. What it looks for is a violation here: memory that the driver may not write,
 * or a copy that goes on beyond the memory of the driver's that it begins in, and would tell the
 * process what is there.
 */
#include <linux/uaccess.h>

#include "wrappers/by_hand.h"

unsigned long sfi_w_copy_from_user(struct sfi_self *self, void *to, const void __user *from,
				   unsigned long n)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_that(d, n <= INT_MAX, SFI_ARG("copy_from_user", "n <= INT_MAX"));
	sfi_check_writable(d, to, n, SFI_ARG("copy_from_user", "to"));
	n = _copy_from_user(to, from, n);
	sfi_import_leave(d);
	return n;
}
EXPORT_SYMBOL_GPL(sfi_w_copy_from_user);

unsigned long sfi_w_copy_to_user(struct sfi_self *self, void __user *to, const void *from,
				 unsigned long n)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_that(d, n <= INT_MAX, SFI_ARG("copy_to_user", "n <= INT_MAX"));
	sfi_check_readable(d, from, n, SFI_ARG("copy_to_user", "from"));
	sfi_check_extent(d, from, n, SFI_ARG("copy_to_user", "from"));
	n = _copy_to_user(to, from, n);
	sfi_import_leave(d);
	return n;
}
EXPORT_SYMBOL_GPL(sfi_w_copy_to_user);

/* The kernel looks whether it is one object's, in any case. */
long sfi_w_strncpy_from_user(struct sfi_self *self, char *dst, const char __user *src, long count)
{
	struct sfi_domain *d = sfi_import_enter(self);
	long ret;

	sfi_check_that(d, count >= 0, SFI_ARG("strncpy_from_user", "count >= 0"));
	sfi_check_writable(d, dst, count, SFI_ARG("strncpy_from_user", "dst"));
	sfi_check_extent(d, dst, count, SFI_ARG("strncpy_from_user", "dst"));
	ret = strncpy_from_user(dst, src, count);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_strncpy_from_user);
