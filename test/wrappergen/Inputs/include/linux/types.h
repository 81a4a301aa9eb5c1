/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The kernel's names of integer types, as far as the tests' interface needs them. */
#ifndef LINUX_TYPES_H
#define LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#endif
