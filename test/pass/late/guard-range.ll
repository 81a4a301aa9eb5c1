; SPDX-License-Identifier: GPL-2.0-only
; A store of another size: one load of all the slots' bytes, with the slow path
; where the base is not aligned or the load would leave the leaf.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

; CHECK-LABEL: define void @sixteen(
; CHECK: %[[X:.*]] = call i64 @llvm.fshr.i64(i64 %[[T:.*]], i64 %[[T]], i64 3)
; CHECK-NEXT: icmp ugt i64 %[[X]], 4094
; CHECK: %[[R:.*]] = load i16, ptr %{{.*}}, align 1
; CHECK-NEXT: %[[N:.*]] = xor i16 %[[R]], -1
; CHECK-NEXT: %[[M:.*]] = and i16 %[[N]], 257
; CHECK-NEXT: icmp ne i16 %[[M]], 0
; CHECK: store i128
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 16)
define void @sixteen(ptr %p, i128 %v) {
  store i128 %v, ptr %p
  ret void
}

; Three bytes: one slot, so the leaf cannot be left.
; CHECK-LABEL: define void @three(
; CHECK: icmp ugt i64 %{{.*}}, 4095
; CHECK: load i8
; CHECK: store i24
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 3)
define void @three(ptr %p, i24 %v) {
  store i24 %v, ptr %p
  ret void
}

; Three slots are asked with a load of four, of which three count.
; CHECK-LABEL: define void @twentyfour(
; CHECK: icmp ugt i64 %{{.*}}, 4092
; CHECK: load i32
; CHECK: and i32 %{{.*}}, 65793
; CHECK: store i192
define void @twentyfour(ptr %p, i192 %v) {
  store i192 %v, ptr %p
  ret void
}

; More than eight slots: no fast path.
; CHECK-LABEL: define void @eighty(
; CHECK-NOT: br i1
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 80)
; CHECK-NOT: br i1
; CHECK: store i640
define void @eighty(ptr %p, i640 %v) {
  store i640 %v, ptr %p
  ret void
}

; A result in memory: a wrapper does not ask whose that is, and a fact from
; before it ends with what it revokes.
; CHECK-LABEL: define void @result(
; CHECK: @sfi_guard({{.*}}, i64 24)
define void @result(ptr %p) {
  call void @sfi_w_thing_stop(ptr sret([24 x i8]) %p, ptr null)
  ret void
}
declare void @sfi_w_thing_stop(ptr sret([24 x i8]), ptr)
