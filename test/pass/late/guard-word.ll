; SPDX-License-Identifier: GPL-2.0-only
; A store of 1, 2, 4 or 8 bytes: directory, distance and alignment, leaf, in this order,
; and one cold block that gets the pointer that is stored through.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

; CHECK: @__sfi_self = extern_weak {{.*}}hidden global %sfi_self

; CHECK-LABEL: define void @eight(
; CHECK-NEXT: %[[A:.*]] = ptrtoint ptr %p to i64
; CHECK-NEXT: %[[I:.*]] = lshr i64 %[[A]], 12
; CHECK-NEXT: %[[O:.*]] = and i64 %[[I]], 65528
; CHECK-NEXT: %[[D:.*]] = getelementptr i8, ptr @__sfi_self, i64 %[[O]]
; CHECK-NEXT: %[[E:.*]] = load atomic ptr, ptr %[[D]] unordered, align 8
; CHECK-NEXT: %[[BP:.*]] = getelementptr i8, ptr %[[E]], i64 0
; CHECK-NEXT: %[[B:.*]] = load i64, ptr %[[BP]], align 8
; CHECK-NEXT: %[[T:.*]] = sub i64 %[[A]], %[[B]]
; CHECK-NEXT: %[[X:.*]] = call i64 @llvm.fshr.i64(i64 %[[T]], i64 %[[T]], i64 3)
; CHECK-NEXT: %[[C:.*]] = icmp ugt i64 %[[X]], 4095
; CHECK-NEXT: br i1 %[[C]], label %[[COLD:.*]], label %{{.*}}, !prof ![[UNLIKELY:[0-9]+]]
; CHECK: %[[SP:.*]] = getelementptr i8, ptr %[[E]], i64 8
; CHECK-NEXT: %[[S:.*]] = load ptr, ptr %[[SP]], align 8
; CHECK-NEXT: %[[AT:.*]] = getelementptr i8, ptr %[[S]], i64 %[[X]]
; CHECK-NEXT: %[[R:.*]] = load i8, ptr %[[AT]], align 1
; CHECK-NEXT: %[[RB:.*]] = and i8 %[[R]], 1
; CHECK-NEXT: %[[RC:.*]] = icmp eq i8 %[[RB]], 0
; CHECK-NEXT: br i1 %[[RC]], label %[[COLD]], label %[[GO:.*]], !prof
; CHECK: [[GO]]:
; CHECK-NEXT: store i64 %v, ptr %p
; CHECK-NEXT: ret void
; CHECK: [[COLD]]:
; CHECK: call preserve_mostcc void @sfi_guard(ptr @__sfi_self, i64 %{{.*}}, i64 8)
; CHECK-NEXT: br label %[[GO]]
define void @eight(ptr %p, i64 %v) {
  store i64 %v, ptr %p
  ret void
}

; CHECK-LABEL: define void @four(
; CHECK: @llvm.fshr.i64(i64 %[[T:.*]], i64 %[[T]], i64 2)
; CHECK-NEXT: icmp ugt i64 %{{.*}}, 8191
; CHECK: lshr i64 %{{.*}}, 1
; CHECK: store i32
; CHECK: @sfi_guard({{.*}}, i64 4)
define void @four(ptr %p, i32 %v) {
  store i32 %v, ptr %p
  ret void
}

; A byte is never misaligned.
; CHECK-LABEL: define void @one(
; CHECK-NOT: fshr
; CHECK: icmp ugt i64 %{{.*}}, 32767
; CHECK-NEXT: br i1
; CHECK: lshr i64 %{{.*}}, 3
; CHECK: br i1
; CHECK-NOT: br i1
; CHECK: store i8
define void @one(ptr %p, i8 %v) {
  store i8 %v, ptr %p
  ret void
}

; What the IR claims of the alignment is not believed.
; CHECK-LABEL: define void @claimed(
; CHECK: @llvm.fshr.i64(i64 %[[T:.*]], i64 %[[T]], i64 3)
; CHECK: store i64 %v, ptr %p, align 4096
define void @claimed(ptr align 4096 %p, i64 %v) {
  store i64 %v, ptr %p, align 4096
  ret void
}

; CHECK-LABEL: define i32 @atomics(
; CHECK: @__sfi_self
; CHECK: atomicrmw add ptr %p, i32 1 seq_cst
; CHECK: @__sfi_self
; CHECK: cmpxchg ptr %q, i32 0, i32 1 seq_cst seq_cst
; CHECK: @__sfi_self
; CHECK: store atomic i32 1, ptr %r release
define i32 @atomics(ptr %p, ptr %q, ptr %r) {
  %a = atomicrmw add ptr %p, i32 1 seq_cst
  %b = cmpxchg ptr %q, i32 0, i32 1 seq_cst seq_cst
  store atomic i32 1, ptr %r release, align 4
  ret i32 %a
}

; A load has no guard, not even a volatile one.
; CHECK-LABEL: define i64 @read(
; CHECK-NEXT: load volatile i64
; CHECK-NEXT: ret i64
define i64 @read(ptr %p) {
  %v = load volatile i64, ptr %p
  ret i64 %v
}

; CHECK: declare preserve_mostcc void @sfi_guard(ptr, i64, i64)
; CHECK: ![[UNLIKELY]] = !{!"branch_weights", {{.*}}i32 1, i32 {{[0-9]+}}}
