/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/fortify-string.h>: where the string functions that the compiler checks end when they have found an overflow. */
#include <linux/string.h>
#include <linux/version.h>
#include <sfi/annotate.h>

/* Where KASAN is on but not in the driver, nothing is checked like that. */
#if defined(CONFIG_KASAN) || !defined(CONFIG_FORTIFY_SOURCE)
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
void __fortify_panic(const u8 reason, const size_t avail, const size_t size) __attribute__((noreturn)) SFI_BY_HAND(an overflow of the driver that its compiler found is a violation);
#else
void fortify_panic(const char *name) __attribute__((noreturn)) SFI_BY_HAND(an overflow of the driver that its compiler found is a violation);
#endif
