// SPDX-License-Identifier: GPL-2.0-only
/* Indirect calls of what is no function of the driver's, or not one of that type. */
#include <linux/kernel.h>

#include "misbehave.h"

static noinline int function(int value)
{
	OPTIMIZER_HIDE_VAR(value);
	return value + 1;
}

/* Calls the function, or @other. */
static __always_inline void call(bool wrong, void *other)
{
	int (*f)(int value) = function;

	if (wrong)
		f = other;
	OPTIMIZER_HIDE_VAR(f);
	f(0);
}

MISBEHAVIOUR(call_null)
{
	call(wrong, NULL);
}

MISBEHAVIOUR(call_noncanonical)
{
	call(wrong, (void *)0x4141414141414141UL);
}

MISBEHAVIOUR(call_kernel_object)
{
	call(wrong, foreign_object());
}

MISBEHAVIOUR(call_own_data)
{
	static u64 data;

	call(wrong, &data);
}

/* Of the right type. */
MISBEHAVIOUR(call_kernel_function)
{
	call(wrong, foreign_text());
}

MISBEHAVIOUR(call_stale)
{
	call(wrong, foreign_stale());
}

MISBEHAVIOUR(call_misaligned)
{
	call(wrong, (u8 *)(void *)function + 1);
}

static noinline void other_type(void *object, u64 value)
{
	OPTIMIZER_HIDE_VAR(object);
	OPTIMIZER_HIDE_VAR(value);
}

MISBEHAVIOUR(call_wrong_type)
{
	call(wrong, other_type);
}

/* Where code of modules is, but not there. */
MISBEHAVIOUR(call_nowhere)
{
	call(wrong, (void *)((unsigned long)foreign_text() ^ 0x2000000));
}
