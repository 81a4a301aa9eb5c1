/* SPDX-License-Identifier: GPL-2.0-only */
/* What generated wrappers need of it. */
#ifndef LINUX_STDDEF_H
#define LINUX_STDDEF_H
#include <sfi/port.h>
#define sizeof_field(structure, field) sizeof(((structure *)0)->field)
#endif
