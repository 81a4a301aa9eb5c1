; SPDX-License-Identifier: GPL-2.0-only
; A guard answers for later stores to the same bytes, counted from the same
; value, on all ways on which nothing may have taken the rights away.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%sfi_self = type { [8192 x ptr], ptr, ptr }
@__sfi_self = extern_weak hidden global %sfi_self

; CHECK-LABEL: define void @again(
; CHECK: call void @sfi_w_thing_stop(
; CHECK-NEXT: store i32 2
; CHECK-NEXT: ret void
define void @again(ptr %p) {
  store i32 1, ptr %p
  call void @sfi_w_thing_stop(ptr @__sfi_self, ptr %p)
  store i32 2, ptr %p
  ret void
}

; The call may take rights away: a guard again.
; CHECK-LABEL: define void @revoked(
; CHECK: call void @sfi_w_thing_free(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define void @revoked(ptr %p) {
  store i32 1, ptr %p
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  store i32 2, ptr %p
  ret void
}

; An own function that calls nothing of that kind keeps rights, one that does
; does not, however deep.
; CHECK-LABEL: define void @own_keeps(
; CHECK: call void @quiet(
; CHECK-NOT: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define void @own_keeps(ptr %p) {
  store i32 1, ptr %p
  call void @quiet(ptr %p)
  store i32 2, ptr %p
  ret void
}

; CHECK-LABEL: define void @own_revokes(
; CHECK: call void @loud(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define void @own_revokes(ptr %p) {
  store i32 1, ptr %p
  call void @loud(ptr %p)
  store i32 2, ptr %p
  ret void
}

; Another unit's function may do anything; so may an indirect call.
; CHECK-LABEL: define void @indirect(
; CHECK: call void %{{[0-9]+}}(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define void @indirect(ptr %p, ptr %f) {
  store i32 1, ptr %p
  call void %f() [ "kcfi"(i32 1) ]
  store i32 2, ptr %p
  ret void
}

; Guarded on one way only.
; CHECK-LABEL: define void @one_way(
; CHECK: store i32 1
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define void @one_way(ptr %p, i1 %c) {
  br i1 %c, label %yes, label %end
yes:
  store i32 1, ptr %p
  br label %end
end:
  store i32 2, ptr %p
  ret void
}

; On both.
; CHECK-LABEL: define void @both_ways(
; CHECK: {{^}}end:
; CHECK-NEXT: store i32 3
define void @both_ways(ptr %p, i1 %c) {
  br i1 %c, label %yes, label %no
yes:
  store i32 1, ptr %p
  br label %end
no:
  store i32 2, ptr %p
  br label %end
end:
  store i32 3, ptr %p
  ret void
}

; Before the loop; nothing in the loop revokes.
; CHECK-LABEL: define void @loop(
; CHECK: {{^}}loop:
; CHECK-NEXT: phi
; CHECK-NEXT: store
define void @loop(ptr %p) {
  store i32 1, ptr %p
  br label %loop
loop:
  %n = phi i32 [ 0, %0 ], [ %m, %loop ]
  store i32 %n, ptr %p
  %m = add i32 %n, 1
  %c = icmp eq i32 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; The end of the loop's body revokes: what was before the loop does not hold.
; CHECK-LABEL: define void @loop_revokes(
; CHECK: {{^}}loop:
; CHECK: icmp ugt i64 %{{.*}}, 8191
; CHECK: load i8, ptr
; CHECK: store i32 %n
define void @loop_revokes(ptr %p) {
  store i32 1, ptr %p
  br label %loop
loop:
  %n = phi i32 [ 0, %0 ], [ %m, %loop ]
  store i32 %n, ptr %p
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  %m = add i32 %n, 1
  %c = icmp eq i32 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; The value is another in each turn: the guard is in the loop.
; CHECK-LABEL: define void @loop_moves(
; CHECK: {{^}}loop:
; CHECK: icmp ugt i64 %{{.*}}, 8191
; CHECK: load i8, ptr
; CHECK: store i32 1, ptr %q
define void @loop_moves(ptr %p) {
  br label %loop
loop:
  %q = phi ptr [ %p, %0 ], [ %r, %loop ]
  store i32 1, ptr %q
  %r = getelementptr i8, ptr %q, i64 16
  %c = icmp eq ptr %r, null
  br i1 %c, label %end, label %loop
end:
  ret void
}

; More bytes than were guarded.
; CHECK-LABEL: define void @wider(
; CHECK: store i32 1
; CHECK: getelementptr i8, ptr %sfi.slots{{.*}}, i64 0
; CHECK-NEXT: load i8
; CHECK: store i64 2
define void @wider(ptr %p) {
  store i32 1, ptr %p
  call void @sfi_w_thing_stop(ptr @__sfi_self, ptr %p)
  store i64 2, ptr %p
  ret void
}

define void @quiet(ptr %p) noinline {
  call void @sfi_w_thing_stop(ptr @__sfi_self, ptr %p)
  ret void
}
define void @loud(ptr %p) noinline {
  call void @quiet(ptr %p)
  call void @deeper(ptr %p)
  ret void
}
define void @deeper(ptr %p) noinline {
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  ret void
}
declare void @sfi_w_thing_stop(ptr, ptr)
declare void @sfi_w_thing_free(ptr, ptr)
