; SPDX-License-Identifier: GPL-2.0-only
; Stores of one block to one object are answered for by one guard, if one load
; of the slots' bytes can tell, and nothing comes between that may take or give
; rights or not return.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%sfi_self = type { [8192 x i64], i64, ptr, ptr }
@__sfi_self = extern_weak hidden global %sfi_self

; CHECK-LABEL: define void @descriptor(
; CHECK: load i16
; CHECK: and i16 %{{.*}}, 257
; CHECK: store i64
; CHECK-NEXT: getelementptr
; CHECK-NEXT: store i32
; CHECK-NEXT: getelementptr
; CHECK-NEXT: store i32
; CHECK-NEXT: ret void
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 16)
; CHECK-NEXT: br
define void @descriptor(ptr %p) {
  store i64 1, ptr %p
  %l = getelementptr i8, ptr %p, i64 8
  store i32 2, ptr %l
  %f = getelementptr i8, ptr %p, i64 12
  store i32 3, ptr %f
  ret void
}

; A field between them that is not written is not asked for.
; CHECK-LABEL: define void @hole(
; CHECK: load i32
; CHECK: and i32 %{{.*}}, 65537
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 8)
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 8)
define void @hole(ptr %p) {
  store i64 1, ptr %p
  %l = getelementptr i8, ptr %p, i64 16
  store i64 2, ptr %l
  ret void
}

; Two guards: the slots are too far apart.
; CHECK-LABEL: define void @far(
; CHECK-COUNT-2: getelementptr i8, ptr @__sfi_self
; CHECK: ret void
define void @far(ptr %p) {
  store i64 1, ptr %p
  %l = getelementptr i8, ptr %p, i64 64
  store i64 2, ptr %l
  ret void
}

; Two guards: nothing tells where the slots begin.
; CHECK-LABEL: define void @unaligned(
; CHECK-COUNT-2: getelementptr i8, ptr @__sfi_self
; CHECK: ret void
define void @unaligned(ptr %p) {
  store i32 1, ptr %p, align 4
  %l = getelementptr i8, ptr %p, i64 4
  store i32 2, ptr %l, align 4
  ret void
}

; Two guards: the call may not return, or give the right to the second.
; CHECK-LABEL: define void @call_between(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: call
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: ret void
define void @call_between(ptr %p) {
  store i64 1, ptr %p
  call void @sfi_w_thing_stop(ptr @__sfi_self, ptr %p)
  %l = getelementptr i8, ptr %p, i64 8
  store i64 2, ptr %l
  ret void
}

; Two guards: other values, even if they might be the same address.
; CHECK-LABEL: define void @other_base(
; CHECK-COUNT-2: getelementptr i8, ptr @__sfi_self
; CHECK: ret void
define void @other_base(ptr %p, ptr %q) {
  store i64 1, ptr %p
  %l = getelementptr i8, ptr %q, i64 8
  store i64 2, ptr %l
  ret void
}

declare void @sfi_w_thing_stop(ptr, ptr)
