; SPDX-License-Identifier: GPL-2.0-only
; Locals whose address leaves the function's own accesses get rights for its
; life, on slots of their own; others get none.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"
%sfi_self = type { [8192 x ptr], ptr, ptr }
@__sfi_self = extern_weak hidden global %sfi_self

; 13 bytes become two slots; the marks that would let another local share
; them go; the call is none that ends the function. On the way that gives the
; address away there are rights, on others not.
; CHECK-LABEL: define i32 @escapes(
; CHECK-NEXT: %a = alloca [16 x i8], align 8
; CHECK-NEXT: br i1
; CHECK: {{^}}yes:
; CHECK-NEXT: %[[P:.*]] = ptrtoint ptr %a to i64
; CHECK-NEXT: call preserve_mostcc void @sfi_local_grant(ptr @__sfi_self, i64 %[[P]], i64 16)
; CHECK-NEXT: call void @callee(ptr %a)
; CHECK-NEXT: ptrtoint
; CHECK-NEXT: call preserve_mostcc void @sfi_local_revoke(ptr @__sfi_self, i64 %{{.*}}, i64 16)
; CHECK-NEXT: ret i32 1
; CHECK: {{^}}no:
; CHECK-NEXT: ret i32 2
; CHECK: {{^}}never:
; CHECK-NOT: sfi_local_revoke
; CHECK: unreachable
define i32 @escapes(i1 %c, i1 %d) {
  %a = alloca [13 x i8], align 1
  call void @llvm.lifetime.start.p0(i64 13, ptr %a)
  br i1 %c, label %yes, label %other
yes:
  tail call void @callee(ptr %a)
  call void @llvm.lifetime.end.p0(i64 13, ptr %a)
  ret i32 1
other:
  br i1 %d, label %no, label %never
no:
  ret i32 2
never:
  unreachable
}

; From the first instruction on, on all ways.
; CHECK-LABEL: define void @always(
; CHECK-NEXT: %a = alloca i64
; CHECK-NEXT: ptrtoint
; CHECK-NEXT: call preserve_mostcc void @sfi_local_grant(
; CHECK: call preserve_mostcc void @sfi_local_revoke(
; CHECK-NEXT: ret void
; CHECK: call preserve_mostcc void @sfi_local_revoke(
; CHECK-NEXT: ret void
define void @always(i1 %c) {
  %a = alloca i64
  call void @callee(ptr %a)
  br i1 %c, label %yes, label %no
yes:
  ret void
no:
  ret void
}

; A loop with two entries is one as well: if the right were given in each turn it
; would be there again after a call has taken it away.
; CHECK-LABEL: define void @two_entries(
; CHECK-NEXT: %a = alloca i64
; CHECK-NEXT: ptrtoint
; CHECK-NEXT: call preserve_mostcc void @sfi_local_grant(
; CHECK-NEXT: br i1 %c
; CHECK-NOT: sfi_local_grant
; CHECK: ret void
define void @two_entries(i1 %c, i1 %d) {
  %a = alloca i64
  br i1 %c, label %left, label %right
left:
  br i1 %d, label %right, label %out
right:
  store i64 1, ptr %a
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %a)
  br label %left
out:
  ret void
}

; The same without a way back: as late as may be.
; CHECK-LABEL: define void @no_way_back(
; CHECK-NOT: sfi_local_grant
; CHECK: right:
; CHECK-NEXT: ptrtoint
; CHECK-NEXT: store i8 1, ptr %sfi.granted
; CHECK-NEXT: call preserve_mostcc void @sfi_local_grant(
define void @no_way_back(i1 %c, i1 %d) {
  %a = alloca i64
  br i1 %c, label %left, label %right
left:
  br i1 %d, label %right, label %out
right:
  store i64 1, ptr %a
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %a)
  br label %out
out:
  ret void
}

; One return for both: a flag tells. The first store is the function's own; the
; last may come after the call, so rights must be there: it is not given any
; earlier than it may be needed, and not in the loop.
; CHECK-LABEL: define void @flag(
; CHECK-NEXT: %sfi.granted = alloca i8
; CHECK-NEXT: store i8 0, ptr %sfi.granted
; CHECK-NEXT: %a = alloca i64
; CHECK-NEXT: store i64 1, ptr %a
; CHECK-NEXT: br i1
; CHECK: {{^}}before:
; CHECK: store i8 1, ptr %sfi.granted
; CHECK-NEXT: call preserve_mostcc void @sfi_local_grant(
; CHECK: {{^}}loop:
; CHECK-NOT: sfi_local_grant
; CHECK: {{^}}end:
; CHECK-NEXT: %[[F:.*]] = load i8, ptr %sfi.granted
; CHECK-NEXT: %[[C:.*]] = icmp ne i8 %[[F]], 0
; CHECK-NEXT: br i1 %[[C]], label %[[R:.*]], label %[[D:.*]], !prof
; CHECK: [[R]]:
; CHECK: call preserve_mostcc void @sfi_local_revoke(
; CHECK: [[D]]:
; CHECK-NEXT: ret void
define void @flag(i1 %c) {
  %a = alloca i64
  store i64 1, ptr %a
  br i1 %c, label %before, label %end
before:
  br label %loop
loop:
  store i64 2, ptr %a
  call void @callee(ptr %a)
  %v = load volatile i64, ptr %a
  %d = icmp eq i64 %v, 0
  br i1 %d, label %loop, label %end
end:
  ret void
}

; Accesses before rights may have been taken away need no guard; after, they do.
; CHECK-LABEL: define void @known(
; CHECK: store i64 1
; CHECK: call void @sfi_w_thing_stop(
; CHECK-NEXT: store i64 2
; CHECK: call void @sfi_w_thing_free(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i64 3
define void @known() {
  %a = alloca i64
  store i64 1, ptr %a
  call void @sfi_w_thing_stop(ptr @__sfi_self, ptr %a)
  store i64 2, ptr %a
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %a)
  store i64 3, ptr %a
  ret void
}

; Read by a function that keeps no copy of the address: no rights.
; CHECK-LABEL: define i64 @only_read(
; CHECK-NOT: sfi_local_grant
; CHECK: ret i64
define i64 @only_read() {
  %a = alloca i64
  store volatile i64 1, ptr %a
  %v = call i64 @reader(ptr %a)
  ret i64 %v
}

; CHECK-LABEL: define void @stored_away(
; CHECK: sfi_local_grant
define void @stored_away(ptr %p) {
  %a = alloca i64
  store ptr %a, ptr %p
  ret void
}

; Two slots of the caller's argument area.
; CHECK-LABEL: define void @by_value(
; CHECK: call preserve_mostcc void @sfi_local_grant(ptr @__sfi_self, i64 %{{.*}}, i64 16)
; CHECK: call void @callee(
; CHECK: call preserve_mostcc void @sfi_local_revoke(
; CHECK-NEXT: ret void
define void @by_value(ptr byval([9 x i8]) %b) {
  call void @callee(ptr %b)
  ret void
}

; Rights end before a call that takes the function's place.
; CHECK-LABEL: define void @must_tail(
; CHECK: call preserve_mostcc void @sfi_local_revoke(
; CHECK-NEXT: musttail call void @callee(ptr %p)
; CHECK-NEXT: ret void
define void @must_tail(ptr %p) {
  %a = alloca i64
  call void @callee(ptr %a)
  musttail call void @callee(ptr %p)
  ret void
}

; Dynamic size: whole slots; one revocation of all that lies below. The stack
; pointer moves only if there is stack to move it to.
; CHECK-LABEL: define void @dynamic(
; CHECK-NEXT: %sfi.top = call ptr @llvm.stacksave.p0()
; CHECK-NEXT: %[[B:.*]] = mul i64 %n, 4
; CHECK-NEXT: %[[R:.*]] = add i64 %[[B]], 7
; CHECK-NEXT: %[[S:.*]] = and i64 %[[R]], -8
; CHECK-NEXT: call preserve_mostcc void @sfi_stack(ptr @__sfi_self)
; CHECK-NEXT: %[[T:.*]] = icmp ugt i64 %[[S]], 1024
; CHECK-NEXT: br i1 %[[T]], label %[[BIG:[0-9]+]], label %[[GO:[0-9]+]], !prof
; CHECK: {{^}}[[BIG]]:
; CHECK-NEXT: call void @llvm.trap()
; CHECK-NEXT: unreachable
; CHECK: {{^}}[[GO]]:
; CHECK-NEXT: %a = alloca i8, i64 %[[S]], align 8
; CHECK: call preserve_mostcc void @sfi_local_grant(ptr @__sfi_self, i64 %{{.*}}, i64 %[[S]])
; CHECK: call void @callee(
; CHECK: %[[SP:.*]] = call ptr @llvm.stacksave.p0()
; CHECK: call preserve_mostcc void @sfi_local_revoke(
; CHECK: ret void
define void @dynamic(i64 %n) {
  %a = alloca i32, i64 %n
  call void @callee(ptr %a)
  ret void
}

; Also where nobody else gets the address.
; CHECK-LABEL: define i64 @dynamic_alone(
; CHECK: call preserve_mostcc void @sfi_stack(
; CHECK: alloca
define i64 @dynamic_alone(i64 %n) {
  %a = alloca i64, i64 %n
  %v = load i64, ptr %a
  ret i64 %v
}

; A local of fixed size stays one when the entry block is split before it.
; CHECK-LABEL: define void @dynamic_first(
; CHECK-NEXT: %b = alloca i64
; CHECK: call preserve_mostcc void @sfi_stack(
; CHECK: %a = alloca
; CHECK: ret void
define void @dynamic_first(i64 %n) {
  %a = alloca i64, i64 %n
  %b = alloca i64
  call void @callee(ptr %a)
  call void @callee(ptr %b)
  ret void
}

; A scope's local is dead behind stackrestore: its store is not in bounds of
; anything, whatever its size says.
; CHECK-LABEL: define void @dynamic_scope(
; CHECK: call void @llvm.stackrestore
; CHECK: @__sfi_self
; CHECK: store volatile i64 1, ptr %a
define void @dynamic_scope(i1 %c) {
  br i1 %c, label %scope, label %done
scope:
  %s = call ptr @llvm.stacksave.p0()
  %a = alloca i64
  call void @llvm.stackrestore.p0(ptr %s)
  store volatile i64 1, ptr %a
  br label %done
done:
  ret void
}

define void @callee(ptr %p) noinline {
  store volatile i8 1, ptr %p
  ret void
}
define i64 @reader(ptr nocapture readonly %p) noinline {
  %v = load i64, ptr %p
  ret i64 %v
}
declare ptr @llvm.stacksave.p0()
declare void @llvm.stackrestore.p0(ptr)
declare void @llvm.lifetime.start.p0(i64, ptr)
declare void @llvm.lifetime.end.p0(i64, ptr)
declare void @sfi_w_thing_stop(ptr, ptr)
declare void @sfi_w_thing_free(ptr, ptr)
