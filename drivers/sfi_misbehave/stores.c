// SPDX-License-Identifier: GPL-2.0-only
/* Stores to where the driver has no right to. All are found by the guard before the store. */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "misbehave.h"

#define VALUE 0x4141414141414141ULL

static u64 own;

/* Where the right store goes, or the wrong one. */
static u64 *target(bool wrong, void *other)
{
	u64 *p = wrong ? other : &own;

	OPTIMIZER_HIDE_VAR(p);
	return p;
}

MISBEHAVIOUR(store_kernel_object)
{
	WRITE_ONCE(*target(wrong, foreign_object()), VALUE);
}

MISBEHAVIOUR(store_kernel_text)
{
	WRITE_ONCE(*target(wrong, foreign_text()), VALUE);
}

/* Without copy_to_user(). */
MISBEHAVIOUR(store_user_memory)
{
	WRITE_ONCE(*target(wrong, (__force void *)user_memory()), VALUE);
}
