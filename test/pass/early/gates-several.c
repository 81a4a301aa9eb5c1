// SPDX-License-Identifier: GPL-2.0-only
// A function that is several kinds of callback: each use by itself.
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s
// RUN: ! %clang -O0 -DUNCLEAR -c -o %t.o %s 2> %t
// RUN: %FileCheck --check-prefix=ERROR %s < %t

#include <linux/things.h>

static int both(struct thing *t) { return 1; }

// CHECK-DAG: @table = internal constant %struct.thing_ops { ptr @both.sfi_gate.thing_ops__open, ptr @both.sfi_gate.thing_ops__close,
static const struct thing_ops table = { .open = both, .close = both };
// CHECK-DAG: @nested = {{.*}}{ i32 7, [2 x %struct.thing_ops] [%struct.thing_ops { ptr null, ptr @both.sfi_gate.thing_ops__close,
struct { int number; struct thing_ops ops[2]; } nested = {
	7, { { .close = both } }
};

// CHECK-LABEL: define{{.*}} @code(
// CHECK: store ptr @both.sfi_gate.thing_ops__open, ptr %{{.*}}
// CHECK: store ptr @both.sfi_gate.thing_ops__close, ptr %{{.*}}
// CHECK: store ptr @both.sfi_gate.thing_ops__close, ptr getelementptr
void code(struct thing_ops *ops)
{
	ops->open = both;
	ops->close = both;
	nested.ops[1].close = both;
}

#ifdef UNCLEAR
int unclear(struct thing *t, int which)
{
	// ERROR: gates-several.c:[[@LINE+1]]:{{[0-9]+}}: error: 'both' is used as several kinds of callback, and which one is meant here cannot be told
	return which && t->ops->open == both;
}
#endif
const struct thing_ops *use(void) { return &table; }
