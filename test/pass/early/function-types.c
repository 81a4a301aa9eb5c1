// SPDX-License-Identifier: GPL-2.0-only
// The table of functions gives the hash of the C type, as clang computes it for
// kCFI: the same spelling, the same hash; a static function that nobody takes
// the address of has none; the gate has its function's. Nothing else of kCFI is
// left in the object.
// RUN: %clang_plain -O0 -fsanitize=kcfi -S -emit-llvm -o - %s > %t.types
// RUN: %clang -O0 -S -emit-llvm -o - %s > %t.ll
// RUN: cat %t.types %t.ll | %FileCheck %s
// RUN: %FileCheck --check-prefix=CLEAN --implicit-check-not=kcfi %s < %t.ll
// RUN: %clang -O2 -c -o %t.o %s
// RUN: llvm-nm-19 %t.o | %FileCheck --check-prefix=OBJECT --implicit-check-not=kcfi %s
// RUN: llvm-readelf-19 -S %t.o | not-19 grep -i kcfi
// RUN: %clang_plain -O2 -fsanitize=kcfi -c -o %t.kcfi.o %s
// RUN: llvm-readelf-19 -S %t.kcfi.o | grep -i kcfi

#include <linux/things.h>

// CHECK: define{{.*}} @same(ptr {{.*}}!kcfi_type ![[SAME:[0-9]+]]
// CHECK: define{{.*}} @other(i64 {{.*}}!kcfi_type ![[OTHER:[0-9]+]]
// CHECK: ![[SAME]] = !{i32 [[HASH1:.*]]}
// CHECK: ![[OTHER]] = !{i32 [[HASH2:.*]]}

// CHECK: @sfi.funcs =
// CHECK-SAME: { ptr @same, ptr @same, i32 [[HASH1]], i32 0,
// CHECK-SAME: { ptr @other, ptr @other, i32 [[HASH2]], i32 0,
// CHECK-SAME: { ptr @caller, ptr @caller, i32 {{-?[1-9][0-9]*}}, i32 0,
// CHECK-SAME: { ptr @callback, ptr @callback, i32 [[HASH1]], i32 0,
// CHECK-SAME: { ptr @quiet, ptr null, i32 0, i32 0,
// CHECK-SAME: { ptr @callback.sfi_gate.thing_ops__open, ptr @callback, i32 [[HASH1]], i32 1,
int same(struct thing *t) { return 1; }
int other(unsigned long number) { return 2; }
static int quiet(struct thing *t) { return 3; }
static int callback(struct thing *t) { return 4; }
// CLEAN: define
// OBJECT: T same
int caller(struct thing *t, int (*f)(struct thing *), struct thing_ops *ops)
{
	ops->open = callback;
	return f(t) + quiet(t) + thing_default_open(t);
}
__attribute__((no_sanitize("kcfi"))) int opted_out(int (*f)(struct thing *))
{
	return f(0);
}
