// SPDX-License-Identifier: GPL-2.0-only
// A function whose address becomes a callback of the kernel gets a gate, which
// calls the kind's entry wrapper with its entry; every use of the address, in
// tables and in code, becomes the gate's.
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s

#include <linux/things.h>

static int my_open(struct thing *t) { return 1; }
static int my_suspend(struct thing *t) { return 2; }
static int my_nested(struct thing *t) { return 3; }
static int my_handler(int irq, void *data) { return 4; }
static int my_late(int irq, void *data) { return 5; }
static int my_poll(struct thing *t, int budget) { return 6; }
int my_other_unit(struct thing *t);

// Two fields that share an entry wrapper are one kind. A function of another
// unit of the driver gets its gate here as well.
// CHECK: @table = {{.*}} { ptr @my_open.sfi_gate.thing_ops__open, ptr @my_other_unit.sfi_gate.thing_ops__close,
// CHECK-SAME: ptr @my_suspend.sfi_gate.thing_ops__suspend, ptr @my_suspend.sfi_gate.thing_ops__suspend, ptr null,
// CHECK-SAME: { ptr @my_nested.sfi_gate.thing_ops__nested }
const struct thing_ops table = {
	.open = my_open,
	.close = my_other_unit,
	.suspend = my_suspend,
	.freeze = my_suspend,
	.nested = my_nested,
};

// struct sfi_entry: function, gate, anchor, name, kind.
// CHECK-DAG: @[[NAME:[a-z0-9.]+]] = private {{.*}}c"my_open\00"
// CHECK-DAG: @[[KIND:[a-z0-9.]+]] = private {{.*}}c"thing_ops__open\00"
// CHECK-DAG: @sfi.entries = internal constant [7 x { ptr, ptr, ptr, ptr, ptr }] {{.*}}{ ptr @my_open, ptr @my_open.sfi_gate.thing_ops__open, ptr @__sfi_self, ptr @[[NAME]], ptr @[[KIND]] }

// By parameter type, through a header's inline and a variable; by parameter.
// CHECK-LABEL: define{{.*}} @code(
// CHECK: store ptr @my_handler.sfi_gate.handler_t, ptr %{{.*}}
// CHECK: call i32 @sfi_w_thing_register(ptr @__sfi_self, ptr noundef %{{.*}}, ptr noundef @my_poll.sfi_gate.thing__poll)
// CHECK: store ptr @my_late.sfi_gate.handler_t, ptr %{{.*}}
int code(struct thing *t)
{
	int (*chosen)(int, void *) = my_handler;

	thing_request_inline(1, chosen, t);
	thing_register(t, my_poll);
	t->handler = my_late;
	return 0;
}

// A comparison must see the same address as the table.
// CHECK-LABEL: define{{.*}} @compare(
// CHECK: icmp eq ptr %{{.*}}, @my_open.sfi_gate.thing_ops__open
int compare(struct thing *t) { return t->ops->open == my_open; }

// A call by name stays a call by name.
// CHECK-LABEL: define{{.*}} @by_name(
// CHECK: call i32 @my_open(ptr
int by_name(struct thing *t) { return my_open(t); }

// CHECK: define internal i32 @my_open.sfi_gate.thing_ops__open(ptr %0)
// CHECK-NEXT: %[[RESULT:[0-9]+]] = call i32 @sfi_e_thing_ops__open(ptr {{.*}}, ptr noundef %0)
// CHECK-NEXT: ret i32 %[[RESULT]]
