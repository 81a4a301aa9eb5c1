/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/printk.h>, <linux/dev_printk.h>, and the warnings of <asm/bug.h>: messages. */
#include <linux/printk.h>
#include <linux/dev_printk.h>
#include <linux/device.h>
#include <linux/net.h>
#include <linux/bug.h>
#include <sfi/annotate.h>

int _printk(const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
#ifdef __WARN_FLAGS
void __warn_printk(const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
#endif
int __printk_ratelimit(const char *func) SFI_KEEPS;
void print_hex_dump(const char *level, const char *prefix_str, int prefix_type, int rowsize, int groupsize, const void *buf, size_t len, bool ascii) SFI_BY_HAND(as long as the driver says) SFI_KEEPS;
void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void _dev_emerg(const struct device *dev, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void _dev_alert(const struct device *dev, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void _dev_crit(const struct device *dev, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void _dev_err(const struct device *dev, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void _dev_warn(const struct device *dev, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void _dev_notice(const struct device *dev, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
void _dev_info(const struct device *dev, const char *fmt, ...) SFI_BY_HAND(variadic) SFI_KEEPS;
int net_ratelimit(void) SFI_KEEPS;
