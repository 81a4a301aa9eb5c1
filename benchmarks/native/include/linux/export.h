/* SPDX-License-Identifier: GPL-2.0-only */
/* Here wrappers and driver are one program. */
#ifndef LINUX_EXPORT_H
#define LINUX_EXPORT_H
#define EXPORT_SYMBOL_GPL(symbol) extern int exported_##symbol
#endif
