// SPDX-License-Identifier: GPL-2.0-only
// Instrumented: functions whose locals others write, and indirect calls.
#include <stddef.h>
#include <stdint.h>

#define NOINLINE __attribute__((noinline))

long (*volatile pointer)(long);
void (*volatile wrong_type)(void);
volatile long number = 3;

NOINLINE void fill(char *p, size_t size)
{
	for (size_t n = 0; n < size; n++)
		((volatile char *)p)[n] = 1;
}

/* A local of an odd size that a callee writes, in bounds. */
void local_in_bounds(void)
{
	char buf[13];

	fill(buf, sizeof(buf));
}

/* The same, one slot too far: towards what the frame has above it. */
void local_overflow(void)
{
	char buf[13];

	fill(buf, 17);
}

/* Downwards, by way of an index that nothing bounds. */
void local_underflow(void)
{
	char buf[16];

	fill(buf, 16);
	((volatile char *)buf)[-number] = 1;
}

/* The return address is never writable. */
void return_address(void)
{
	fill(__builtin_frame_address(0), 16);
}

static char *kept;

NOINLINE static void keep(char *p)
{
	kept = p;
	fill(p, 8);
}

NOINLINE static void keep_local(void)
{
	char buf[8];

	keep(buf);
}

/* A local's rights end with its function. */
void dangling(void)
{
	keep_local();
	fill(kept, 8);
}

/* Two locals of dynamic size, one in a loop; all rights are gone afterwards. */
void dynamic(void)
{
	for (long n = 1; n < 20; n++) {
		char vla[n];

		fill(vla, n);
		keep(__builtin_alloca(n + 8));
	}
}

void dynamic_overflow(void)
{
	char vla[number];

	fill(vla, 16);
}

void dynamic_dangling(void)
{
	dynamic();
	fill(kept, 8);
}

/* Rights only on the way that gives the address away; gone after both. */
NOINLINE static long rarely(long is)
{
	volatile long a = 1;

	if (is) {
		fill((char *)&a, 8);
		a = 2;
	}
	return a;
}

void rare_taken(void)
{
	number += rarely(number);
}

void rare_not_taken(void)
{
	number += rarely(number - 3);
}

struct big {
	long a[9];
};

/* The callee's copy is in memory that the caller lays out. */
NOINLINE static long by_value(struct big b, long n)
{
	fill((char *)&b, n);
	return b.a[8];
}

void argument(void)
{
	struct big b = { { 1 } };

	number += by_value(b, sizeof(b));
}

void argument_overflow(void)
{
	struct big b = { { 1 } };

	number += by_value(b, sizeof(b) + 1);
}

/* Private: no rights, no guards, and an index that a mask bounds. */
void private_array(void)
{
	volatile int a[8];

	for (unsigned n = 0; n < 100; n++)
		a[n & 7] = n;
}

long twice(long n)
{
	return 2 * n;
}

void indirect(void)
{
	pointer = twice;
	number = pointer(1);
}

/* One place, which knows twice() from the second time on. */
NOINLINE static long through(long n)
{
	return pointer(n) + 1;
}

void indirect_again(void)
{
	pointer = twice;
	number = through(1) + through(2) + through(3);
	if (number != 15)
		fill(NULL, 1);
}

/* And does not take another one for it, nor no one. */
NOINLINE static long through_too(long n)
{
	return pointer(n) + 1;
}

void indirect_again_wild(void)
{
	pointer = twice;
	number = through_too(1) + through_too(2);
	pointer = (long (*)(long))((char *)twice + 1);
	through_too(3);
}

NOINLINE static long through_null(long n)
{
	return pointer(n) + 1;
}

void indirect_null(void)
{
	pointer = NULL;
	through_null(1);
}

/* Stands for twice(), and is never run itself. */
long gate(long n)
{
	fill(NULL, 1);
	return n;
}

/* What is run is not what was to be called. */
void indirect_detour(void)
{
	pointer = gate;
	number = pointer(4);
	if (number != 8)
		fill(NULL, 1);
}

long sum(long a, long b, long c, long d, long e, long f, long g)
{
	return a + 10 * (b + 10 * (c + 10 * (d + 10 * (e + 10 * (f + 10 * g)))));
}

long (*volatile with_all_registers)(long, long, long, long, long, long, long) = sum;

/* The check keeps the arguments, and what else is in registers. */
void indirect_registers(void)
{
	long n = number;

	number = with_all_registers(n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6);
	if (number + n != 9876546)
		fill(NULL, 1);
}

void indirect_wrong_type(void)
{
	wrong_type = (void (*)(void))twice;
	wrong_type();
}

void indirect_wild(void)
{
	pointer = (long (*)(long))0x123456789;
	pointer(1);
}

NOINLINE static long down(long n)
{
	char c[8];

	fill(c, 8);
	return n ? down(n - 1) + c[0] : 0;
}

void recursion(void)
{
	number = down(10);
}
