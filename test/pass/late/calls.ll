; SPDX-License-Identifier: GPL-2.0-only
; What is called indirectly is the result of a check: if the place knows another function than the one that would be
; called, the runtime's, which gets the value and the place, with the call's type. Direct calls are not checked,
; unless they lead to a gate or a kernel function.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s
; RUN: %opt -passes=sfi-late -S %s | %FileCheck --check-prefix=LATER %s

; CHECK: @sfi.nobody = internal constant { ptr, ptr, i32, i32, ptr } { ptr @sfi.nobody, ptr @sfi.nobody, i32 0, i32 0, ptr null }
; CHECK: [[SITE0:@sfi.site]] = internal global { ptr, i32 } { ptr @sfi.nobody, i32 0 }
; CHECK: [[SITE6:@sfi.site.*]] = internal global { ptr, i32 } { ptr @sfi.nobody, i32 6 }
; CHECK: [[SITE8:@sfi.site.*]] = internal global { ptr, i32 } { ptr @sfi.nobody, i32 8 }
; CHECK: [[SITE5:@sfi.site.*]] = internal global { ptr, i32 } { ptr @sfi.nobody, i32 5 }
; CHECK: [[SITE:@sfi.site.*]] = internal global { ptr, i32 } { ptr @sfi.nobody, i32 -559038737 }, section ".data..read_mostly", align 8
; CHECK: @sfi.funcs = internal constant
; CHECK-SAME: { ptr @target, ptr null, i32 0, i32 0,
; CHECK-SAME: { ptr @fn.sfi_gate.KIND, ptr @fn, i32 7, i32 1,
; CHECK-SAME: { ptr @sfi_p_thing_default_open, ptr @thing_default_open.sfi_call, i32 8, i32 2,
; CHECK-SAME: { ptr @sfi_p_thing_default_close, ptr null, i32 8, i32 2,
; CHECK-SAME: { ptr @thing_default_open.sfi_call, ptr null, i32 0, i32 0,

; CHECK-LABEL: define void @indirect(
; CHECK: %f = load ptr, ptr %p
; CHECK-NEXT: [[KNOWN:%.*]] = load atomic ptr, ptr [[SITE]] unordered, align 8
; CHECK-NEXT: [[AT:%.*]] = getelementptr i8, ptr [[KNOWN]], i64 0
; CHECK-NEXT: [[ADDR:%.*]] = load ptr, ptr [[AT]], align 8
; CHECK-NEXT: [[OTHER:%.*]] = icmp ne ptr [[ADDR]], %f
; CHECK-NEXT: [[AT:%.*]] = getelementptr i8, ptr [[KNOWN]], i64 8
; CHECK-NEXT: [[INSTEAD:%.*]] = load ptr, ptr [[AT]], align 8
; CHECK-NEXT: br i1 [[OTHER]], label %[[SLOW:.*]], label %[[GO:.*]], !prof
; CHECK: [[ASKED:%.*]] = call preserve_mostcc ptr @sfi_icall(ptr @__sfi_self, ptr %f, ptr [[SITE]])
; CHECK: [[F:%.*]] = phi ptr [ [[INSTEAD]], %{{.*}} ], [ [[ASKED]], %[[SLOW]] ]
; CHECK-NEXT: notail call void [[F]](i32 1)
; CHECK-NEXT: ret void
define void @indirect(ptr %p) {
  %f = load ptr, ptr %p
  tail call void %f(i32 1) [ "kcfi"(i32 -559038737) ]
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
; CHECK: call preserve_mostcc ptr @sfi_icall(ptr @__sfi_self, ptr %p, ptr [[SITE5]])
; CHECK: [[F:%.*]] = phi ptr
; CHECK-NEXT: musttail call void [[F]](ptr %p)
define void @takes_the_place(ptr %p) {
  musttail call void %p(ptr %p) [ "kcfi"(i32 5) ]
  ret void
}

@alias = alias void (), ptr @target
define void @target() {
  ret void
}

; The optimizer has made these direct: with the type that it knew, or of which
; nothing is left but the callee's.
; CHECK-LABEL: define void @made_direct(
; CHECK: call preserve_mostcc ptr @sfi_icall(ptr @__sfi_self, ptr @fn.sfi_gate.KIND, ptr [[SITE6]])
; CHECK: [[F:%.*]] = phi ptr
; CHECK-NEXT: call i32 [[F]](ptr %p)
; CHECK: call preserve_mostcc ptr @sfi_icall(ptr @__sfi_self, ptr @sfi_p_thing_default_open, ptr [[SITE8]])
; CHECK: [[G:%.*]] = phi ptr
; CHECK-NEXT: call i32 [[G]](ptr %p)
define void @made_direct(ptr %p) {
  call i32 @fn.sfi_gate.KIND(ptr %p) [ "kcfi"(i32 6) ]
  call i32 @sfi_p_thing_default_open(ptr %p)
  ret void
}

; No type at all: there is no such function.
; CHECK-LABEL: define void @other_arguments(
; CHECK: call preserve_mostcc ptr @sfi_icall(ptr @__sfi_self, ptr @sfi_p_thing_default_open, ptr [[SITE0]])
; CHECK-NOT: sfi_icall
; CHECK: ret void
define void @other_arguments(ptr %p) {
  call i32 @sfi_p_thing_default_open(ptr %p, i64 1) [ "kcfi"(i32 8) ]
  call i32 @fn(ptr %p)
  ret void
}

define i32 @fn(ptr %p) !kcfi_type !1 {
  ret i32 0
}

; Gates are not changed; the address that the kernel gets stays what it was.
; CHECK-LABEL: define internal i32 @fn.sfi_gate.KIND(
; CHECK-NEXT: tail call i32 @sfi_e_KIND(ptr @sfi.entries, ptr %p)
define internal i32 @fn.sfi_gate.KIND(ptr %p) #0 !kcfi_type !1 {
  %r = tail call i32 @sfi_e_KIND(ptr @sfi.entry.fn, ptr %p)
  ret i32 %r
}
@sfi.entry.fn = internal constant { ptr, ptr, ptr, ptr, ptr } { ptr @fn, ptr @fn.sfi_gate.KIND, ptr null, ptr null, ptr null } #1
declare i32 @sfi_e_KIND(ptr, ptr)

; CHECK-LABEL: define void @addresses(
; CHECK: store ptr @fn.sfi_gate.KIND
; CHECK: store ptr @sfi_p_thing_default_open
define void @addresses(ptr %p) {
  store ptr @fn.sfi_gate.KIND, ptr %p
  store ptr @sfi_p_thing_default_open, ptr %p
  store ptr @sfi_p_thing_default_close, ptr %p
  ret void
}

; What the unit does not define is called with a frame to return to.
; CHECK-LABEL: define void @last(
; CHECK: notail call void @sfi_w_thing_free(
; CHECK: tail call void @target()
define void @last(ptr %p) {
  tail call void @sfi_w_thing_free(ptr null, ptr %p)
  tail call void @target()
  ret void
}
declare void @sfi_w_thing_free(ptr, ptr)

; CHECK-LABEL: define internal i32 @thing_default_open.sfi_call(
; CHECK-SAME: ptr %0) [[ATTRS:#[0-9]+]] {
; CHECK-NEXT: [[R:%.*]] = tail call noundef i32 @sfi_w_thing_default_open(ptr @__sfi_self, ptr noundef %0)
; CHECK-NEXT: ret i32 [[R]]
; CHECK: attributes [[ATTRS]] = {{.*}}"target-features"="-sse"
declare !kcfi_type !2 noundef i32 @sfi_p_thing_default_open(ptr noundef) #2
declare !kcfi_type !2 i32 @sfi_p_thing_default_close(ptr)

attributes #0 = { "sfi-gate" }
attributes #1 = { "sfi-entry" }
attributes #2 = { "target-features"="-sse" }
!1 = !{i32 7}
!2 = !{i32 8}

; The driver has a right to its own variable, and to no place's.
; LATER: @sfi.globals = internal constant [1 x { ptr, i64, ptr }] [{ ptr, i64, ptr } { ptr @writable, i64 8, ptr @sfi.str{{[.0-9]*}} }]
@writable = global i64 0, section ".data..read_mostly"
