; SPDX-License-Identifier: GPL-2.0-only
; In a function that this unit alone calls, guards of its callers answer for what its arguments lead to: if there is one
; before each of the calls, and nothing in between may have taken the right away.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%sfi_self = type { [8192 x ptr], ptr, ptr }
@__sfi_self = extern_weak hidden global %sfi_self

; Both callers have written it.
; CHECK-LABEL: define internal void @helper(
; CHECK-NEXT: store i32 2
define internal void @helper(ptr %p) {
  store i32 2, ptr %p
  ret void
}
define void @first(ptr %p) {
  store i32 1, ptr %p
  call void @helper(ptr %p)
  ret void
}
define void @second(ptr %p) {
  store i64 1, ptr %p
  call void @sfi_w_thing_stop(ptr @__sfi_self, ptr %p)
  call void @helper(ptr %p)
  ret void
}

; One of two has not.
; CHECK-LABEL: define internal void @half(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define internal void @half(ptr %p) {
  store i32 2, ptr %p
  ret void
}
define void @writes(ptr %p) {
  store i32 1, ptr %p
  call void @half(ptr %p)
  ret void
}
define void @does_not(ptr %p) {
  call void @half(ptr %p)
  ret void
}

; CHECK-LABEL: define internal void @other_half(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define internal void @other_half(ptr %p) {
  store i32 2, ptr %p
  ret void
}
define void @does_not_either(ptr %p) {
  call void @other_half(ptr %p)
  ret void
}
define void @writes_as_well(ptr %p) {
  store i32 1, ptr %p
  call void @other_half(ptr %p)
  ret void
}

; Written behind the call, or on one of two ways to it.
; CHECK-LABEL: define internal void @later(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define internal void @later(ptr %p) {
  store i32 2, ptr %p
  ret void
}
define void @writes_later(ptr %p) {
  call void @later(ptr %p)
  store i32 1, ptr %p
  ret void
}
; CHECK-LABEL: define internal void @one_way(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define internal void @one_way(ptr %p) {
  store i32 2, ptr %p
  ret void
}
define void @writes_one_way(ptr %p, i1 %c) {
  br i1 %c, label %write, label %call
write:
  store i32 1, ptr %p
  br label %call
call:
  call void @one_way(ptr %p)
  ret void
}

; The right may be gone by the call, and by the store.
; CHECK-LABEL: define internal void @gone(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define internal void @gone(ptr %p) {
  store i32 2, ptr %p
  ret void
}
define void @takes_away(ptr %p) {
  store i32 1, ptr %p
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  call void @gone(ptr %p)
  ret void
}
; CHECK-LABEL: define internal void @takes_away_itself(
; CHECK-NEXT: store i32 2
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 3
define internal void @takes_away_itself(ptr %p) {
  store i32 2, ptr %p
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  store i32 3, ptr %p
  ret void
}
define void @calls_it(ptr %p) {
  store i32 1, ptr %p
  call void @takes_away_itself(ptr %p)
  ret void
}

; Distances are counted from what is passed.
; CHECK-LABEL: define internal void @moved(
; CHECK-NEXT: store i32 2
; CHECK-NEXT: getelementptr
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 3
define internal void @moved(ptr %p) {
  store i32 2, ptr %p
  %next = getelementptr i8, ptr %p, i64 8
  store i32 3, ptr %next
  ret void
}
define void @moves(ptr %p) {
  %at = getelementptr i8, ptr %p, i64 8
  store i64 1, ptr %at
  call void @moved(ptr %at)
  ret void
}
; Another size, another argument.
; CHECK-LABEL: define internal void @wider(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i64 2
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 3
define internal void @wider(ptr %p, ptr %q) {
  store i64 2, ptr %p
  store i32 3, ptr %q
  ret void
}
define void @narrower(ptr %p, ptr %q) {
  store i32 1, ptr %p
  call void @wider(ptr %p, ptr %q)
  ret void
}

; Others call it: another unit, whoever has its address, or itself, further on.
; CHECK-LABEL: define void @everybodys(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define void @everybodys(ptr %p) {
  store i32 2, ptr %p
  ret void
}
define void @calls_everybodys(ptr %p) {
  store i32 1, ptr %p
  call void @everybodys(ptr %p)
  ret void
}
; CHECK-LABEL: define internal void @known(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define internal void @known(ptr %p) {
  store i32 2, ptr %p
  ret void
}
define ptr @calls_known(ptr %p) {
  store i32 1, ptr %p
  call void @known(ptr %p)
  ret ptr @known
}
; CHECK-LABEL: define internal void @again(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define internal void @again(ptr %p, i32 %n) {
  store i32 2, ptr %p
  %left = sub i32 %n, 1
  %next = getelementptr i8, ptr %p, i64 8
  %more = icmp ne i32 %left, 0
  br i1 %more, label %on, label %out
on:
  call void @again(ptr %next, i32 %left)
  br label %out
out:
  ret void
}
define void @calls_again(ptr %p, i32 %n) {
  store i32 1, ptr %p
  call void @again(ptr %p, i32 %n)
  ret void
}
; Two that nobody calls but each other are code nevertheless: one of them has a guard.
; CHECK-LABEL: define internal void @ping(
; CHECK-NOT: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define internal void @ping(ptr %p) {
  store i32 2, ptr %p
  call void @pong(ptr %p)
  ret void
}
; CHECK-LABEL: define internal void @pong(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 3
define internal void @pong(ptr %p) {
  store i32 3, ptr %p
  call void @ping(ptr %p)
  ret void
}

; What is passed by value is copied: the copy is not where the caller has written, and ends before that.
; CHECK-LABEL: define internal void @by_value(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i32 2
define internal void @by_value(ptr byval(i64) %p) {
  %behind = getelementptr i8, ptr %p, i64 8
  store i32 2, ptr %behind
  ret void
}
define void @passes_value(ptr %p) {
  %behind = getelementptr i8, ptr %p, i64 8
  store i32 1, ptr %behind
  call void @by_value(ptr byval(i64) %p)
  ret void
}

; A call that takes its caller's place: the caller's locals are gone.
; CHECK-LABEL: define internal void @replaces(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i64 %v
define internal void @replaces(ptr %p, i64 %v) {
  store i64 %v, ptr %p
  ret void
}
define void @is_replaced(ptr %q, i64 %v) {
  %x = alloca i64
  musttail call void @replaces(ptr %x, i64 %v)
  ret void
}
; Also by a pointer of which nobody knows that it leads there.
; CHECK-LABEL: define internal void @replaces_too(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: store i64 %v
define internal void @replaces_too(ptr %p, i64 %v) {
  store i64 %v, ptr %p
  ret void
}
define void @is_replaced_too(ptr %q, i64 %v) {
  %x = alloca i64
  store ptr %x, ptr %q
  %r = load ptr, ptr %q
  store i64 1, ptr %r
  musttail call void @replaces_too(ptr %r, i64 %v)
  ret void
}

; And on: what a caller has from its own callers.
; CHECK-LABEL: define internal void @inner(
; CHECK-NEXT: store i32 3
define internal void @inner(ptr %p) {
  store i32 3, ptr %p
  ret void
}
define internal void @middle(ptr %p) {
  call void @inner(ptr %p)
  ret void
}
define void @outer(ptr %p) {
  store i32 1, ptr %p
  call void @middle(ptr %p)
  ret void
}

declare void @sfi_w_thing_stop(ptr, ptr)
declare void @sfi_w_thing_free(ptr, ptr)
