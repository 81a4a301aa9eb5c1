/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wrapper of a function that prints a message about a device: FUNCTION(const struct TYPE *dev,
 * const char *fmt, ...). By hand, as all that is variadic; see base_printk.c.
 */
#ifndef SFI_WRAPPERS_MESSAGE_H
#define SFI_WRAPPERS_MESSAGE_H

#include "wrappers/by_hand.h"

/*
 * DEV is the driver's, or NULL; and so is what is followed to print its name: of a network device,
 * the parent that the driver has set.
 */
static inline void sfi_check_named_device(struct sfi_domain *d, const struct device *dev,
					  const struct sfi_arg *arg)
{
	if (dev)
		sfi_check_owned(d, dev, SFI_T_device, arg);
}

#define SFI_MESSAGE(function, type)                                                           \
	void sfi_w_##function(struct sfi_self *self, const struct type *dev, const char *fmt, \
			      ...)                                                            \
	{                                                                                     \
		struct sfi_domain *d = sfi_import_enter(self);                                \
		struct va_format vaf = { .fmt = fmt };                                        \
		va_list args;                                                                 \
	\
		sfi_check_named_##type(d, dev, SFI_ARG(#function, "dev"));                    \
		va_start(args, fmt);                                                          \
		sfi_check_format(d, fmt, args,                                                \
				 SFI_ARG(#function, "fmt and what it prints can be read"));   \
		vaf.va = &args;                                                               \
		function(dev, "%pV", &vaf);                                                   \
		va_end(args);                                                                 \
		sfi_import_leave(d);                                                          \
	}                                                                                     \
	EXPORT_SYMBOL_GPL(sfi_w_##function)

#endif
