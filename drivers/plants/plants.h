/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bugs that the planter (sfi-plant.so) can put into a driver, one function
 * a bug, named like it. The compiler includes this file in front of every
 * source file of a planted build, so that a bug is driver code like any other:
 * compiled with the driver, instrumented with it, its kernel calls bound like
 * the driver's own. At the entry of a function that the plant list pairs with
 * a bug, the planter inserts
 *
 *	if (sfi_plant_hit(ID))
 *		sfi_plant_bug_NAME();
 *
 * where ID is the 32-bit FNV-1a hash of "function:bug". sfi_plant.ko decides,
 * once per arming, whether a bug fires. Ordinary builds never see this file.
 *
 * Two more kinds need no function here, since the planter makes them: with
 * "skip" the function does nothing any more, with "omit_CALLEE" it makes none of
 * its calls of CALLEE any more, both until the module's data is as in the
 * beginning. They break no rule.
 *
 * What a bug does must survive the optimizer: OPTIMIZER_HIDE_VAR() keeps it from
 * knowing an address or a divisor, READ_ONCE() and WRITE_ONCE() from dropping an
 * access or folding it into its neighbours.
 */
#ifndef SFI_PLANTS_H
#define SFI_PLANTS_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#include "sfi_plant.h"

/*
 * The headers above define pr_fmt, which a driver may define as well, in its
 * first line; it gets its own. The warning about that is of no use here.
 */
#pragma clang diagnostic ignored "-Wmacro-redefined"

#define SFI_PLANT_BUG(name) static noinline __used void sfi_plant_bug_##name(void)

/*
 * Bytes in the heap objects that the bugs below make. Less than the size class
 * of the allocator: what is behind the end is then nobody's, and never by
 * chance another object of the same driver, which it may well write.
 */
#define SFI_PLANT_OBJECT 56

/*
 * A heap object of the driver. The size is hidden from the compiler: a constant
 * one would let FORTIFY_SOURCE find some of the bugs before anybody else does.
 */
static noinline __used void *sfi_plant_object(void)
{
	size_t size = SFI_PLANT_OBJECT;
	void *object;

	OPTIMIZER_HIDE_VAR(size);
	object = kmalloc(size, GFP_ATOMIC);
	OPTIMIZER_HIDE_VAR(object);
	return object;
}

/*
 * Stores
 * ------
 */

/*
 * Overwrites a function pointer in an object that another module owns. Without
 * isolation that module's next timer tick jumps to nowhere, and the kernel
 * dies of it. Detector: guard.
 */
SFI_PLANT_BUG(wild_store)
{
	u64 *victim = sfi_plant_victim();

	WRITE_ONCE(*victim, 0x4141414141414141ULL);
}

/* Stores behind the end of an own heap object. Detector: guard. */
SFI_PLANT_BUG(heap_overflow)
{
	u8 *object = sfi_plant_object();

	if (!object)
		return;
	WRITE_ONCE(object[SFI_PLANT_OBJECT], 0x5a);
	kfree(object);
}

/* Stores into an own heap object that was freed before. Detector: guard. */
SFI_PLANT_BUG(use_after_free)
{
	u64 *object = sfi_plant_object();

	if (!object)
		return;
	kfree(object);
	OPTIMIZER_HIDE_VAR(object);
	WRITE_ONCE(*object, 0x5a5a5a5a5a5a5a5aULL);
}

/* Fills twice the size of an own heap object. Detector: guard of the memory intrinsic. */
SFI_PLANT_BUG(memset_overflow)
{
	void *object = sfi_plant_object();
	size_t size = 2 * SFI_PLANT_OBJECT;

	if (!object)
		return;
	OPTIMIZER_HIDE_VAR(size);
	memset(object, 0x5a, size);
	kfree(object);
}

/*
 * Overwrites its own return address, as an overflow of a local array would.
 * Detector: guard.
 */
SFI_PLANT_BUG(stack_smash)
{
	u64 *frame = __builtin_frame_address(0);

	OPTIMIZER_HIDE_VAR(frame);
	WRITE_ONCE(frame[1], 0x4141414141414141ULL);
}

/* Stores into the kernel's code. Detector: guard (without isolation: a page fault). */
SFI_PLANT_BUG(text_store)
{
	u8 *text = sfi_plant_text();

	WRITE_ONCE(*text, 0xcc);
}

/* Stores through a NULL pointer. Detector: guard. */
SFI_PLANT_BUG(null_store)
{
	u64 *object = NULL;

	OPTIMIZER_HIDE_VAR(object);
	WRITE_ONCE(*object, 1);
}

/*
 * Calls
 * -----
 */

/* Calls a pointer that is no function. Detector: check of the indirect call. */
SFI_PLANT_BUG(wild_call)
{
	void *victim = sfi_plant_victim();
	void (*function)(void) = victim;

	function();
}

/* Calls a NULL pointer. Detector: check of the indirect call. */
SFI_PLANT_BUG(null_call)
{
	void (*function)(void) = NULL;

	OPTIMIZER_HIDE_VAR(function);
	function();
}

/* An own function, to be called by a pointer of another type. */
static noinline __used int sfi_plant_typed(int value)
{
	OPTIMIZER_HIDE_VAR(value);
	return value + 1;
}

/* Calls an own function as if it had another type. Detector: check of the indirect call. */
SFI_PLANT_BUG(wrong_type_call)
{
	void *right = sfi_plant_typed;
	void (*wrong)(void *object, u64 value) = right;

	OPTIMIZER_HIDE_VAR(wrong);
	wrong(NULL, 0);
}

/* Calls a kernel function that the driver has no right to. Detector: check of the indirect call. */
SFI_PLANT_BUG(kernel_call)
{
	void *text = sfi_plant_text();
	void *(*function)(void) = text;

	function();
}

/*
 * Arguments
 * ---------
 */

/* Frees an object of another module. Detector: wrapper of kfree(). */
SFI_PLANT_BUG(foreign_object)
{
	kfree(sfi_plant_victim());
}

/* Frees an own object twice. Detector: wrapper of kfree(). */
SFI_PLANT_BUG(double_free)
{
	void *object = sfi_plant_object();

	kfree(object);
	OPTIMIZER_HIDE_VAR(object);
	kfree(object);
}

/* Frees an address in the middle of an own object. Detector: wrapper of kfree(). */
SFI_PLANT_BUG(interior_free)
{
	u8 *object = sfi_plant_object();

	if (object)
		kfree(object + SFI_PLANT_OBJECT / 2);
}

static DEFINE_SPINLOCK(sfi_plant_lock);

/* Takes a lock and forgets it. Detector: balance of locks when the driver returns. */
SFI_PLANT_BUG(lock_leak)
{
	spin_lock(&sfi_plant_lock);
}

/* Releases a lock that nobody holds. Detector: wrapper of the unlock function. */
SFI_PLANT_BUG(unlock_unheld)
{
	spin_unlock(&sfi_plant_lock);
}

/*
 * Exceptions
 * ----------
 */

/* Reads through a NULL pointer. Detector: page fault. */
SFI_PLANT_BUG(null_read)
{
	u64 *object = NULL;

	OPTIMIZER_HIDE_VAR(object);
	READ_ONCE(*object);
}

/* Reads an address that no page table can map. Detector: general protection fault. */
SFI_PLANT_BUG(noncanonical_read)
{
	u64 *object = (u64 *)0x4141414141414140ULL;

	READ_ONCE(*object);
}

/* Divides by zero. Detector: divide error. */
SFI_PLANT_BUG(divide_error)
{
	u32 dividend = 1, divisor = 0, quotient;

	WRITE_ONCE(quotient, READ_ONCE(dividend) / READ_ONCE(divisor));
}

/* A failed BUG_ON(). Detector: invalid opcode. */
SFI_PLANT_BUG(bug_on)
{
	bool failed = true;

	OPTIMIZER_HIDE_VAR(failed);
	BUG_ON(failed);
}

/*
 * Time and space
 * --------------
 */

/* Never returns. Detector: watchdog, by its timer. */
SFI_PLANT_BUG(infinite_loop)
{
	bool forever = true;

	while (READ_ONCE(forever))
		;
}

/* Never returns, with a lock held and interrupts off. Detector: watchdog, by NMI. */
SFI_PLANT_BUG(infinite_loop_irqs_off)
{
	bool forever = true;
	unsigned long flags;

	spin_lock_irqsave(&sfi_plant_lock, flags);
	while (READ_ONCE(forever))
		;
	spin_unlock_irqrestore(&sfi_plant_lock, flags);
}

/* Each call needs stack, and uses its callee's result: no call can become a jump. */
static noinline __used u64 sfi_plant_deeper(u64 depth)
{
	u64 frame[16];

	WRITE_ONCE(frame[depth % 16], depth);
	return READ_ONCE(frame[depth % 16]) + (depth ? sfi_plant_deeper(depth - 1) : 0);
}

/* Recurses until the stack is full. Detector: check of the stack depth. */
SFI_PLANT_BUG(deep_recursion)
{
	u64 depth = 1ULL << 20;

	OPTIMIZER_HIDE_VAR(depth);
	sfi_plant_deeper(depth);
}

#endif
