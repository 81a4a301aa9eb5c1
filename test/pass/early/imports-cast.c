// SPDX-License-Identifier: GPL-2.0-only
// A kernel function is called as what it is: with another result or other
// arguments than the wrapper has, it would take one for the other.
// RUN: ! %clang -O2 -c -o %t.o %s 2> %t
// RUN: %FileCheck %s < %t

#include <linux/things.h>

struct huge {
	char bytes[1000];
};

// CHECK: imports-cast.c:[[@LINE+3]]:{{[0-9]+}}: error: a call of 'thing_big' as a function of another type
void without_result(void *p)
{
	((void (*)(void *))thing_big)(p);
}

// CHECK: imports-cast.c:[[@LINE+3]]:{{[0-9]+}}: error: a call of 'thing_free' as a function of another type
struct huge with_result(void *p)
{
	return ((struct huge (*)(void *))thing_free)(p);
}
