// SPDX-License-Identifier: GPL-2.0-only
// The address of a kernel function that is annotated as addressable becomes its
// checked twin's, in code and in tables, and the twin is listed as a target of
// indirect calls with the type of the original. Such a call runs a function that
// is listed as none, and goes to the wrapper like direct calls do. Where there
// is no wrapper there is no such function.
// RUN: %clang -O1 -S -emit-llvm -o - %s | %FileCheck %s
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s
// RUN: %clang -O1 -c -mfunction-return=thunk-extern -o %t.o %s
// RUN: llvm-objdump-19 -dr --no-show-raw-insn %t.o | %FileCheck --check-prefix=CODE %s

#include <linux/things.h>

// CHECK: @table = {{.*}}constant %struct.thing_ops { ptr @sfi_p_thing_default_open,
const struct thing_ops table = {
	.open = thing_default_open, .close = thing_default_close };
// CHECK: @sfi.funcs = {{.*}}{ ptr @same_type, ptr @same_type, i32 [[TYPE:-?[0-9]+]], i32 0,
// CHECK-SAME: { ptr @sfi_p_thing_default_open, ptr @thing_default_open.sfi_call, i32 [[TYPE]], i32 2,
// CHECK-SAME: { ptr @sfi_p_thing_default_close, ptr null, i32 [[TYPE]], i32 2,
// CHECK-SAME: { ptr @thing_default_open.sfi_call, ptr null, i32 0, i32 0,

// CHECK-LABEL: @code(
// CHECK: store ptr @sfi_p_thing_default_open
void code(int (**p)(struct thing *)) { *p = thing_default_open; }

// CHECK-LABEL: @same_type(
// CHECK: call i32 @sfi_w_thing_default_open(ptr {{.*}}@__sfi_self, ptr
int same_type(struct thing *t) { return thing_default_open(t); }

// The table is constant, so the optimizer knows whose call this is.
// CHECK-LABEL: @known(
// CHECK: call preserve_mostcc ptr @sfi_icall(ptr {{.*}}@__sfi_self, ptr {{.*}}, ptr {{.*}}@sfi.site
int known(struct thing *t) { return table.open(t); }

// CHECK-LABEL: define internal {{.*}}@thing_default_open.sfi_call(
// CHECK: tail call i32 @sfi_w_thing_default_open(ptr @__sfi_self, ptr
// CODE-LABEL: <thing_default_open.sfi_call>:
// CODE-NOT: call
// CODE: jmp
// CODE-NEXT: sfi_w_thing_default_open
// CHECK-NOT: @thing_default_open
