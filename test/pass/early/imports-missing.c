// SPDX-License-Identifier: GPL-2.0-only
// What no annotated header describes is an error where it is used, with the
// line to add; all of a unit's errors come in one run. What the optimizer
// removes was never a reference.
// RUN: ! %clang -O2 -c -o %t.o %s 2> %t
// RUN: %FileCheck %s < %t
// RUN: test ! -e %t.o

#include <linux/things.h>

int (*taken)(struct thing *, const char *);

int call(struct thing *t)
{
	if (sizeof(long) == 4)
		return thing_unknown(t, "never");
	// CHECK-DAG: imports-missing.c:[[@LINE+1]]:9: error: call of kernel function 'thing_unknown', which no annotated header describes; add to one: int thing_unknown(struct thing *thing, const char *name) SFI_...;
	return thing_unknown(t, "x");
}

int data(void)
{
	// CHECK-DAG: imports-missing.c:[[@LINE+1]]:9: error: use of kernel variable 'thing_secret', which no annotated header describes; add to one: SFI_DATA(thing_secret);
	return thing_secret + thing_jiffies;
}

void *address(void)
{
	// CHECK-DAG: imports-missing.c:[[@LINE+1]]:2: error: address of kernel function 'thing_free' is taken, which its annotation does not allow; add to an annotated header: void thing_free(const void *object) SFI_ADDRESSABLE(STRUCTURE.FIELD);
	return thing_free;
}

int by_address_only(struct thing_ops *ops, struct thing *t)
{
	ops->close = thing_default_close;
	// CHECK-DAG: imports-missing.c:[[@LINE+1]]:9: error: call of kernel function 'thing_default_close', of which only the address may be passed on; annotate its parameters as well: int thing_default_close(struct thing *thing) SFI_ADDRESSABLE(STRUCTURE.FIELD);
	return thing_default_close(t);
}

// In a table, without code.
struct { int *where; void (*what)(const char *); } table = {
	// CHECK-DAG: imports-missing.c:[[@LINE+1]]:3: error: use of kernel variable 'thing_table_data', which no annotated header describes; add to one: SFI_DATA(thing_table_data);
	&thing_table_data,
	// CHECK-DAG: imports-missing.c:[[@LINE+1]]:2: error: address of kernel function 'thing_panic' is taken, which its annotation does not allow; add to an annotated header: void thing_panic(const char *why) SFI_ADDRESSABLE(STRUCTURE.FIELD);
	thing_panic,
};
// CHECK-DAG: 6 errors generated.
