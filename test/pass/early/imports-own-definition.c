// SPDX-License-Identifier: GPL-2.0-only
// A function that the driver defines is the driver's, even under the name of a
// kernel function that the policy knows.
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s

// CHECK-LABEL: @caller(
// CHECK: call void @thing_free(ptr
static void thing_free(const void *object) { }
void caller(void *p) { thing_free(p); }
// CHECK: define internal void @thing_free
// CHECK-NOT: sfi_w_thing_free
