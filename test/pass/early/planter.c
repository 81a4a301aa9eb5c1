// SPDX-License-Identifier: GPL-2.0-only
// At the entry of each function on the list, behind its locals, the planter asks
// for permission and calls the bug; the first line of a function comes first.
// Functions that are not named, or not defined here, are not touched.
// RUN: printf '# list\n victim_one : wild # why\n\nvictim_one: quiet\nnot_here: wild\n' > %t.list
// RUN: %clang_plain -O0 -include %inputs/bugs.h -fplugin=%planter -fplugin-arg-sfi_plant-list=%t.list -S -emit-llvm -o %t.ll %s 2> %t.log
// RUN: %FileCheck %s < %t.ll
// RUN: %FileCheck --check-prefix=LOG %s < %t.log
// In an isolated build, in either order of the plugins: the question is asked
// directly, what the bug does is the driver's.
// RUN: %clang_plain -O0 -include %inputs/bugs.h -fplugin=%planter -fplugin-arg-sfi_plant-list=%t.list -fplugin=%plugin -fplugin-arg-sfi-pass-policy=%policy -S -emit-llvm -o - %s | %FileCheck --check-prefixes=CHECK,ISOLATED %s
// RUN: %clang_plain -O0 -include %inputs/bugs.h -fplugin=%plugin -fplugin-arg-sfi-pass-policy=%policy -fplugin=%planter -fplugin-arg-sfi_plant-list=%t.list -S -emit-llvm -o - %s | %FileCheck --check-prefixes=CHECK,ISOLATED %s

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
// CHECK: attributes #[[DIRECT]] = { {{.*}}"sfi-direct"
// ISOLATED: !sfi.early
