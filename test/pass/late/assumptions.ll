; SPDX-License-Identifier: GPL-2.0-only
; From the late phase on nothing follows from "the program obeys C": flags,
; ranges and assumptions are gone, undefined values are one value, and there is
; a trap where code was thought to end.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

; Another unit may write it.
; CHECK: @thing_jiffies = external global ptr
@thing_jiffies = external constant ptr

; CHECK-LABEL: define void @flags(
; CHECK: %i = add i64 %n, 1
; CHECK-NEXT: %q = getelementptr i32, ptr %p, i64 %i
define void @flags(ptr %p, i64 %n) {
  %i = add nuw nsw i64 %n, 1
  %q = getelementptr inbounds nuw i32, ptr %p, i64 %i
  store i32 1, ptr %q
  ret void
}

; CHECK-LABEL: define ptr @metadata(
; CHECK-NEXT: %v = load ptr, ptr %p, align 8{{$}}
; CHECK-NOT: llvm.assume
; CHECK: ret ptr %v
define ptr @metadata(ptr %p) {
  %v = load ptr, ptr %p, !nonnull !0, !noundef !0, !align !1, !invariant.load !0
  %c = icmp ne ptr %v, null
  call void @llvm.assume(i1 %c)
  ret ptr %v
}

; One address for the guard and the store.
; CHECK-LABEL: define void @undefined(
; CHECK: getelementptr i8, ptr %p, i64 0
; CHECK: store i32 1
define void @undefined(ptr %p) {
  %q = getelementptr i8, ptr %p, i64 undef
  store i32 1, ptr %q
  ret void
}

; What the code generator would make undef of counts as such.
; CHECK-LABEL: define void @shifted_away(
; CHECK: inttoptr i64 0 to ptr
define void @shifted_away(i64 %n) {
  %s = shl i64 %n, 70
  %q = inttoptr i64 %s to ptr
  store i32 1, ptr %q
  ret void
}

; A loop is not promised to end.
; CHECK-LABEL: define void @endless(
; CHECK-NOT: llvm.loop
; CHECK: ret void
define void @endless(i8 %n) {
  br label %loop
loop:
  %i = phi i8 [ 0, %0 ], [ %j, %loop ]
  %j = add i8 %i, 2
  %c = icmp ult i8 %j, %n
  br i1 %c, label %loop, label %end, !llvm.loop !2
end:
  %p = load ptr, ptr @thing_jiffies
  store i32 1, ptr %p
  ret void
}

; CHECK-LABEL: define void @undefined_element(
; CHECK: extractelement <2 x i64> <i64 0, i64 1>, i64 %n
define void @undefined_element(i64 %n) {
  %s = extractelement <2 x i64> <i64 undef, i64 1>, i64 %n
  %q = inttoptr i64 %s to ptr
  store i32 1, ptr %q
  ret void
}

; CHECK-LABEL: define i32 @ends(
; CHECK: {{^}}bad:
; CHECK-NEXT: call void @llvm.trap()
; CHECK-NEXT: unreachable
define i32 @ends(i32 %n) {
  switch i32 %n, label %bad [ i32 0, label %a
                              i32 1, label %b ]
a:
  ret i32 5
b:
  ret i32 9
bad:
  unreachable
}

declare void @llvm.assume(i1)
; CHECK: attributes #{{[0-9]+}} = { "no-jump-tables"="true" }
!0 = !{}
!1 = !{i64 8}
!2 = distinct !{!2, !3}
!3 = !{!"llvm.loop.mustprogress"}
