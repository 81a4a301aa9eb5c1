/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Error pointers, for emitted code. */
#ifndef LINUX_ERR_H
#define LINUX_ERR_H

#define IS_ERR_OR_NULL(p) (!(p) || (unsigned long)(p) >= (unsigned long)-4095)

#endif
