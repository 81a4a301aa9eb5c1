// SPDX-License-Identifier: GPL-2.0-only
// Init and exit of a module are entries of their own kinds, whether they are
// named by macro or defined under their final names.
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s
// RUN: %clang -O0 -DPLAIN -S -emit-llvm -o - %s | %FileCheck --check-prefix=PLAIN %s

#include <linux/things.h>

#ifndef PLAIN
// CHECK: @init_module = {{.*}}alias i32 (), ptr @my_init.sfi_gate.module_init
// CHECK: @cleanup_module = {{.*}}alias void (), ptr @my_exit.sfi_gate.module_exit
// CHECK: define internal i32 @my_init() #{{[0-9]+}}{{( !dbg ![0-9]+)?}} {
static int __init my_init(void) { return 0; }
static void __exit my_exit(void) { }
module_init(my_init)
module_exit(my_exit)
// CHECK: call i32 @sfi_e_module_init(ptr
// CHECK: call void @sfi_e_module_exit(ptr
#else
// PLAIN: define internal i32 @init_module.sfi_fn()
// PLAIN: define{{.*}} i32 @init_module()
// PLAIN: call i32 @sfi_e_module_init(ptr
// PLAIN-NOT: define internal {{.*}}@init_module()
int init_module(void) { return 0; }
#endif
