// SPDX-License-Identifier: GPL-2.0-only
// Code and data of init and exit stay for a restart: their sections are dropped,
// and no others. Writable data is listed, each on slots of its own; constants
// and what belongs to the kernel are not.
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s
// RUN: ! %clang -O0 -DLOADER -c -o %t.o %s 2> %t
// RUN: %FileCheck --check-prefix=LOADER %s < %t
// RUN: ! %clang -O0 -DPERCPU -c -o %t.o %s 2> %t
// RUN: %FileCheck --check-prefix=PERCPU %s < %t

#include <linux/things.h>

// CHECK: @at_init = {{(dso_local )?}}global i32 1, align 8
int at_init __initdata = 1;
// CHECK: @after_init = {{(dso_local )?}}global i8 2, align 8
char after_init __ro_after_init = 2;
// CHECK: @elsewhere = {{.*}}section ".data..read_mostly", align 8
int elsewhere __attribute__((section(".data..read_mostly"))) = 3;
// CHECK: @aligned = {{.*}}align 64
long aligned[2] __attribute__((aligned(64))) = { 6 };
// CHECK: @unchanging = {{.*}}constant i32 4, align 4
const int unchanging = 4;
// CHECK: @kernels = {{.*}}section ".discard.addressable", align 4
int kernels __attribute__((section(".discard.addressable"))) = 5;
// CHECK: @collected = {{.*}}section "__dyndbg", align 4
int collected __attribute__((section("__dyndbg"))) = 7;
// As in the unit that Kbuild adds to each module.
// CHECK: @format = {{.*}}constant [4 x i8] {{.*}}section ".orc_header"
const char format[4] __attribute__((section(".orc_header"))) = { 8, 9 };

// CHECK: @sfi.globals = internal constant [4 x { ptr, i64, ptr }]
// CHECK-SAME: { ptr @at_init, i64 4, ptr
// CHECK-SAME: { ptr @after_init, i64 1, ptr
// CHECK-SAME: { ptr @elsewhere, i64 4, ptr
// CHECK-SAME: { ptr @aligned, i64 16, ptr

// CHECK: define{{.*}} void @init_code() #{{[0-9]+}} {{(!dbg ![0-9]+ )?}}{
void __init init_code(void) { }
// CHECK: define{{.*}} void @hot_code() #{{[0-9]+}} section ".text.hot"
void __attribute__((section(".text.hot"))) hot_code(void) { }

#ifdef LOADER
// LOADER-DAG: error: 'patch': section '.altinstructions' is not for a driver's own
unsigned long patch[2] __attribute__((section(".altinstructions"))) = { 1, 2 };
// LOADER-DAG: error: 'first': section '.init_array' is not for a driver's own
void (*first)(void) __attribute__((section(".init_array"))) = init_code;
// LOADER-DAG: error: 'fixup': section '__ex_table' is not for a driver's own
int fixup[3] __attribute__((section("__ex_table"))) = { 1, 2, 3 };
// LOADER-DAG: error: 'exported': section '__ksymtab' is not for a driver's own
int exported[3] __attribute__((section("__ksymtab"))) = { 1, 2, 3 };
// LOADER-DAG: error: 'event': section '_ftrace_events' is not for a driver's own
void *event __attribute__((section("_ftrace_events"))) = init_code;
// LOADER-DAG: error: 'replacement': section '.altinstr_replacement' is not for a driver's own
void __attribute__((section(".altinstr_replacement"))) replacement(void) { }
// LOADER-DAG: error: 'known': section '__jump_table' is not for a driver's own
const int known[3] __attribute__((section("__jump_table"))) = { 1, 2, 3 };
// LOADER-DAG: error: 'another': section '.gnu.linkonce.this_module' is not for a driver's own
char another[64] __attribute__((section(".gnu.linkonce.this_module"))) = { 1 };
// LOADER-DAG: error: '__this_module': section '.gnu.linkonce.this_module' is not for a driver's own
static char __this_module[64] __attribute__((used, section(".gnu.linkonce.this_module"))) = { 1 };
#endif
#ifdef PERCPU
// PERCPU: error: 'counter': per-CPU variables of an isolated driver are not supported; an array with an element for each CPU is
int counter __attribute__((section(".data..percpu")));
#endif
