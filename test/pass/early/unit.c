// SPDX-License-Identifier: GPL-2.0-only
// The unit's record: magic, version of the ABI, hash of the policy, anchor,
// name, tables and their lengths, counters (here: one import, one gate).
// RUN: %clang -O0 -S -emit-llvm -o - %s | %FileCheck %s
// RUN: %clang -O0 -DMODULE_UNIT -S -emit-llvm -o - %s | %FileCheck --check-prefix=MODULE %s

#ifndef MODULE_UNIT
#include <linux/things.h>

// The anchor is weak until the unit that defines it is linked in.
// CHECK: @__sfi_self = extern_weak {{(dso_local )?}}hidden global %sfi_self, align 8
// CHECK: @[[FILE:sfi.str[.0-9]*]] = private {{.*}}unit.c\00"
// A variable that is written without guards, as nobody else can know of it, has no name, so no rights.
// CHECK: @sfi.globals = internal constant {{.*}} { ptr @writable, i64 4, ptr @sfi.str{{[.0-9]*}} }, {{.*}} { ptr @alone, i64 4, ptr null }]
// CHECK: @__sfi_unit = internal constant {{.*}} { i32 826885715, i32 4, i64 1311768467463790320, ptr @__sfi_self, ptr @[[FILE]], ptr @sfi.funcs, ptr @sfi.entries, ptr @sfi.globals, ptr {{[^,]+}}, ptr {{[^,]+}}, i64 5, i64 1, i64 2,
// CHECK: @sfi.abi = internal constant ptr @sfi_abi_v4
// CHECK: @llvm.compiler.used = appending global {{.*}}ptr @__sfi_unit, ptr @sfi.abi
int writable;
static int alone;
static int callback(struct thing *t) { return 1; }
static void untaken(void) { writable = 1; alone++; }
void visible(struct thing *t)
{
	struct thing_ops ops = { .open = callback };
	t->ops = &ops;
	untaken();
	thing_free(t);
}
int main_type(struct thing *t) { return 2; }
#else
// MODULE: @__sfi_self = {{(dso_local )?}}hidden global %sfi_self zeroinitializer
// MODULE: @__sfi_unit = internal constant
// MODULE-SAME: i64 0, i64 0, i64 0,
struct module { int dummy; };
struct module __this_module __attribute__((section(".gnu.linkonce.this_module"))) = { 1 };
#endif
