// SPDX-License-Identifier: GPL-2.0-only
// An address that stays with the driver stays as it is, whatever it is kept in.
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s

#include <linux/things.h>

struct mine {
	int (*step)(struct thing *t);
	void *cookie;
};

static int my_step(struct thing *t) { return 1; }
static int my_choice(struct thing *t) { return 2; }

// CHECK: @steps = {{.*}} { ptr @my_step, ptr @my_choice }
struct mine steps = { my_step, my_choice };
// CHECK: @sfi.funcs = {{.*}}{ ptr @my_step, ptr @my_step, i32 [[TYPE:-?[1-9][0-9]*]], i32 0,
// CHECK-SAME: { ptr @my_choice, ptr @my_choice, i32 [[TYPE]], i32 0,
// CHECK-NOT: sfi_gate

// CHECK-LABEL: @run(
// CHECK: store ptr @my_choice
int run(struct thing *t)
{
	int (*f)(struct thing *) = my_choice;

	return f(t) + steps.step(t);
}
