; SPDX-License-Identifier: GPL-2.0-only
; Inline assembly that writes memory: the guard's size is the instruction's, its
; address the operand's, whether the statement calls it an output or not.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

; writel(): the register is listed as an input.
; CHECK-LABEL: define void @mmio(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: asm sideeffect "movl $0,$1"
; CHECK: @sfi_guard({{.*}}, i64 4)
define void @mmio(ptr %p, i32 %v) {
  call void asm sideeffect "movl $0,$1", "r,*m,~{memory}"(i32 %v, ptr elementtype(i32) %p)
  ret void
}

; The instruction writes one byte of what the constraint says is a long.
; CHECK-LABEL: define void @narrow(
; CHECK: @sfi_guard({{.*}}, i64 1)
define void @narrow(ptr %p) {
  call void asm sideeffect "lock; orb ${1:b},$0", "=*m,iq,*m"(ptr elementtype(i64) %p, i32 1, ptr elementtype(i64) %p)
  ret void
}

; The width is that of the register, whatever the constraint says: named, an
; output, one of several.
; CHECK-LABEL: define void @wide_named(
; CHECK: asm sideeffect "mov %rax, $0"
; CHECK: @sfi_guard({{.*}}, i64 8)
define void @wide_named(ptr %p, i64 %v) {
  call void asm sideeffect "mov %rax, $0", "=*m,{ax}"(ptr elementtype(i32) %p, i64 %v)
  ret void
}
; CHECK-LABEL: define i64 @wide_output(
; CHECK: asm sideeffect "xchg $0, $1"
; CHECK: @sfi_guard({{.*}}, i64 8)
define i64 @wide_output(ptr %p, i64 %v) {
  %r = call i64 asm sideeffect "xchg $0, $1", "=&r,=*m,0,*m"(ptr elementtype(i32) %p, i64 %v, ptr elementtype(i32) %p)
  ret i64 %r
}
; CHECK-LABEL: define i64 @wide_second(
; CHECK: asm sideeffect "xadd $1, $2"
; CHECK: @sfi_guard({{.*}}, i64 8)
define i64 @wide_second(ptr %p, i64 %v) {
  %s = call { i8, i64 } asm sideeffect "xadd $1, $2", "=&r,=&r,=*m,1,*m"(ptr elementtype(i16) %p, i64 %v, ptr elementtype(i16) %p)
  %r = extractvalue { i8, i64 } %s, 1
  ret i64 %r
}

; The bit may be in any word: its number is an operand.
; CHECK-LABEL: define void @bit_in_register(
; CHECK: %[[W:.*]] = ashr i64 %nr, 6
; CHECK: %[[O:.*]] = shl i64 %[[W]], 3
; CHECK: %[[P:.*]] = getelementptr i8, ptr %p, i64 %[[O]]
; CHECK: ptrtoint ptr %[[P]] to i64
; CHECK: asm sideeffect "lock; btsq $1,$0"
; CHECK: @sfi_guard({{.*}}, i64 8)
define void @bit_in_register(ptr %p, i64 %nr) {
  call void asm sideeffect "lock; btsq $1,$0", "*m,Ir,~{memory}"(ptr elementtype(i64) %p, i64 %nr)
  ret void
}

; A literal bit number is the processor's: modulo the operand's size.
; CHECK-LABEL: define void @bit_literal(
; CHECK-NOT: ashr
; CHECK: ptrtoint ptr %p to i64
; CHECK: asm sideeffect
define void @bit_literal(ptr %p) {
  call void asm sideeffect "btsq $$3,$0", "*m,~{memory}"(ptr elementtype(i64) %p)
  ret void
}

; rep stos: as many bytes as it will write; a count that overflows is as if all.
; CHECK-LABEL: define void @string(
; CHECK: %[[B:.*]] = mul i64 %n, 4
; CHECK: %[[C:.*]] = icmp ugt i64 %n, 4611686018427387903
; CHECK: %[[S:.*]] = select i1 %[[C]], i64 -1, i64 %[[B]]
; CHECK: call {{.*}}@sfi_guard({{.*}}, i64 %[[S]])
; CHECK: asm sideeffect "rep stosl"
define void @string(ptr %p, i64 %n) {
  call { i64, ptr } asm sideeffect "rep stosl", "={cx},={di},{ax},0,1,~{memory}"(i32 0, i64 %n, ptr %p)
  ret void
}

; Both codes of an alternative count; the kernel's own tables don't.
; CHECK-LABEL: define void @alternative(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: asm sideeffect
define void @alternative(ptr %p) {
  call void asm sideeffect "# ALT: oldinstr\0A661:\0A\09nop\0A662:\0A.skip -(((6651f-6641f)-(662b-661b)) > 0) * ((6651f-6641f)-(662b-661b)),0x90\0A.pushsection .altinstructions,\22a\22\0A .long 661b - .\0A.popsection\0A.pushsection .altinstr_replacement, \22ax\22\0A6641:\0A\09movl $$1, $0\0A6651:\0A.popsection\0A", "=*m"(ptr elementtype(i32) %p)
  ret void
}

; asm goto: the guard stands before the statement, on the way to both ends.
; CHECK-LABEL: define i32 @goto(
; CHECK: getelementptr i8, ptr @__sfi_self
; CHECK: callbr void asm sideeffect "lock; decl $0; js ${1:l}"
; CHECK-NEXT: to label %fall [label %jump]
; CHECK: {{^}}fall:
; CHECK-NEXT: ret i32 1
; CHECK: {{^}}jump:
; CHECK-NEXT: ret i32 2
define i32 @goto(ptr %p) {
  callbr void asm sideeffect "lock; decl $0; js ${1:l}", "*m,!i,~{memory}"(ptr elementtype(i32) %p)
    to label %fall [label %jump]
fall:
  ret i32 1
jump:
  ret i32 2
}

; Two operands written, two guards.
; CHECK-LABEL: define void @exchange(
; CHECK: @__sfi_self
; CHECK: asm sideeffect "xchgq
define void @exchange(ptr %p, i64 %v) {
  %r = call i64 asm sideeffect "xchgq $0, $1", "=r,=*m,0,*m"(ptr elementtype(i64) %p, i64 %v, ptr elementtype(i64) %p)
  ret void
}
