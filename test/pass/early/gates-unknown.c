// SPDX-License-Identifier: GPL-2.0-only
// A callback that no annotated header describes is an error at its use, with
// the line to add, made of the driver's own parameter names. What is not used
// in the end is not.
// RUN: ! %clang -O2 -c -o %t.o %s 2> %t
// RUN: %FileCheck %s < %t

#include <linux/things.h>

static int my_unknown(struct thing *me) { return 1; }
static int my_unused(struct thing *me) { return 1; }
static int my_notify(struct thing *me) { return 1; }

const struct thing_ops table = {
	// CHECK-DAG: gates-unknown.c:[[@LINE+1]]:13: error: 'my_unknown' goes to field 'thing_ops.unknown' of the kernel, a callback that no annotated header describes; add to one: int SFI_CB(thing_ops, unknown)(struct thing *me) SFI_ON_FAILURE(...);
	.unknown = my_unknown,
};
static const struct thing_ops dropped = { .unknown = my_unused };

int code(void)
{
	// CHECK-DAG: gates-unknown.c:[[@LINE+1]]:22: error: 'my_notify' goes to parameter 1 of 'thing_notify', which is not annotated as a callback; add SFI_CALLBACK(...) to that parameter of: int thing_notify(int (*fn)(struct thing *))
	return thing_notify(my_notify);
}
// CHECK-DAG: 2 errors generated.
