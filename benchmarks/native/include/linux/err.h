/* SPDX-License-Identifier: GPL-2.0-only */
/* What generated wrappers need of it. */
#ifndef LINUX_ERR_H
#define LINUX_ERR_H
#include <sfi/port.h>
#define IS_ERR_OR_NULL(p) (!(p) || (uintptr_t)(p) >= (uintptr_t)-4095)
#endif
