; SPDX-License-Identifier: GPL-2.0-only
; Short memory intrinsics keep their place behind a guard, long ones are the
; runtime's; none is left that could become a call of the kernel's memcpy().
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s \
; RUN:   --implicit-check-not='call void @llvm.memset.p0' \
; RUN:   --implicit-check-not='call void @llvm.memcpy.p0'

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

; CHECK-LABEL: define void @short(
; CHECK: load i32, ptr
; CHECK: call void @llvm.memset.inline.p0.i64(ptr align 8 %p, i8 0, i64 32, i1 false)
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 32)
define void @short(ptr %p) {
  call void @llvm.memset.p0.i64(ptr align 8 %p, i8 0, i64 32, i1 false)
  ret void
}

; CHECK-LABEL: define void @long(
; CHECK-NEXT: call void @sfi_memset(ptr @__sfi_self, ptr %p, i32 7, i64 33)
; CHECK-NEXT: ret void
define void @long(ptr %p) {
  call void @llvm.memset.p0.i64(ptr %p, i8 7, i64 33, i1 false)
  ret void
}

; CHECK-LABEL: define void @unknown(
; CHECK: call void @sfi_memcpy(ptr @__sfi_self, ptr %p, ptr %q, i64 %n)
; CHECK-NEXT: call void @sfi_memmove(ptr @__sfi_self, ptr %p, ptr %q, i64 %n)
define void @unknown(ptr %p, ptr %q, i64 %n) {
  call void @llvm.memcpy.p0.p0.i64(ptr %p, ptr %q, i64 %n, i1 false)
  call void @llvm.memmove.p0.p0.i64(ptr %p, ptr %q, i64 %n, i1 false)
  ret void
}

; To an own local that nobody else knows: in line, without a check.
; CHECK-LABEL: define i8 @own(
; CHECK-NEXT: alloca
; CHECK-NEXT: call void @llvm.memset.inline.p0.i64(ptr %a, i8 0, i64 200, i1 false)
; CHECK-NEXT: load
define i8 @own() {
  %a = alloca [200 x i8]
  call void @llvm.memset.p0.i64(ptr %a, i8 0, i64 200, i1 false)
  %v = load volatile i8, ptr %a
  ret i8 %v
}

; Too long for that: the local gets rights and the runtime writes it.
; CHECK-LABEL: define i8 @own_long(
; CHECK: call {{.*}}@sfi_local_grant({{.*}}, i64 3000)
; CHECK: call void @sfi_memset(ptr @__sfi_self, ptr %a, i32 0, i64 3000)
; CHECK: call {{.*}}@sfi_local_revoke({{.*}}, i64 3000)
define i8 @own_long() {
  %a = alloca [3000 x i8]
  call void @llvm.memset.p0.i64(ptr %a, i8 0, i64 3000, i1 false)
  %v = load volatile i8, ptr %a
  ret i8 %v
}

; Nothing is written.
; CHECK-LABEL: define void @nothing(
; CHECK-NOT: @sfi_guard
; CHECK: ret void
define void @nothing(ptr %p, ptr %q) {
  call void @llvm.memmove.p0.p0.i64(ptr %p, ptr %q, i64 0, i1 false)
  ret void
}

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
