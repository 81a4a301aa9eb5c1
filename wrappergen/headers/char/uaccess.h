/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/uaccess.h>: memory of the calling process. The kernel checks that the user's side is the user's; here the
 * driver's side is checked.
 *
 * By hand (char_uaccess.c): the kernel's own look at the driver's side ends in a BUG().
 */
#include <linux/uaccess.h>
#include <sfi/annotate.h>

unsigned long SFI_INTERFACE(copy_from_user)(void *to, const void __user *from, unsigned long n) SFI_BY_HAND(without a BUG in it) SFI_KEEPS;
unsigned long SFI_INTERFACE(copy_to_user)(void __user *to, const void *from, unsigned long n) SFI_BY_HAND(without a BUG in it) SFI_KEEPS;
long strncpy_from_user(char *dst, const char __user *src, long count) SFI_BY_HAND(without a BUG in it) SFI_KEEPS;
unsigned long SFI_INTERFACE(clear_user)(void __user *mem SFI_OPAQUE, unsigned long len) SFI_KEEPS;
