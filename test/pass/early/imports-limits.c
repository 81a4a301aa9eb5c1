// SPDX-License-Identifier: GPL-2.0-only
// A structure by value beside so many arguments that one more would move it
// from registers to memory is refused, not passed wrongly.
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s
// RUN: ! %clang -O0 -DTOO_MANY -c -o %t.o %s 2> %t
// RUN: %FileCheck --check-prefix=ERROR %s < %t

#include <linux/things.h>

#ifdef TOO_MANY
struct pair many(struct pair p)
{
	// ERROR: imports-limits.c:[[@LINE+1]]:9: error: call of 'thing_pair' passes a structure by value
	return thing_pair(p, 1, 2, 3, 4);
}
#else
// CHECK-LABEL: @few(
// CHECK: call { i64, i64 } @sfi_w_thing_mirror(ptr @__sfi_self, i64 %{{.*}}, i64 %{{.*}})
struct pair few(struct pair p)
{
	return thing_mirror(p);
}
#endif
