; SPDX-License-Identifier: GPL-2.0-only
; A loop keeps the chunk that was found last: its guards compare with that, ask
; the directory out of line, and look at the rights themselves in each turn.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%sfi_self = type { [8192 x ptr], ptr, ptr }
@__sfi_self = extern_weak hidden global %sfi_self

; CHECK-LABEL: define void @elements(
; CHECK: %[[C0:.*]] = load atomic ptr, ptr %{{.*}} unordered
; CHECK: %[[B0:.*]] = load i64, ptr
; CHECK: %[[S0:.*]] = load ptr, ptr
; CHECK: br label %loop
; CHECK: {{^}}loop:
; CHECK-DAG: %[[S:.*]] = phi ptr [ %[[S0]], %0 ], [ %[[S2:.*]], %{{.*}} ]
; CHECK-DAG: %[[B:.*]] = phi i64 [ %[[B0]], %0 ], [ %[[B2:.*]], %{{.*}} ]
; CHECK: %[[D:.*]] = sub i64 %{{.*}}, %[[B]]
; CHECK-NEXT: %[[X:.*]] = call i64 @llvm.fshr.i64(i64 %[[D]], i64 %[[D]], i64 3)
; CHECK-NEXT: %[[O:.*]] = icmp ugt i64 %[[X]], 4095
; CHECK-NEXT: br i1 %[[O]], label %[[MISS:sfi.miss[0-9]*]], label %[[GO:sfi.go[0-9]*]], !prof
; CHECK: [[GO]]:
; CHECK-DAG: %[[AT:.*]] = phi i64 [ %[[X]], %loop ], [ %[[X2:.*]], %[[MISS]] ]
; CHECK: getelementptr i8, ptr %{{.*}}, i64 %[[AT]]
; CHECK-NEXT: load i8, ptr
; CHECK: store i64 %n, ptr %e
; CHECK: [[MISS]]:
; CHECK: load atomic ptr, ptr %{{.*}} unordered
; CHECK: %[[B1:.*]] = load i64, ptr
; CHECK: load ptr, ptr
; CHECK: sub i64 %{{.*}}, %[[B1]]
; CHECK-NEXT: %[[X2]] = call i64 @llvm.fshr.i64
; CHECK-NEXT: icmp ugt i64 %[[X2]], 4095
define void @elements(ptr %p) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i64, ptr %p, i64 %n
  store i64 %n, ptr %e
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; A pointer that is loaded again in each turn from a place that stays: what it
; points to is not known before the loop, so any chunk is kept at first.
; CHECK-LABEL: define void @loaded(
; CHECK: load atomic ptr, ptr @__sfi_self unordered
; CHECK: {{^}}loop:
; CHECK: br i1 %{{.*}}, label %sfi.miss
; CHECK: store i64 %n, ptr %e
define void @loaded(ptr %pp) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %p = load ptr, ptr %pp
  %e = getelementptr i64, ptr %p, i64 %n
  store i64 %n, ptr %e
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; From a place that the loop writes: another object in each turn.
; CHECK-LABEL: define void @taken(
; CHECK-NOT: sfi.miss
; CHECK: ret void
define void @taken(ptr %pp) {
  br label %loop
loop:
  %p = load ptr, ptr %pp
  store i64 1, ptr %p
  %q = load ptr, ptr %p
  store ptr %q, ptr %pp
  %c = icmp eq ptr %q, null
  br i1 %c, label %end, label %loop
end:
  ret void
}

; A list: each object is somewhere else.
; CHECK-LABEL: define void @list(
; CHECK-NOT: sfi.miss
; CHECK: ret void
define void @list(ptr %p) {
  br label %loop
loop:
  %e = phi ptr [ %p, %0 ], [ %q, %loop ]
  %f = getelementptr i8, ptr %e, i64 8
  store i64 1, ptr %f
  %q = load ptr, ptr %e
  %c = icmp eq ptr %q, null
  br i1 %c, label %end, label %loop
end:
  ret void
}

; Few turns come by.
; CHECK-LABEL: define void @rarely(
; CHECK-NOT: sfi.miss
; CHECK: ret void
define void @rarely(ptr %p, i1 %d) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %next ]
  br i1 %d, label %rarely, label %next
rarely:
  %e = getelementptr i64, ptr %p, i64 %n
  store i64 %n, ptr %e
  br label %next
next:
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; No loop.
; CHECK-LABEL: define void @straight(
; CHECK-NOT: sfi.miss
; CHECK: ret void
define void @straight(ptr %p, i64 %n, i64 %m) {
  %e = getelementptr i64, ptr %p, i64 %n
  store i64 %n, ptr %e
  %f = getelementptr i64, ptr %p, i64 %m
  store i64 %n, ptr %f
  ret void
}

; What an asm goto results in on the way into the loop is not known in front of it.
; CHECK-LABEL: define void @entered_at_once(
; CHECK: load atomic ptr, ptr @__sfi_self unordered
; CHECK: %p = callbr ptr asm
; CHECK: br i1 %{{.*}}, label %sfi.miss
; CHECK: store i64 %n, ptr %e
define void @entered_at_once() {
  %p = callbr ptr asm "", "=r,!i"() to label %loop [label %end]
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i64, ptr %p, i64 %n
  store i64 %n, ptr %e
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}
