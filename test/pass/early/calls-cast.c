// SPDX-License-Identifier: GPL-2.0-only
// A function of this unit or another is called as what it is, or its arguments
// are not where, nor in the range that, it believes them to be.
// RUN: ! %clang -O1 -c -o %t.o %s 2> %t
// RUN: %FileCheck %s < %t

struct big {
	long words[8];
};
void other(struct big big);
static char table[256];

// CHECK: calls-cast.c:[[@LINE+3]]:{{[0-9]+}}: error: isolated code cannot contain a call of 'other' as a function of another type
void without_structure(void)
{
	((void (*)(long))other)(1);
}

__attribute__((noinline)) static void mark(unsigned char i)
{
	table[i] = 1;
}

// CHECK: calls-cast.c:[[@LINE+3]]:{{[0-9]+}}: error: isolated code cannot contain a call of 'mark' as a function of another type
void with_a_sign(signed char c)
{
	((void (*)(signed char))mark)(c);
}

char look(unsigned char i)
{
	return table[i];
}
