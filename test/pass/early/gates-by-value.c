// SPDX-License-Identifier: GPL-2.0-only
// A function writes its by-value arguments where the caller has put them. The
// kernel puts none, whatever a cast says.
// RUN: ! %clang -O2 -c -o %t.o %s 2> %t
// RUN: %FileCheck %s < %t

#include <linux/things.h>

// CHECK: error: 'by_value' takes a structure by value on the stack, and cannot be a callback of the kernel
static int by_value(struct big big)
{
	*(volatile long *)&big.a[3] = 1;
	return 0;
}

struct thing_ops cast_ops = { .open = (int (*)(struct thing *))by_value };
// CHECK: 1 error generated
