; SPDX-License-Identifier: GPL-2.0-only
; A loop keeps the chunk that was found last: its guards compare with that, ask
; the directory out of line, and look at the rights themselves in each turn.
; Where it writes neighbours, and nothing in it can take rights away, it keeps a
; range that it may write, and looks where it leaves that.
; RUN: %opt -passes=sfi-late -S %s | %FileCheck %s

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

%sfi_self = type { [8192 x ptr], ptr, ptr }
@__sfi_self = extern_weak hidden global %sfi_self

; CHECK-LABEL: define void @elements(
; CHECK: %[[C0:.*]] = load atomic ptr, ptr %{{.*}} unordered
; CHECK: %[[B0:.*]] = load i64, ptr
; CHECK: %[[S0:.*]] = load ptr, ptr
; CHECK: br label %loop
; CHECK: {{^}}loop:
; CHECK-DAG: %[[S:.*]] = phi ptr [ %[[S0]], %0 ], [ %[[S2:.*]], %{{.*}} ]
; CHECK-DAG: %[[B:.*]] = phi i64 [ %[[B0]], %0 ], [ %[[B2:.*]], %{{.*}} ]
; CHECK: %[[D:.*]] = sub i64 %{{.*}}, %[[B]]
; CHECK-NEXT: %[[X:.*]] = call i64 @llvm.fshr.i64(i64 %[[D]], i64 %[[D]], i64 3)
; CHECK-NEXT: %[[O:.*]] = icmp ugt i64 %[[X]], 4095
; CHECK-NEXT: br i1 %[[O]], label %[[MISS:sfi.miss[0-9]*]], label %[[GO:sfi.go[0-9]*]], !prof
; CHECK: [[GO]]:
; CHECK-DAG: %[[AT:.*]] = phi i64 [ %[[X]], %loop ], [ %[[X2:.*]], %[[MISS]] ]
; CHECK: getelementptr i8, ptr %{{.*}}, i64 %[[AT]]
; CHECK-NEXT: load i8, ptr
; CHECK: store i64 %n, ptr %e
; CHECK: [[MISS]]:
; CHECK: load atomic ptr, ptr %{{.*}} unordered
; CHECK: %[[B1:.*]] = load i64, ptr
; CHECK: load ptr, ptr
; CHECK: sub i64 %{{.*}}, %[[B1]]
; CHECK-NEXT: %[[X2]] = call i64 @llvm.fshr.i64
; CHECK-NEXT: icmp ugt i64 %[[X2]], 4095
define void @elements(ptr %p) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr [2 x i64], ptr %p, i64 %n
  store i64 %n, ptr %e
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; A pointer that is loaded again in each turn from a place that stays: what it
; points to is not known before the loop, so any chunk is kept at first.
; CHECK-LABEL: define void @loaded(
; CHECK: load atomic ptr, ptr @__sfi_self unordered
; CHECK: {{^}}loop:
; CHECK: br i1 %{{.*}}, label %sfi.miss
; CHECK: store i64 %n, ptr %e
define void @loaded(ptr %pp) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %p = load ptr, ptr %pp
  %e = getelementptr [2 x i64], ptr %p, i64 %n
  store i64 %n, ptr %e
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; From a place that the loop writes: another object in each turn.
; CHECK-LABEL: define void @taken(
; CHECK-NOT: sfi.miss
; CHECK: ret void
define void @taken(ptr %pp) {
  br label %loop
loop:
  %p = load ptr, ptr %pp
  store i64 1, ptr %p
  %q = load ptr, ptr %p
  store ptr %q, ptr %pp
  %c = icmp eq ptr %q, null
  br i1 %c, label %end, label %loop
end:
  ret void
}

; A list: each object is somewhere else.
; CHECK-LABEL: define void @list(
; CHECK-NOT: sfi.miss
; CHECK: ret void
define void @list(ptr %p) {
  br label %loop
loop:
  %e = phi ptr [ %p, %0 ], [ %q, %loop ]
  %f = getelementptr i8, ptr %e, i64 8
  store i64 1, ptr %f
  %q = load ptr, ptr %e
  %c = icmp eq ptr %q, null
  br i1 %c, label %end, label %loop
end:
  ret void
}

; Few turns come by.
; CHECK-LABEL: define void @rarely(
; CHECK-NOT: sfi.miss
; CHECK: ret void
define void @rarely(ptr %p, i1 %d) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %next ]
  br i1 %d, label %rarely, label %next
rarely:
  %e = getelementptr i64, ptr %p, i64 %n
  store i64 %n, ptr %e
  br label %next
next:
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; No loop.
; CHECK-LABEL: define void @straight(
; CHECK-NOT: sfi.miss
; CHECK: ret void
define void @straight(ptr %p, i64 %n, i64 %m) {
  %e = getelementptr i64, ptr %p, i64 %n
  store i64 %n, ptr %e
  %f = getelementptr i64, ptr %p, i64 %m
  store i64 %n, ptr %f
  ret void
}

; What an asm goto results in on the way into the loop is not known in front of it.
; CHECK-LABEL: define void @entered_at_once(
; CHECK: load atomic ptr, ptr @__sfi_self unordered
; CHECK: %p = callbr ptr asm
; CHECK: br i1 %{{.*}}, label %sfi.miss
; CHECK: store i64 %n, ptr %e
define void @entered_at_once() {
  %p = callbr ptr asm "", "=r,!i"() to label %loop [label %end]
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr [2 x i64], ptr %p, i64 %n
  store i64 %n, ptr %e
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; Neighbours: one comparison. Out of line the guard of a byte, and of the eight
; slots around it the range, which is as long as the distance that is kept says;
; none where the slow path has the answer.
; CHECK-LABEL: define void @neighbours(
; CHECK-NOT: load
; CHECK: {{^}}loop:
; CHECK-DAG: phi i64 [ 0, %0 ], [ %[[COUNT:.*]], %{{.*}} ]
; CHECK-DAG: phi i64 [ 0, %0 ], [ %[[BEGIN:.*]], %{{.*}} ]
; CHECK: %[[ADDRESS:.*]] = ptrtoint ptr %e to i64
; CHECK-NEXT: %[[NEAR:.*]] = sub i64 %[[ADDRESS]], %
; CHECK-NEXT: %[[OUT:.*]] = icmp uge i64 %[[NEAR]], %
; CHECK-NEXT: br i1 %[[OUT]], label %[[MISS:sfi.miss[0-9]*]], label %[[GO:sfi.go[0-9]*]], !prof
; CHECK: {{^}}[[GO]]:
; CHECK: phi i64 [ 0, %[[COLD:sfi.cold[0-9]*]] ]
; CHECK-NOT: load
; CHECK: store i8 1, ptr %e
; CHECK: {{^}}[[MISS]]:
; CHECK: load atomic ptr, ptr %{{.*}} unordered
; CHECK: icmp ugt i64 %{{.*}}, 32767
; CHECK: br i1
; CHECK: load i8, ptr
; CHECK: br i1
; CHECK: and i64 %{{.*}}, -8
; CHECK: %[[EIGHT:.*]] = load i64, ptr
; CHECK-NEXT: %[[MAY:.*]] = and i64 %[[EIGHT]], 72340172838076673
; CHECK-NEXT: %[[ALL:.*]] = icmp eq i64 %[[MAY]], 72340172838076673
; CHECK-NEXT: %[[LAST:.*]] = select i1 %[[ALL]], i64 63, i64 7
; CHECK: and i64
; CHECK-NEXT: sub i64 %[[LAST]], -1
; CHECK-NEXT: br label %[[GO]]
define void @neighbours(ptr %p) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; Several that are guarded together, and downwards: two bytes are looked at, and
; kept as a place for all of them.
; CHECK-LABEL: define void @spans(
; CHECK: {{^}}loop:
; CHECK: icmp uge i64
; CHECK: {{^}}sfi.miss{{.*}}:
; CHECK: load i8, ptr
; CHECK: load i8, ptr
; CHECK: %[[LAST:.*]] = select i1 %{{.*}}, i64 63, i64 7
; CHECK: sub i64 %[[LAST]], 2
define void @spans(ptr %p) {
  br label %loop
loop:
  %q = phi ptr [ %p, %0 ], [ %r, %loop ]
  store i8 1, ptr %q
  %s = getelementptr i8, ptr %q, i64 3
  store i8 1, ptr %s
  %r = getelementptr i8, ptr %q, i64 -4
  %c = icmp eq ptr %r, null
  br i1 %c, label %end, label %loop
end:
  ret void
}

; What computes, and no more, is no reason against it.
; CHECK-LABEL: define void @computed(
; CHECK: {{^}}loop:
; CHECK: icmp uge i64
; CHECK: store i32 %b, ptr %e
define void @computed(ptr %p) {
  br label %loop
loop:
  %n = phi i32 [ 0, %0 ], [ %m, %loop ]
  %o = zext i32 %n to i64
  %e = getelementptr i32, ptr %p, i64 %o
  %b = call i32 @llvm.bswap.i32(i32 %n)
  store i32 %b, ptr %e
  %m = add i32 %n, 1
  %c = icmp eq i32 %m, 99
  br i1 %c, label %end, label %loop
end:
  ret void
}

; Further than a slot in a turn, or by who knows how much, or not in each: a chunk.
; CHECK-LABEL: define void @strides(
; CHECK-NOT: icmp uge i64
; CHECK: ret void
define void @strides(ptr %p, ptr %q, i64 %s, i64 %count) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %next ]
  %x = mul i64 %n, 9
  %e = getelementptr i8, ptr %p, i64 %x
  store i8 1, ptr %e
  %y = mul i64 %n, %s
  %f = getelementptr i8, ptr %p, i64 %y
  store i8 2, ptr %f
  %r = trunc i64 %n to i1
  br i1 %r, label %seldom, label %next
seldom:
  %g = getelementptr i8, ptr %q, i64 %n
  store i8 3, ptr %g
  br label %next
next:
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, %count
  br i1 %c, label %end, label %loop
end:
  ret void
}

; The runtime's own functions are calls, too.
; CHECK-LABEL: define void @filled(
; CHECK-NOT: icmp uge i64
; CHECK: ret void
define void @filled(ptr %p, ptr %q, i64 %size) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  call void @llvm.memset.p0.i64(ptr %q, i8 0, i64 %size, i1 false)
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 99
  br i1 %c, label %end, label %loop
end:
  ret void
}

; A call that may take rights away, by what the policy says or does not: the
; rights are looked at in each turn.
; CHECK-LABEL: define void @revoked(
; CHECK: {{^}}loop:
; CHECK-NOT: icmp uge i64
; CHECK: load i8, ptr
; CHECK: store i8 1, ptr %e
; CHECK: ret void
define void @revoked(ptr %p) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  call void @sfi_w_thing_free(ptr @__sfi_self, ptr %p)
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; One that keeps rights, but may take its time.
; CHECK-LABEL: define void @called(
; CHECK: {{^}}loop:
; CHECK-NOT: icmp uge i64
; CHECK: load i8, ptr
; CHECK: store i8 1, ptr %e
; CHECK: ret void
define void @called(ptr %p) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  call void @sfi_w_thing_stop(ptr @__sfi_self, ptr %p)
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; Who reads again and again waits for another context: it may take rights away.
; CHECK-LABEL: define void @waits(
; CHECK: {{^}}loop:
; CHECK-NOT: icmp uge i64
; CHECK: load i8, ptr
; CHECK: store i8 1, ptr %e
; CHECK: ret void
define void @waits(ptr %p, ptr %flag) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  %m = add i64 %n, 1
  %f = load volatile i8, ptr %flag
  %c = icmp eq i8 %f, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; CHECK-LABEL: define void @synchronizes(
; CHECK: {{^}}loop:
; CHECK-NOT: icmp uge i64
; CHECK: load i8, ptr
; CHECK: store i8 1, ptr %e
; CHECK: ret void
define void @synchronizes(ptr %p, ptr %flag) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  %m = add i64 %n, 1
  %f = load atomic i8, ptr %flag acquire, align 1
  %c = icmp eq i8 %f, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; CHECK-LABEL: define void @relaxes(
; CHECK: {{^}}loop:
; CHECK-NOT: icmp uge i64
; CHECK: load i8, ptr
; CHECK: store i8 1, ptr %e
; CHECK: ret void
define void @relaxes(ptr %p) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  call void asm sideeffect "rep; nop", ""()
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %end, label %loop
end:
  ret void
}

; The inner loop keeps a range, and nothing of it for the next time.
; CHECK-LABEL: define void @nested(
; CHECK: {{^}}inner:
; CHECK-DAG: phi i64 [ 0, %outer ], [ %{{.*}}, %sfi.go{{[0-9]*}} ]
; CHECK-DAG: phi i64 [ 0, %outer ], [ %{{.*}}, %sfi.go{{[0-9]*}} ]
; CHECK: icmp uge i64
; CHECK: store i8 1, ptr %e
define void @nested(ptr %p) {
  br label %outer
outer:
  br label %inner
inner:
  %n = phi i64 [ 0, %outer ], [ %m, %inner ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 9
  br i1 %c, label %after, label %inner
after:
  br label %outer
}

; One that stays where it is for a while has another loop in it.
; CHECK-LABEL: define void @rests(
; CHECK: {{^}}loop:
; CHECK-NOT: icmp uge i64
; CHECK: load i8, ptr
; CHECK: store i8 1, ptr %e
; CHECK: ret void
define void @rests(ptr %p, ptr %q) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %next ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  br label %rest
rest:
  %l = phi ptr [ %q, %loop ], [ %l1, %rest ]
  %l1 = load ptr, ptr %l
  %d = icmp eq ptr %l1, null
  br i1 %d, label %next, label %rest
next:
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 99
  br i1 %c, label %end, label %loop
end:
  ret void
}

; The same, by ways around that are no loop's.
; CHECK-LABEL: define void @tangled(
; CHECK: {{^}}loop:
; CHECK-NOT: icmp uge i64
; CHECK: load i8, ptr
; CHECK: store i8 1, ptr %e
; CHECK: ret void
define void @tangled(ptr %p, ptr %q, i1 %d) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %next ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  br i1 %d, label %here, label %there
here:
  %h = load ptr, ptr %q
  %h1 = icmp eq ptr %h, null
  br i1 %h1, label %next, label %there
there:
  %t = load ptr, ptr %q
  %t1 = icmp eq ptr %t, %p
  br i1 %t1, label %next, label %here
next:
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 99
  br i1 %c, label %end, label %loop
end:
  ret void
}

; Two that would drive each other out: a range each.
; CHECK-LABEL: define void @towards(
; CHECK: {{^}}loop:
; CHECK: icmp uge i64
; CHECK: store i8 1, ptr %e
; CHECK: icmp uge i64
; CHECK: store i8 2, ptr %f
; CHECK-COUNT-2: select i1 %{{.*}}, i64 63, i64 7
define void @towards(ptr %p, ptr %q) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  %o = sub i64 99, %n
  %f = getelementptr i8, ptr %p, i64 %o
  store i8 2, ptr %f
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 49
  br i1 %c, label %end, label %loop
end:
  ret void
}

; Over before it would be a gain.
; CHECK-LABEL: define void @few(
; CHECK: {{^}}loop:
; CHECK-NOT: icmp uge i64
; CHECK: load i8, ptr
; CHECK: store i8 1, ptr %e
; CHECK: ret void
define void @few(ptr %p) {
  br label %loop
loop:
  %n = phi i64 [ 0, %0 ], [ %m, %loop ]
  %e = getelementptr i8, ptr %p, i64 %n
  store i8 1, ptr %e
  %m = add i64 %n, 1
  %c = icmp eq i64 %m, 7
  br i1 %c, label %end, label %loop
end:
  ret void
}

declare void @sfi_w_thing_free(ptr, ptr)
declare void @sfi_w_thing_stop(ptr, ptr)
declare i32 @llvm.bswap.i32(i32)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
