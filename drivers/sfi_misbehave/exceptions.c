// SPDX-License-Identifier: GPL-2.0-only
/* Exceptions: reads are not checked, but what is not there cannot be read. */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "misbehave.h"

static u64 own;

static __always_inline void read(bool wrong, unsigned long address)
{
	const u64 *p = wrong ? (const u64 *)address : &own;

	OPTIMIZER_HIDE_VAR(p);
	READ_ONCE(*p);
}

MISBEHAVIOUR(read_null)
{
	read(wrong, 0);
}

/* A field of a structure that is not there. */
MISBEHAVIOUR(read_near_null)
{
	read(wrong, 0x438);
}

/* By a function of the kernel's that is called without a wrapper: bcmp(), as only equality counts. */
MISBEHAVIOUR(compare_null)
{
	const void *p = wrong ? NULL : &own;
	u64 other = 1;
	size_t size = sizeof(other);

	OPTIMIZER_HIDE_VAR(p);
	OPTIMIZER_HIDE_VAR(size);
	if (memcmp(p, &other, size) == 0)
		own++;
}

MISBEHAVIOUR(read_noncanonical)
{
	read(wrong, 0x4141414141414140UL);
}

/* The first page of the kernel's half that is never mapped: the hypervisors' hole. */
MISBEHAVIOUR(read_unmapped)
{
	read(wrong, 0xffff800000000000UL);
}

/* Without copy_from_user(), mapped for the caller or not. */
MISBEHAVIOUR(read_user_memory)
{
	read(wrong, 0x10000);
}

MISBEHAVIOUR(divide_by_zero)
{
	u32 dividend = 1, divisor = wrong ? 0 : 1, quotient;

	WRITE_ONCE(quotient, READ_ONCE(dividend) / READ_ONCE(divisor));
}

MISBEHAVIOUR(bug)
{
	OPTIMIZER_HIDE_VAR(wrong);
	BUG_ON(wrong);
}

MISBEHAVIOUR(warn)
{
	OPTIMIZER_HIDE_VAR(wrong);
	WARN_ON(wrong);
}

/* The test sets panic_on_warn. */
MISBEHAVIOUR(warn_panics)
{
	OPTIMIZER_HIDE_VAR(wrong);
	WARN(wrong, "this is wrong: %d\n", wrong);
}

MISBEHAVIOUR(undefined_instruction)
{
	asm volatile("nop");
	if (wrong)
		asm volatile("ud2");
}
