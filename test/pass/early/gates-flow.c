// SPDX-License-Identifier: GPL-2.0-only
// The ways by which an address may get to the kernel: private fields, results
// of functions, conditions, variables of other types, macros that go through a
// volatile access. What only looks like it (a field of the same name, a
// different parameter) makes no gate.
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s

#include <linux/things.h>

#define WRITE_ONCE(x, value) (*(volatile typeof(x) *)&(x) = (value))

static int by_field(int irq, void *data) { return 1; }
static int by_result(int irq, void *data) { return 2; }
static int by_condition(struct thing *t) { return 3; }
static int by_number(struct thing *t) { return 4; }
static int by_once(struct thing *t) { return 5; }
static int not_this(struct thing *t) { return 6; }
static int nor_this(int irq, void *data) { return 7; }

struct mine {
	int (*handler)(int irq, void *data);
	int (*open)(struct thing *t);
} mine;

static int (*choose(void))(int, void *) { return by_result; }

// CHECK-LABEL: define{{.*}} @code(
// CHECK: store ptr @by_field.sfi_gate.handler_t, ptr @mine
// CHECK: select i1 %{{.*}}, ptr @by_condition.sfi_gate.thing_ops__open, ptr null
// CHECK: store i64 ptrtoint (ptr @by_number.sfi_gate.thing_ops__close to i64)
// CHECK: store volatile ptr @by_once.sfi_gate.thing_ops__close
// CHECK: store ptr @not_this, ptr getelementptr
// CHECK: call i32 @sfi_w_thing_request(ptr @__sfi_self, i32 {{.*}}, ptr {{.*}}, ptr noundef @nor_this)
void code(struct thing_ops *ops, int flag)
{
	unsigned long number;

	mine.handler = by_field;
	ops->open = flag ? by_condition : (void *)0;
	number = (unsigned long)by_number;
	ops->close = (void *)number;
	WRITE_ONCE(ops->close, by_once);
	mine.open = not_this;
	thing_request(1, mine.handler, (void *)nor_this);
	thing_request(2, choose(), 0);
}
// CHECK-LABEL: define{{.*}} @choose(
// CHECK: ret ptr @by_result.sfi_gate.handler_t
