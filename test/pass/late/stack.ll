; SPDX-License-Identifier: GPL-2.0-only
; The stack's depth is checked where a function can be entered again before it
; has returned.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

; CHECK-LABEL: define internal i32 @self(
; CHECK-NEXT: call preserve_mostcc void @sfi_stack(ptr @__sfi_self)
define internal i32 @self(i32 %n) noinline {
  %r = call i32 @self(i32 %n)
  ret i32 %r
}

; CHECK-LABEL: define internal void @ping(
; CHECK-NEXT: call preserve_mostcc void @sfi_stack(
define internal void @ping() noinline {
  call void @pong()
  ret void
}
; CHECK-LABEL: define internal void @pong(
; CHECK-NEXT: call preserve_mostcc void @sfi_stack(
define internal void @pong() noinline {
  call void @ping()
  ret void
}

; Not static, and calls what may call anything: it may come back.
; CHECK-LABEL: define void @public(
; CHECK-NEXT: call preserve_mostcc void @sfi_stack(
define void @public(ptr %p) {
  call void %p() [ "kcfi"(i32 1) ]
  ret void
}

; The same, but nobody can call it from there.
; CHECK-LABEL: define internal void @private(
; CHECK-NOT: @sfi_stack(
; CHECK: ret void
define internal void @private(ptr %p) noinline {
  call void %p() [ "kcfi"(i32 1) ]
  ret void
}

; Starts all that, and is no part of it. Wrappers lead into the kernel: gates
; are the place to check there.
; CHECK-LABEL: define void @start(
; CHECK-NOT: @sfi_stack(
; CHECK: ret void
define void @start(ptr %p) {
  %r = call i32 @self(i32 3)
  call void @ping()
  call void @sfi_w_thing_free(ptr null, ptr %p)
  ret void
}

; Keeps the static function in use.
; CHECK-LABEL: define internal void @root(
; CHECK-NOT: @sfi_stack(
; CHECK: ret void
define internal void @root(ptr %p) {
  call void @private(ptr %p)
  ret void
}
declare void @sfi_w_thing_free(ptr, ptr)
