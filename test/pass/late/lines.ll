; SPDX-License-Identifier: GPL-2.0-only
; The table of source locations: an entry where the line changes before what may
; raise an exception, and one in each slow path; guards have none of their own.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

; CHECK: module asm ".pushsection .sfi_lines,\22a\22,@progbits"
; CHECK: module asm "sfi.lines:"
; CHECK: @[[FILE:sfi.file]] = private unnamed_addr constant [4 x i8] c"x.c\00"
; CHECK: @sfi.lines_end = internal constant [0 x i8] zeroinitializer, section ".sfi_lines", align 8

; CHECK-LABEL: define i64 @f(
; CHECK-NEXT: call void asm sideeffect "970:\0A\09.pushsection .sfi_lines,\22a\22,@progbits\0A\09.quad 970b, ${0:c}\0A\09.long 7, 3\0A\09.popsection", "i"(ptr @[[FILE]])
; CHECK-NEXT: %a = load i64, ptr %p
; CHECK-NEXT: %b = load i64, ptr %q
; CHECK-NEXT: call void asm sideeffect {{.*}}.long 8, 1
; CHECK-NEXT: %c = load i64, ptr %r
; CHECK-NEXT: ptrtoint ptr %p to i64{{$}}
; CHECK: store i64 %c, ptr %p
; CHECK-NEXT: ret i64
; CHECK: call void asm sideeffect {{.*}}.long 9, 5
; CHECK-NEXT: call preserve_mostcc void @sfi_guard(
define i64 @f(ptr %p, ptr %q, ptr %r) !dbg !4 {
  %a = load i64, ptr %p, !dbg !6
  %b = load i64, ptr %q, !dbg !7
  %c = load i64, ptr %r, !dbg !8
  store i64 %c, ptr %p, !dbg !9
  ret i64 %b
}

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C99, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "drivers/x.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !DISubroutineType(types: !5)
!4 = distinct !DISubprogram(name: "f", file: !1, line: 5, type: !3, unit: !0, spFlags: DISPFlagDefinition)
!5 = !{}
!6 = !DILocation(line: 7, column: 3, scope: !4)
!7 = !DILocation(line: 7, column: 9, scope: !4)
!8 = !DILocation(line: 8, column: 1, scope: !4)
!9 = !DILocation(line: 9, column: 5, scope: !4)
