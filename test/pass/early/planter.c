// SPDX-License-Identifier: GPL-2.0-only
// At the entry of each function on the list, behind its locals, the planter asks
// for permission and calls the bug; the first line of a function comes first.
// Functions that are not named, or not defined here, are not touched.
// With "skip" the function returns zero from then on, with "omit_..." it leaves
// calls out.
// RUN: printf '# list\n victim_one : wild # why\n\nvictim_one: quiet\nnot_here: wild\nvictim_three: skip\nvictim_four: omit_victim_one\n' > %t.list
// RUN: %clang_plain -O0 -include %inputs/bugs.h -fplugin=%planter -fplugin-arg-sfi_plant-list=%t.list -S -emit-llvm -o %t.ll %s 2> %t.log
// RUN: %FileCheck %s < %t.ll
// RUN: %FileCheck --check-prefix=LOG %s < %t.log
// In an isolated build, in either order of the plugins: the question is asked
// directly, what the bug does is the driver's.
// RUN: %clang_plain -O0 -include %inputs/bugs.h -fplugin=%planter -fplugin-arg-sfi_plant-list=%t.list -fplugin=%plugin -fplugin-arg-sfi-pass-policy=%policy -S -emit-llvm -o - %s | %FileCheck --check-prefixes=CHECK,ISOLATED %s
// RUN: %clang_plain -O0 -include %inputs/bugs.h -fplugin=%plugin -fplugin-arg-sfi-pass-policy=%policy -fplugin=%planter -fplugin-arg-sfi_plant-list=%t.list -S -emit-llvm -o - %s | %FileCheck --check-prefixes=CHECK,ISOLATED %s

// LOG: sfi-plant: planted victim_four:omit_victim_one
// LOG: sfi-plant: planted victim_three:skip
// LOG: sfi-plant: planted victim_one:quiet
// LOG: sfi-plant: planted victim_one:wild
// LOG-NOT: planted

// CHECK: define internal void @sfi_plant_bug_wild()
// CHECK: call ptr @sfi_plant_victim() #[[DIRECT:[0-9]+]]

// The numbers are FNV-1a of "victim_one:wild" and "victim_one:quiet".
// CHECK-LABEL: define{{.*}} i32 @victim_one(
// CHECK: alloca i32
// CHECK: %[[ARMED:[0-9]+]] = call zeroext i1 @sfi_plant_hit(i32 762314112)
// CHECK: br i1 %[[ARMED]]
// CHECK: call void @sfi_plant_bug_wild()
// CHECK: call zeroext i1 @sfi_plant_hit(i32 -1313201988)
// CHECK: call void @sfi_plant_bug_quiet()
int victim_one(int x) { return x; }

// CHECK-LABEL: define{{.*}} i32 @victim_two(
// CHECK-NOT: sfi_plant
// CHECK: ret i32
int victim_two(int x) { return x; }

// CHECK-LABEL: define{{.*}} i32 @victim_three(
// CHECK: alloca i32
// CHECK: %[[ARMED:[0-9]+]] = call zeroext i1 @sfi_plant_hit(
// CHECK: br i1 %[[ARMED]], label %[[THEN:[0-9]+]], label %[[ELSE:[0-9]+]]
// CHECK: [[THEN]]:
// CHECK: store volatile i8 1, ptr @sfi_plant_stuck_victim_three
// CHECK: br label %[[ELSE]]
// CHECK: [[ELSE]]:
// CHECK: %[[SET:[0-9]+]] = load volatile i8, ptr @sfi_plant_stuck_victim_three
// CHECK: %[[IS:[0-9]+]] = icmp ne i8 %[[SET]], 0
// CHECK: br i1 %[[IS]], label %[[SKIP:[0-9]+]], label %[[REST:[0-9]+]]
// CHECK: [[SKIP]]:
// CHECK-NEXT: ret i32 0
// CHECK: [[REST]]:
// CHECK: ret i32
int victim_three(int x) { return x + 3; }

// CHECK-LABEL: define{{.*}} i32 @victim_four(
// CHECK: call zeroext i1 @sfi_plant_hit(
// CHECK: store volatile i8 1, ptr @sfi_plant_stuck_victim_four
// CHECK: load volatile i8, ptr @sfi_plant_stuck_victim_four
// CHECK: br i1 %{{[0-9]+}}, label %[[CALL:[0-9]+]], label %[[NOT:[0-9]+]]
// CHECK: [[CALL]]:
// CHECK: %[[RESULT:[0-9]+]] = call i32 @victim_one(
// CHECK: [[NOT]]:
// CHECK-NEXT: phi i32 [ %[[RESULT]], %[[CALL]] ], [ 0, %{{[0-9]+}} ]
int victim_four(int x) { return victim_one(x) + 3; }

// CHECK: attributes #[[DIRECT]] = { {{.*}}"sfi-direct"
// ISOLATED: !sfi.early
