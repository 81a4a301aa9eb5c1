/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Sizes of fields, for emitted tables. */
#ifndef LINUX_STDDEF_H
#define LINUX_STDDEF_H

#include <stddef.h>

#define sizeof_field(type, field) sizeof(((type *)0)->field)

#endif
