; SPDX-License-Identifier: GPL-2.0-only
; Inline assembly that writes no memory gets no guard.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s --implicit-check-not="call {{.*}}@sfi_guard"

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

@thing_jiffies = external global i64

; CHECK-LABEL: define i64 @reads(
define i64 @reads(ptr %p, i64 %nr) {
  call void asm sideeffect "", "~{memory}"()
  call void asm sideeffect "lock; addl $$0,-4(%rsp)", "~{memory}"()
  call void asm sideeffect "rep; nop", ""()
  %a = call i32 asm sideeffect "movl $1,$0", "=r,*m"(ptr elementtype(i32) %p)
  %b = call i8 asm sideeffect " btq  $2,$1\0A\09/* output condition code c*/\0A", "={@ccc},*m,Ir"(ptr elementtype(i64) %p, i64 %nr)
  %c = call i64 asm "# __raw_save_flags\0A\09pushf ; pop $0", "=rm"()
  %d = call { i64, i64 } asm sideeffect "rdtsc", "={ax},={dx}"()
  call void asm sideeffect "movl $$5, %r10d; xorb %cl, %cl", "~{r10},~{rcx}"()
  %e = call i64 asm sideeffect "movq $1, $0; incq $0", "=&r,r"(i64 %nr)
  call void asm sideeffect "1:\09.byte 0x0f, 0x0b\0A.pushsection __bug_table,\22aw\22\0A2:\09.long 1b - .\0A\09.word ${0:c}\0A\09.org 2b+12\0A.popsection\0A", "i"(i32 7)
  ret i64 %c
}

; A jump label: its table is the kernel's.
; CHECK-LABEL: define i32 @jump_label(
define i32 @jump_label() {
  callbr void asm sideeffect "1:jmp ${1:l} # objtool NOPs this \0A\09.pushsection __jump_table,  \22aw\22 \0A\09 .balign 8 \0A\09.long 1b - . \0A\09.long ${1:l} - . \0A\09 .quad ${0:c} - .\0A\09.popsection \0A\09", "i,!i"(ptr @thing_jiffies)
    to label %off [label %on]
off:
  ret i32 0
on:
  ret i32 1
}

; User memory is checked by the function that the template calls.
; CHECK-LABEL: define i32 @user(
define i32 @user(ptr %u) {
  %r = call { i32, i64, i64 } asm sideeffect "call __get_user_${4:P}", "={ax},={dx},={rsp},0,i,{rsp}"(ptr %u, i64 8, i64 0)
  %e = extractvalue { i32, i64, i64 } %r, 0
  %s = extractvalue { i32, i64, i64 } %r, 2
  call void @llvm.write_register.i64(metadata !0, i64 %s)
  ret i32 %e
}
declare void @llvm.write_register.i64(metadata, i64)
!0 = !{!"rsp"}
