// SPDX-License-Identifier: GPL-2.0-only
// Instrumented: one function for each kind of store. P is opaque, so nothing
// can be proven about it.
#include "stores.h"
#include <stdint.h>

typedef unsigned __int128 u128;
struct big {
	uint64_t a[5];
};
struct desc {
	uint64_t addr;
	uint32_t len;
	uint32_t flags;
};
struct line {
	uint64_t a, b;
	uint32_t c, d;
	uint64_t e, f, g, h, i;
};
struct packed {
	char c[3];
	uint64_t x;
} __attribute__((packed));
static struct big zero;
volatile unsigned long five = 5, seventy_seven = 77, nr_far = 3 * 64 + 7;
volatile long nr_back = -1;

void store1(char *p) { *(uint8_t *)p = 1; }
void store2(char *p) { *(uint16_t *)p = 1; }
void store4(char *p) { *(uint32_t *)p = 1; }
void store8(char *p) { *(uint64_t *)p = 1; }
void store16(char *p) { *(u128 *)p = 1; }
void store_volatile(char *p) { *(volatile uint32_t *)p = 1; }
void store_field(char *p) { ((uint64_t *)p)[3] = 1; }
void store_before(char *p) { ((uint64_t *)p)[-2] = 1; }
void store_packed(char *p) { ((struct packed *)p)->x = 1; }
void atomic_add(char *p) { __atomic_fetch_add((uint32_t *)p, 1, __ATOMIC_SEQ_CST); }
void atomic_xchg1(char *p) { __atomic_exchange_n((uint8_t *)p, 1, __ATOMIC_SEQ_CST); }
void atomic_cmpxchg(char *p) { __sync_val_compare_and_swap((uint64_t *)p, 0, 1); }
void set3(char *p) { __builtin_memset(p, 1, 3); }
void set31(char *p) { __builtin_memset(p, 1, 31); }
void set100(char *p) { __builtin_memset(p, 1, 100); }
void set_variable(char *p) { __builtin_memset(p, 1, five); }
void copy6(char *p) { __builtin_memcpy(p, &zero, 6); }
void copy32(char *p) { __builtin_memcpy(p, &zero, 32); }
void copy_struct(char *p) { *(struct big *)p = zero; }
void copy_variable(char *p) { __builtin_memcpy(p, p - 1000, seventy_seven); }
void move12(char *p) { __builtin_memmove(p, p - 4, 12); }
void fold_pair(char *p)
{
	struct desc *d = (struct desc *)p;
	d->addr = 1;
	d->len = 2;
}
void fold_line(char *p)
{
	struct line *l = (struct line *)p;
	l->i = 9; l->a = 1; l->d = 4; l->b = 2; l->c = 3; l->h = 8;
	l->e = 5; l->g = 7; l->f = 6;
}
void fold_wide(char *p)
{
	volatile uint64_t *w = (uint64_t *)p;
	for (int n = 0; n < 17; n++)
		w[n] = n;
}
void fold_unaligned(char *p)
{
	*(volatile uint8_t *)(p + 2) = 1;
	*(volatile uint32_t *)(p + 7) = 1;
	*(volatile uint32_t *)(p + 3) = 1;
}
void span_bytes(char *p)
{
	*(volatile uint8_t *)(p + 2) = 1;
	*(volatile uint8_t *)p = 1;
	*(volatile uint8_t *)(p + 1) = 1;
}
void span_words(char *p)
{
	*(volatile uint16_t *)p = 1;
	*(volatile uint16_t *)(p + 6) = 1;
	*(volatile uint16_t *)(p + 2) = 1;
	*(volatile uint16_t *)(p + 4) = 1;
}
void span_long(char *p)
{
	for (int n = 0; n < 12; n++)
		*(volatile uint8_t *)(p + 1 + n) = 1;
}

/* Loops that stay loops, and keep the chunk that was found last. */
#define LOOP(n, end) _Pragma("clang loop unroll(disable)") for (long n = 0; n < (end); n++)
static char *volatile place;
void walk_bytes(char *p) { LOOP(n, 21) *(volatile uint8_t *)(p + n) = n; }
void walk_halves(char *p) { LOOP(n, 13) ((volatile uint16_t *)p)[n] = n; }
void walk_ints(char *p) { LOOP(n, 9) ((volatile uint32_t *)p)[n] = n; }
void walk_longs(char *p) { LOOP(n, 9) ((volatile uint64_t *)p)[n] = n; }
void walk_back(char *p) { LOOP(n, 6) ((volatile uint64_t *)p)[-n] = n; }
void walk_pairs(char *p)
{
	LOOP(n, 6) {
		((struct desc *)p)[n].addr = n;
		((struct desc *)p)[n].len = 1;
		((volatile struct desc *)p)[n].flags = 2;
	}
}
void walk_spans(char *p)
{
	LOOP(n, 6) {
		*(volatile uint8_t *)(p + 4 * n) = 1;
		*(volatile uint8_t *)(p + 4 * n + 1) = 1;
		*(volatile uint16_t *)(p + 4 * n + 2) = 1;
	}
}
void walk_loaded(char *p)
{
	place = p;
	LOOP(n, 6) ((volatile uint64_t *)place)[n] = n;
}
void asm_mov(char *p) { asm volatile("movl %1, %0" : "=m"(*(uint32_t *)p) : "r"(1)); }
void asm_input(char *p) { asm volatile("movw %0, %1" : : "r"((short)1), "m"(*(uint16_t *)p) : "memory"); }
void asm_lock_add(char *p) { asm volatile("lock; addq %1, %0" : "+m"(*(uint64_t *)p) : "er"(1l)); }
void asm_xchg(char *p)
{
	long v = 1;
	asm volatile("xchgq %0, %1" : "+r"(v), "+m"(*(uint64_t *)p));
}
void asm_cmpxchg(char *p)
{
	long a = 0;
	asm volatile("lock cmpxchgq %2, %1" : "+a"(a), "+m"(*(uint64_t *)p) : "r"(1l) : "memory");
}
void asm_bts_const(char *p) { asm volatile("lock; btsq %1, %0" : "+m"(*(uint64_t *)p) : "Ir"(5l)); }
void asm_bts_far(char *p) { asm volatile("lock; btsq %1, %0" : : "m"(*(uint64_t *)p), "Ir"(nr_far) : "memory"); }
void asm_btr_back(char *p) { asm volatile("btrq %1, %0" : "+m"(*(uint64_t *)p) : "Ir"(nr_back) : "memory"); }
void asm_stos(char *p)
{
	long n = 7;
	asm volatile("rep stosl" : "+c"(n), "+D"(p) : "a"(1) : "memory");
}
void asm_movs(char *p)
{
	long n = 9;
	const char *from = (char *)&zero;
	asm volatile("rep; movsb" : "+c"(n), "+D"(p), "+S"(from) : : "memory");
}
void asm_goto(char *p)
{
	asm goto("lock; incq %0; jz %l[out]" : : "m"(*(uint64_t *)p) : "memory", "cc" : out);
	return;
out:
	five++;
}
