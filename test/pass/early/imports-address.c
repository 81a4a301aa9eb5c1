// SPDX-License-Identifier: GPL-2.0-only
// The address of a kernel function that is annotated as addressable becomes its
// checked twin's, in code and in tables, and the twin is listed as a target of
// indirect calls with the type of the original. Direct calls go through the
// wrapper all the same.
// RUN: %clang -O1 -S -emit-llvm -o - %s | %FileCheck %s

#include <linux/things.h>

// CHECK: @table = {{.*}}constant %struct.thing_ops { ptr @sfi_p_thing_default_open,
const struct thing_ops table = { .open = thing_default_open };
// CHECK: @sfi.funcs = {{.*}}{ ptr @same_type, i32 [[TYPE:-?[0-9]+]], i32 0,
// CHECK-SAME: { ptr @sfi_p_thing_default_open, i32 [[TYPE]], i32 2,

// CHECK-LABEL: @code(
// CHECK: store ptr @sfi_p_thing_default_open
void code(int (**p)(struct thing *)) { *p = thing_default_open; }

// CHECK-LABEL: @same_type(
// CHECK: call i32 @sfi_w_thing_default_open(ptr {{.*}}@__sfi_self, ptr
int same_type(struct thing *t) { return thing_default_open(t); }
// CHECK-NOT: @thing_default_open
