// SPDX-License-Identifier: GPL-2.0-only
/*
 * The panic of FORTIFY_SOURCE: code in the driver has found that it is about to
 * overflow an object of its own.
 *
 * By hand: it is a violation and nothing else; the kernel's function, which
 * would be a BUG(), is never called.
 */
#include <linux/bug.h>
#include <linux/string.h>

#include "wrappers/by_hand.h"

#if defined(CONFIG_KASAN)
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
void __noreturn sfi_w___fortify_panic(struct sfi_self *self, const u8 reason, const size_t avail,
				      const size_t size)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_that(d, false,
		       SFI_ARG("fortified string function", "the buffer is large enough"));
	BUG();
}
EXPORT_SYMBOL_GPL(sfi_w___fortify_panic);
#else
void __noreturn sfi_w_fortify_panic(struct sfi_self *self, const char *name)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_that(d, false,
		       SFI_ARG("fortified string function", "the buffer is large enough"));
	BUG();
}
EXPORT_SYMBOL_GPL(sfi_w_fortify_panic);
#endif
