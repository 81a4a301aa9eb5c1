; SPDX-License-Identifier: GPL-2.0-only
; Stores in bounds of a variable that is this unit's alone. A variable whose
; address gets about may have become a kernel object (a registered timer), which
; the driver may not write: guarded.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

@alone = internal global [4 x i32] zeroinitializer
@told = internal global [4 x i32] zeroinitializer
@listed = internal global i32 0
@list = constant ptr @listed
@public = global i32 0
@constant = internal constant i32 0
@thing_jiffies = external global i32

; CHECK-LABEL: define i32 @own(
; CHECK-NOT: sfi_guard
; CHECK: ret i32
define i32 @own() {
  store i32 1, ptr @alone
  store i32 1, ptr getelementptr (i8, ptr @alone, i64 12)
  %v = load i32, ptr @alone
  ret i32 %v
}

; CHECK-LABEL: define void @past_end(
; CHECK: @sfi_guard({{.*}}, i64 4)
define void @past_end() {
  store i32 1, ptr getelementptr (i8, ptr @alone2, i64 16)
  ret void
}
@alone2 = internal global [4 x i32] zeroinitializer

; The code generator may make of a division by zero what it likes.
; CHECK-LABEL: define void @divided(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK-LABEL: define void @divided_by_constant(
; CHECK-NOT: @__sfi_self
; CHECK-LABEL: define void @escaped(
define void @divided(i64 %x, i64 %y) {
  %m = and i64 %y, 3
  %i = urem i64 %x, %m
  %p = getelementptr i32, ptr @alone3, i64 %i
  store i32 1, ptr %p
  ret void
}
define void @divided_by_constant(i64 %x) {
  %i = urem i64 %x, 4
  %p = getelementptr i32, ptr @alone4, i64 %i
  store i32 1, ptr %p
  ret void
}
@alone3 = internal global [4 x i32] zeroinitializer
@alone4 = internal global [4 x i32] zeroinitializer

; CHECK: call void @sfi_w_thing_stop(
; CHECK: @sfi_guard(
define void @escaped() {
  call void @sfi_w_thing_stop(ptr @__sfi_self, ptr @told)
  store i32 1, ptr @told
  ret void
}

; CHECK-LABEL: define void @named_in_data(
; CHECK: @sfi_guard(
define void @named_in_data() {
  store i32 1, ptr @listed
  ret void
}

; CHECK-LABEL: define void @not_static(
; CHECK: @sfi_guard(
define void @not_static() {
  store i32 1, ptr @public
  ret void
}

; CHECK-LABEL: define void @read_only(
; CHECK: @sfi_guard(
define void @read_only() {
  store i32 1, ptr @constant
  ret void
}

; CHECK-LABEL: define void @not_here(
; CHECK: @sfi_guard(
define void @not_here() {
  store i32 1, ptr @thing_jiffies
  ret void
}

@__sfi_self = extern_weak hidden global %sfi_self
%sfi_self = type { [8192 x ptr], ptr, ptr }
declare void @sfi_w_thing_stop(ptr, ptr)
