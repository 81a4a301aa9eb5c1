// SPDX-License-Identifier: GPL-2.0-only
// An error within an inline of a kernel header is reported where the driver is
// responsible: at its own statement, through any number of header inlines, but
// not further up, in other functions of the driver.
// RUN: ! %clang -O2 -c -o %t.o %s 2> %t
// RUN: %FileCheck %s < %t

#include <linux/things.h>

static inline int mine(struct thing *t)
{
	// CHECK: errors-inline.c:[[@LINE+1]]:9: error: call of kernel function 'thing_unknown', {{.*}} (within inline code of things.h:[[#]])
	return thing_outer_inline(t);
}

int code(struct thing *t) { return mine(t); }
// CHECK-NOT: error:
// CHECK: 1 error generated.
