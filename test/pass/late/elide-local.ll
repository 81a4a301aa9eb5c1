; SPDX-License-Identifier: GPL-2.0-only
; Stores to a local that only this function knows, at addresses that are in
; bounds whatever the program does. What tells that is constants and masks.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

; CHECK-LABEL: define i32 @in_bounds(
; CHECK-NOT: sfi_
; CHECK: ret i32
define i32 @in_bounds(i64 %n) {
  %a = alloca [16 x i32]
  %last = getelementptr i8, ptr %a, i64 60
  store volatile i32 1, ptr %last
  %i = and i64 %n, 15
  %e = getelementptr [16 x i32], ptr %a, i64 0, i64 %i
  store volatile i32 1, ptr %e
  %v = load volatile i32, ptr %a
  ret i32 %v
}

; One byte too far.
; CHECK-LABEL: define void @past_end(
; CHECK: @sfi_local_grant(
; CHECK: @sfi_guard(
define void @past_end() {
  %a = alloca [16 x i32]
  %e = getelementptr i8, ptr %a, i64 61
  store volatile i32 1, ptr %e, align 1
  ret void
}

; CHECK-LABEL: define void @before_begin(
; CHECK: @sfi_guard(
define void @before_begin() {
  %a = alloca [16 x i32]
  %e = getelementptr i8, ptr %a, i64 -1
  store volatile i8 1, ptr %e
  ret void
}

; The mask is one bit too wide.
; CHECK-LABEL: define void @mask_too_wide(
; CHECK: @sfi_guard(
define void @mask_too_wide(i64 %n) {
  %a = alloca [16 x i32]
  %i = and i64 %n, 31
  %e = getelementptr [16 x i32], ptr %a, i64 0, i64 %i
  store volatile i32 1, ptr %e
  ret void
}

; An index counts as signed: i8 128 and above lie in front of the array.
; CHECK-LABEL: define void @sign(
; CHECK: @sfi_guard(
define void @sign(i8 %i) {
  %a = alloca [256 x i8]
  %e = getelementptr i8, ptr %a, i8 %i
  store volatile i8 1, ptr %e
  ret void
}

; "inbounds" is what C promises, not what the program keeps.
; CHECK-LABEL: define void @promise(
; CHECK: @sfi_guard(
define void @promise(i64 %i) {
  %a = alloca [16 x i32]
  %e = getelementptr inbounds [16 x i32], ptr %a, i64 0, i64 %i
  store volatile i32 1, ptr %e
  ret void
}

; So is the range of a load.
; CHECK-LABEL: define void @range_metadata(
; CHECK: @sfi_guard(
define void @range_metadata(ptr %p) {
  %a = alloca [16 x i32]
  %i = load i64, ptr %p, !range !0
  %e = getelementptr [16 x i32], ptr %a, i64 0, i64 %i
  store volatile i32 1, ptr %e
  ret void
}

; May be the local, may be another object.
; CHECK-LABEL: define void @either(
; CHECK: @sfi_local_grant(
; CHECK: @sfi_guard(
define void @either(i1 %c, ptr %p) {
  %a = alloca i32
  %e = select i1 %c, ptr %a, ptr %p
  store volatile i32 1, ptr %e
  ret void
}

!0 = !{i64 0, i64 16}
