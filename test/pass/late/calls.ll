; SPDX-License-Identifier: GPL-2.0-only
; An indirect call is preceded by a check of the value that is called and of the
; call's type. Direct calls are not checked.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

; CHECK-LABEL: define void @indirect(
; CHECK: %f = load ptr, ptr %p
; CHECK-NEXT: call preserve_mostcc void @sfi_icall(ptr @__sfi_self, ptr %f, i32 -559038737)
; CHECK-NEXT: call void %f(i32 1)
; CHECK-NEXT: ret void
define void @indirect(ptr %p) {
  %f = load ptr, ptr %p
  call void %f(i32 1) [ "kcfi"(i32 -559038737) ]
  ret void
}

; CHECK-LABEL: define void @direct(
; CHECK-NOT: sfi_icall
; CHECK: ret void
define void @direct() {
  call void @alias()
  ret void
}

; CHECK-LABEL: define void @takes_the_place(
; CHECK: call preserve_mostcc void @sfi_icall(ptr @__sfi_self, ptr %p, i32 5)
; CHECK-NEXT: musttail call void %p(ptr %p)
define void @takes_the_place(ptr %p) {
  musttail call void %p(ptr %p) [ "kcfi"(i32 5) ]
  ret void
}

@alias = alias void (), ptr @target
define void @target() {
  ret void
}
