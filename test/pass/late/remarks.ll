; SPDX-License-Identifier: GPL-2.0-only
; What became of each write is a remark, at its line; so is what kept a guard.
; RUN: %opt -passes=sfi-late -pass-remarks=sfi -pass-remarks-missed=sfi -disable-output %s 2>&1 | %FileCheck %s
; RUN: %opt -passes=sfi-late -pass-remarks-output=%t.yaml -disable-output %s
; RUN: %FileCheck --check-prefix=YAML %s < %t.yaml
; Without being asked for there are none, and the code is the same.
; RUN: %opt -passes=sfi-late -S -o %t.1 %s 2>&1 | count-19 0
; RUN: %opt -passes=sfi-late -S -pass-remarks-output=%t.yaml -o %t.2 %s
; RUN: cmp %t.1 %t.2

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%sfi_self = type { [8192 x ptr], ptr, ptr }
@__sfi_self = extern_weak hidden global %sfi_self
@own = internal global i64 0
@known = global i64 0

; CHECK-DAG: x.c:1:1: write of 8 bytes is guarded: first use of a pointer that the caller gave
; CHECK-DAG: x.c:2:1: write of 8 bytes needs no guard of its own: the guard of a neighbour answers for it
; CHECK-DAG: x.c:3:1: write of 8 bytes is guarded: an earlier guard answered for it, but the call of 'sfi_w_thing_free' in between may take the right away
; CHECK-DAG: x.c:3:1: guard does not look its address up: 2 guards of this object share a lookup
; CHECK-DAG: x.c:4:1: write of 8 bytes needs no guard of its own: an earlier guard answers for it
; YAML-DAG: Name: {{ *}}Folded
; YAML-DAG: Name: {{ *}}Revoked
; YAML-DAG: Name: {{ *}}SharedLookup
; YAML-DAG: Name: {{ *}}Dominated
define void @f(ptr %p) !dbg !4 {
  store i64 1, ptr %p, !dbg !11
  %q = getelementptr i8, ptr %p, i64 8
  store i64 2, ptr %q, !dbg !12
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  store i64 3, ptr %p, !dbg !13
  store i64 4, ptr %p, !dbg !14
  ret void
}

; CHECK-DAG: x.c:5:1: write of 8 bytes is guarded: first use of a pointer that was loaded from memory
; CHECK-DAG: x.c:6:1: write of 4 bytes is guarded: the index of the element is not known
; CHECK-DAG: x.c:7:1: write of 8 bytes is guarded: first use of a pointer that a call returned
; CHECK-DAG: x.c:8:1: write of unknown length is guarded: a function of the runtime checks its range
; CHECK-DAG: x.c:9:1: write of 8 bytes needs no guard of its own: within an object that nobody else knows of
; CHECK-DAG: x.c:10:1: write of 8 bytes is guarded: others may know of the object, the kernel too
; YAML-DAG: Name: {{ *}}OwnVariable
; YAML-DAG: Name: {{ *}}Exposed
define void @g(ptr %pp, i64 %n) !dbg !5 {
  %p = load ptr, ptr %pp
  store i64 1, ptr %p, !dbg !15
  %e = getelementptr i32, ptr %pp, i64 %n
  store i32 1, ptr %e, !dbg !16
  %r = call ptr @sfi_w_thing_alloc(ptr @__sfi_self)
  store i64 1, ptr %r, !dbg !17
  call void @llvm.memset.p0.i64(ptr %r, i8 0, i64 %n, i1 false), !dbg !18
  store i64 1, ptr @own, !dbg !19
  store i64 1, ptr @known, !dbg !20
  ret void
}

; CHECK-DAG: x.c:11:1: guard looks at the part of the table that was found last in the loop
; YAML-DAG: Name: {{ *}}KeptChunk
define void @h(ptr %p) !dbg !7 {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr [2 x i64], ptr %p, i64 %n
  store i64 1, ptr %e, !dbg !21
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; CHECK-DAG: x.c:12:1: guard asks the table only where the loop leaves the range found last
; YAML-DAG: Name: {{ *}}KeptRange
define void @i(ptr %p) !dbg !8 {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e, !dbg !22
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

declare void @sfi_w_thing_free(ptr, ptr)
declare ptr @sfi_w_thing_alloc(ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C99, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "x.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !DISubroutineType(types: !6)
!4 = distinct !DISubprogram(name: "f", file: !1, line: 1, type: !3, unit: !0, spFlags: DISPFlagDefinition)
!5 = distinct !DISubprogram(name: "g", file: !1, line: 1, type: !3, unit: !0, spFlags: DISPFlagDefinition)
!6 = !{}
!7 = distinct !DISubprogram(name: "h", file: !1, line: 1, type: !3, unit: !0, spFlags: DISPFlagDefinition)
!8 = distinct !DISubprogram(name: "i", file: !1, line: 1, type: !3, unit: !0, spFlags: DISPFlagDefinition)
!11 = !DILocation(line: 1, column: 1, scope: !4)
!12 = !DILocation(line: 2, column: 1, scope: !4)
!13 = !DILocation(line: 3, column: 1, scope: !4)
!14 = !DILocation(line: 4, column: 1, scope: !4)
!15 = !DILocation(line: 5, column: 1, scope: !5)
!16 = !DILocation(line: 6, column: 1, scope: !5)
!17 = !DILocation(line: 7, column: 1, scope: !5)
!18 = !DILocation(line: 8, column: 1, scope: !5)
!19 = !DILocation(line: 9, column: 1, scope: !5)
!20 = !DILocation(line: 10, column: 1, scope: !5)
!21 = !DILocation(line: 11, column: 1, scope: !7)
!22 = !DILocation(line: 12, column: 1, scope: !8)
