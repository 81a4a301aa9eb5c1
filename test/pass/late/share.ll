; SPDX-License-Identifier: GPL-2.0-only
; Guards of one object share a lookup: the first of them, or the way into a loop,
; finds the byte of the first slot; each guard looks at the rights for itself. A
; lookup that fails leads to bytes without any right.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%sfi_self = type { [8192 x ptr], ptr, ptr }
@__sfi_self = extern_weak hidden global %sfi_self

; CHECK: @sfi.nowhere = internal constant [512 x i8] zeroinitializer

; The call may take the right away, so there are two guards; both are of slots
; that lie within 17 of one leaf.
; CHECK-LABEL: define void @two(
; CHECK-NEXT: ptrtoint ptr %p to i64
; CHECK-COUNT-1: getelementptr i8, ptr @__sfi_self
; CHECK: %[[X:.*]] = call i64 @llvm.fshr.i64(i64 %[[T:.*]], i64 %[[T]], i64 3)
; CHECK-NEXT: icmp ugt i64 %[[X]], 4079
; CHECK: [[FOUND:sfi.found[0-9]*]]:
; CHECK-NEXT: %[[S:sfi.slots[0-9]*]] = phi ptr [ %{{.*}}, %{{.*}} ], [ @sfi.nowhere, %[[COLD:.*]] ]
; CHECK-NEXT: %[[A:.*]] = getelementptr i8, ptr %[[S]], i64 0
; CHECK-NEXT: %[[R:.*]] = load i8, ptr %[[A]], align 1
; CHECK-NEXT: xor i8 %[[R]], -1
; CHECK-NEXT: and i8 %{{.*}}, 1
; CHECK-NEXT: icmp ne i8 %{{.*}}, 0
; CHECK-NEXT: br i1 %{{.*}}, label %[[SLOW:.*]], label
; CHECK: store i64 1, ptr %p
; CHECK-NEXT: call void @sfi_w_thing_free(
; CHECK-NOT: ptr @__sfi_self, i64
; CHECK: %[[B:.*]] = getelementptr i8, ptr %[[S]], i64 16
; CHECK-NEXT: %[[R2:.*]] = load i8, ptr %[[B]], align 1
; CHECK: store i64 2
; CHECK: [[COLD]]:
; CHECK-NEXT: br label %[[FOUND]]
; CHECK: [[SLOW]]:
; CHECK: call preserve_mostcc void @sfi_guard(ptr @__sfi_self, i64 %{{.*}}, i64 8)
define void @two(ptr %p) {
  store i64 1, ptr %p
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  %f = getelementptr i8, ptr %p, i64 128
  store i64 2, ptr %f
  ret void
}

; On a way on which the first may not have been: a lookup each.
; CHECK-LABEL: define void @one_way(
; CHECK-NOT: @sfi.nowhere
; CHECK: store i64 1
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK-NOT: @sfi.nowhere
; CHECK: store i64 2
; CHECK: ret void
define void @one_way(ptr %p, i1 %c) {
  br i1 %c, label %yes, label %end
yes:
  store i64 1, ptr %p
  br label %end
end:
  %f = getelementptr i8, ptr %p, i64 128
  store i64 2, ptr %f
  ret void
}

; Another value, even if it is loaded from the same place: a lookup each.
; CHECK-LABEL: define void @other_base(
; CHECK-NOT: @sfi.nowhere
; CHECK: ret void
define void @other_base(ptr %pp) {
  %p = load ptr, ptr %pp
  store i64 1, ptr %p
  %q = load ptr, ptr %pp
  %f = getelementptr i8, ptr %q, i64 128
  store i64 2, ptr %f
  ret void
}

; Too far apart for the bytes without rights.
; CHECK-LABEL: define void @far(
; CHECK-NOT: @sfi.nowhere
; CHECK: ret void
define void @far(ptr %p) {
  store i64 1, ptr %p
  %f = getelementptr i8, ptr %p, i64 4096
  store i64 2, ptr %f
  ret void
}

; Bytes of a buffer: where slots begin is not known.
; CHECK-LABEL: define void @bytes(
; CHECK-NOT: @sfi.nowhere
; CHECK: ret void
define void @bytes(ptr %p) {
  store i8 1, ptr %p
  %f = getelementptr i8, ptr %p, i64 128
  store i8 2, ptr %f
  ret void
}

; A lone word that may be anywhere in a slot: nothing is thought of where slots
; begin.
; CHECK-LABEL: define void @lone_word(
; CHECK-NOT: @sfi.nowhere
; CHECK: ret void
define void @lone_word(ptr %p) {
  store i32 1, ptr %p
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  store i32 2, ptr %p
  ret void
}

; The lookup is before the loop, the look at the rights is in it: the loop may
; take them away.
; CHECK-LABEL: define void @loop(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: %[[S:sfi.slots[0-9]*]] = phi ptr
; CHECK: {{^}}loop:
; CHECK-NOT: ptr @__sfi_self, i64
; CHECK: load i8, ptr
; CHECK: store i64 %n, ptr %p
; CHECK-NEXT: call void @sfi_w_thing_free(
define void @loop(ptr %p) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  store i64 %n, ptr %p
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; In the loop: the value is another in each turn, or not every turn needs it.
; CHECK-LABEL: define void @loop_moves(
; CHECK: {{^}}loop:
; CHECK: icmp ugt i64 %{{.*}}, 4095
; CHECK: load i8, ptr
; CHECK: store i64 1, ptr %q
define void @loop_moves(ptr %p) {
  br label %loop
loop:
  %q = phi ptr [ %p, %0 ], [ %r, %loop ]
  store i64 1, ptr %q
  %r = getelementptr i8, ptr %q, i64 16
  %c = icmp eq ptr %r, null
  br i1 %c, label %end, label %loop
end:
  ret void
}

; CHECK-LABEL: define void @loop_rarely(
; CHECK: {{^}}rarely:
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i64 %n, ptr %p
define void @loop_rarely(ptr %p, i1 %d) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %next ]
  br i1 %d, label %rarely, label %next
rarely:
  store i64 %n, ptr %p
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  br label %next
next:
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; The value is made by what leads to the loop: it cannot be looked up before. The loop keeps its chunk.
; CHECK-LABEL: define void @loop_at_once(
; CHECK: {{^}}loop:
; CHECK: ptrtoint ptr %p to i64
; CHECK: br i1 %{{.*}}, label %sfi.miss
; CHECK: store i64 1, ptr %p
define void @loop_at_once(i1 %c) {
  %p = callbr ptr asm "", "=r,!i"() to label %loop [label %end]
loop:
  store i64 1, ptr %p
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  br i1 %c, label %loop, label %end
end:
  ret void
}

declare void @sfi_w_thing_free(ptr, ptr)
