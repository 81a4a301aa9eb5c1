; SPDX-License-Identifier: GPL-2.0-only
; Stores of one block to one object are answered for by one guard, if one load
; of the slots' bytes can tell, and nothing comes between that may take or give
; rights or not return.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%sfi_self = type { [8192 x ptr], ptr, ptr }
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
; CHECK: getelementptr i8, ptr %sfi.slots{{.*}}, i64 0
; CHECK: store i64 1
; CHECK: getelementptr i8, ptr %sfi.slots{{.*}}, i64 8
; CHECK: store i64 2
; CHECK: ret void
define void @far(ptr %p) {
  store i64 1, ptr %p
  %l = getelementptr i8, ptr %p, i64 64
  store i64 2, ptr %l
  ret void
}

; Words of a structure: as if it began with a slot; the guard tests that.
; CHECK-LABEL: define void @guessed(
; CHECK-COUNT-1: getelementptr i8, ptr @__sfi_self
; CHECK: @llvm.fshr.i64(i64 %[[T:.*]], i64 %[[T]], i64 3)
; CHECK: load i8, ptr
; CHECK: and i8 %{{.*}}, 1
; CHECK-NOT: getelementptr i8, ptr @__sfi_self
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 8)
define void @guessed(ptr %p) {
  store i32 1, ptr %p, align 4
  %l = getelementptr i8, ptr %p, i64 4
  store i32 2, ptr %l, align 4
  ret void
}

; The same for an element of an array of such.
; CHECK-LABEL: define void @element(
; CHECK-COUNT-1: getelementptr i8, ptr @__sfi_self
; CHECK-NOT: getelementptr i8, ptr @__sfi_self
; CHECK: ret void
define void @element(ptr %p, i64 %n) {
  %e = getelementptr [2 x i32], ptr %p, i64 %n
  store i32 1, ptr %e, align 4
  %l = getelementptr i8, ptr %e, i64 4
  store i32 2, ptr %l, align 4
  ret void
}

; An element may begin in the middle of a slot: the slots of the first and the
; last byte are looked at.
; CHECK-LABEL: define void @small_element(
; CHECK-COUNT-1: getelementptr i8, ptr @__sfi_self
; CHECK: icmp ugt i64 %[[D:.*]], 32760
; CHECK: lshr i64 %[[D]], 3
; CHECK: %[[A:.*]] = load i8, ptr
; CHECK-NEXT: %[[L:.*]] = add i64 %[[D]], 7
; CHECK-NEXT: lshr i64 %[[L]], 3
; CHECK: %[[B:.*]] = load i8, ptr
; CHECK-NEXT: %[[C:.*]] = and i8 %[[A]], %[[B]]
; CHECK-NEXT: and i8 %[[C]], 1
; CHECK-NOT: getelementptr i8, ptr @__sfi_self
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 8)
define void @small_element(ptr %p, i64 %n) {
  %e = getelementptr i32, ptr %p, i64 %n
  store i32 1, ptr %e, align 4
  %l = getelementptr i8, ptr %e, i64 4
  store i32 2, ptr %l, align 4
  ret void
}

; Bytes of a buffer, which may begin anywhere.
; CHECK-LABEL: define void @bytes(
; CHECK-COUNT-1: getelementptr i8, ptr @__sfi_self
; CHECK: icmp ugt i64 %{{.*}}, 32764
; CHECK: add i64 %{{.*}}, 3
; CHECK-NOT: getelementptr i8, ptr @__sfi_self
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 4)
define void @bytes(ptr %p) {
  store i16 1, ptr %p, align 2
  %l = getelementptr i8, ptr %p, i64 2
  store i16 2, ptr %l, align 2
  ret void
}

; Two guards: nine bytes may be in three slots.
; CHECK-LABEL: define void @nine_bytes(
; CHECK-COUNT-2: getelementptr i8, ptr @__sfi_self
; CHECK: ret void
define void @nine_bytes(ptr %p) {
  store i16 1, ptr %p, align 2
  %l = getelementptr i8, ptr %p, i64 7
  store i16 2, ptr %l, align 1
  ret void
}

; Two guards: the call may take the right away.
; CHECK-LABEL: define void @bytes_call(
; CHECK-COUNT-2: getelementptr i8, ptr @__sfi_self
; CHECK: ret void
define void @bytes_call(ptr %p) {
  store i16 1, ptr %p, align 2
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  %l = getelementptr i8, ptr %p, i64 2
  store i16 2, ptr %l, align 2
  ret void
}

; Two guards: the call may not return, or give the right to the second.
; CHECK-LABEL: define void @call_between(
; CHECK: getelementptr i8, ptr %sfi.slots{{.*}}, i64 0
; CHECK: call void @sfi_w_thing_stop
; CHECK: getelementptr i8, ptr %sfi.slots{{.*}}, i64 1
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
declare void @sfi_w_thing_free(ptr, ptr)
