// SPDX-License-Identifier: GPL-2.0-only
/* Defines a function with more arguments than user.c passes. */
#include <linux/module.h>

long shared(long a, long b, long c, long d, long e, long f, long g);

long shared(long a, long b, long c, long d, long e, long f, long g)
{
	return a + b + c + d + e + f + g;
}

MODULE_DESCRIPTION("Units that disagree");
MODULE_LICENSE("GPL");
