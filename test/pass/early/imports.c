// SPDX-License-Identifier: GPL-2.0-only
// Calls of kernel functions become calls of their wrappers, with the anchor in
// front and none of the kernel's promises about itself.
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s

#include <linux/things.h>

// The wrapper is not malloc-like, even if the kernel function is.
// CHECK-LABEL: @plain(
// CHECK: call ptr @sfi_w_thing_alloc(ptr @__sfi_self, i64 noundef 8, i32 noundef 1)
void *plain(void) { return thing_alloc(8, 1); }

// CHECK-LABEL: @variadic(
// CHECK: call i32 (ptr, ptr, ...) @sfi_w_thing_printk(ptr @__sfi_self, ptr noundef @{{.*}}, i32 noundef 3)
int variadic(void) { return thing_printk("%d", 3); }

// Extensions of small integers belong to the calling convention.
// CHECK-LABEL: @extended(
// CHECK: call zeroext i1 @sfi_w_thing_flag(ptr @__sfi_self, ptr noundef %{{.*}}, i8 noundef signext %{{.*}})
_Bool extended(struct thing *t, signed char c) { return thing_flag(t, c); }

// The hidden result pointer stays first.
// CHECK-LABEL: @hidden_result(
// CHECK: call void @sfi_w_thing_big(ptr{{.*}} sret(%struct.big) align 8 %{{.*}}, ptr @__sfi_self, ptr noundef
long hidden_result(struct thing *t) { return thing_big(t).a[1]; }

// CHECK-LABEL: @endless(
// CHECK: call void @sfi_w_thing_panic(ptr @__sfi_self, ptr noundef @{{.*}}) #[[PANIC:[0-9]+]]
// CHECK: unreachable
void endless(void) { thing_panic("x"); }

// Not through a wrapper: a direct function, the driver's own (be it of another
// unit), a header's inline that is no interface.
// CHECK-LABEL: @untouched(
// CHECK: call void @thing_touch(ptr
// CHECK: call i64 @thing_strlen(ptr
// CHECK: call i32 @driver_elsewhere(i32
// CHECK: define internal void @thing_touch
extern int driver_elsewhere(int x);
unsigned long untouched(struct thing *t)
{
	thing_touch(t);
	return thing_strlen("x") + driver_elsewhere(1);
}

// A header's inline that is interface: called, its body is gone.
// CHECK-LABEL: @interface(
// CHECK: call void @sfi_w_thing_stop(ptr @__sfi_self, ptr noundef %{{.*}})
void interface(struct thing *t) { thing_stop(t); }

// CHECK-NOT: @thing_stop(
// CHECK-NOT: @thing_alloc(
// CHECK: declare dso_local ptr @sfi_w_thing_alloc(ptr, i64 noundef, i32 noundef){{$}}
// CHECK: attributes #[[PANIC]] = { {{.*}}noreturn
