// SPDX-License-Identifier: GPL-2.0-only
/* No code, but the address of a kernel function, got past the pass; for refused.sh. */
#include <linux/ktime.h>

extern const void *const refused_import;
const void *const refused_import = ktime_get;
