// SPDX-License-Identifier: GPL-2.0-only
// A driver can neither define nor name what the runtime is made of: it would be
// a way around the wrappers.
// RUN: %clang -O0 -c -o %t.o %s
// RUN: ! %clang -O0 -DFORBIDDEN -c -o %t.o %s 2> %t
// RUN: %FileCheck %s < %t

// A driver may call itself sfi_something.
int sfi_sample_open(void) { return 1; }

#ifdef FORBIDDEN
// CHECK-DAG: error: 'sfi_w_thing_free' is a name of the isolation runtime
void sfi_w_thing_free(void *self, const void *object) { }
// CHECK-DAG: error: 'sfi_guard' is a name of the isolation runtime
void sfi_guard(void *self, unsigned long a, unsigned long size);
void unguard(void *p) { sfi_guard(p, 0, 0); }
// CHECK-DAG: error: '__sfi_self' is a name of the isolation runtime
char __sfi_self[64] = { 1 };
// CHECK-DAG: error: 'sfi_p_alias' is a name of the isolation runtime
void sfi_p_alias(void) __attribute__((alias("unguard")));
// CHECK-DAG: error: 'sfi.nobody' is a name of the isolation runtime
const void *const nobody[3] asm("sfi.nobody") = { 0, (void *)4096 };
// CHECK-DAG: error: 'sfi.lines_end' is a name of the isolation runtime
extern const char end[] asm("sfi.lines_end");
const char *get_end(void) { return end; }
// CHECK-DAG: error: '.Linside' is a label's name
void inside(void) asm(".Linside");
void go_inside(void) { inside(); }
#endif
