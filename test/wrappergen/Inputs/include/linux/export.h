/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Exported symbols are plain symbols in the tests. */
#ifndef LINUX_EXPORT_H
#define LINUX_EXPORT_H

#define EXPORT_SYMBOL_GPL(symbol) extern int exported_##symbol

#endif
