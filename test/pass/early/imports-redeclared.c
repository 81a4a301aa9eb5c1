// SPDX-License-Identifier: GPL-2.0-only
// A driver that declares a kernel function itself, without the kernel's header,
// gets the wrapper all the same. A function that the policy does not know is
// then taken for one of the driver's other units; if it is not, the module is
// left with an undefined symbol, which the build refuses.
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s

void thing_free(const void *object);
int thing_hidden(void);

// CHECK-LABEL: define{{.*}} @code(
// CHECK: call void @sfi_w_thing_free(ptr @__sfi_self, ptr
// CHECK: call i32 @thing_hidden()
int code(void *p)
{
	thing_free(p);
	return thing_hidden();
}
