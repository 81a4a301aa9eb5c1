// SPDX-License-Identifier: GPL-2.0-only
/* Stores to where the driver has no right to. All are found by the guard before the store. */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
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

MISBEHAVIOUR(store_null)
{
	WRITE_ONCE(*target(wrong, NULL), VALUE);
}

MISBEHAVIOUR(store_noncanonical)
{
	WRITE_ONCE(*target(wrong, (void *)VALUE), VALUE);
}

/* Another isolated driver may write there. */
MISBEHAVIOUR(store_foreign_domain)
{
	WRITE_ONCE(*target(wrong, foreign_domain()), VALUE);
}

MISBEHAVIOUR(store_constant)
{
	static const u64 constant = 1;

	WRITE_ONCE(*target(wrong, (void *)&constant), VALUE);
}

MISBEHAVIOUR(store_own_text)
{
	WRITE_ONCE(*target(wrong, store_own_text), VALUE);
}

/* As an overflow of a local array would. */
MISBEHAVIOUR(store_return_address)
{
	WRITE_ONCE(*target(wrong, (u64 *)__builtin_frame_address(0) + 1), VALUE);
}

/* Where the caller keeps its registers: below the return address. */
MISBEHAVIOUR(store_saved_register)
{
	WRITE_ONCE(*target(wrong, __builtin_frame_address(0)), VALUE);
}

/* Less than the size class of the allocator: what is behind the end is nobody's. */
#define OBJECT 56

MISBEHAVIOUR(store_freed)
{
	u64 *object = object_of(OBJECT);

	if (wrong)
		kfree(object);
	WRITE_ONCE(*object, VALUE);
	if (!wrong)
		kfree(object);
}

MISBEHAVIOUR(store_after)
{
	u8 *object = object_of(OBJECT);

	WRITE_ONCE(object[wrong ? OBJECT : OBJECT - 1], 0x41);
	kfree(object);
}

/*
 * Objects have a neighbour on each side, which may be an own one: of a size that nobody else asks for. Before the
 * first one of a page is another page.
 */
MISBEHAVIOUR(store_before)
{
	u8 *object = object_of(OBJECT);

	WRITE_ONCE(object[wrong ? -1 : 0], 0x41);
	kfree(object);
}

/* The last 8 bytes of an object of 52: rights have a grain of 8 bytes. */
MISBEHAVIOUR(store_in_last_slot)
{
	u8 *object = object_of(OBJECT - 4);

	WRITE_ONCE(object[wrong ? OBJECT - 4 : OBJECT - 5], 0x41);
	kfree(object);
}

/* A word of a spin lock of its own, which is free: the functions that lock it are the driver's own code. */
MISBEHAVIOUR(store_own_lock)
{
	static DEFINE_SPINLOCK(lock);
	spinlock_t *p = &lock;
	unsigned long flags;

	OPTIMIZER_HIDE_VAR(p);
	if (wrong)
		WRITE_ONCE(*(u32 *)p, 0);
	spin_lock_irqsave(p, flags);
	own++;
	spin_unlock_irqrestore(p, flags);
}

/* Objects of the kernel's within own memory */

static void no_timer(struct timer_list *timer)
{
}

static void no_work(struct work_struct *work)
{
}

/* Apart from what is registered, or the report would say how far it is from that. */
static struct {
	u8 apart[256];
	struct timer_list timer;
	struct work_struct work;
	wait_queue_head_t queue;
} own_objects = {
	.timer = __TIMER_INITIALIZER(no_timer, 0),
	.work = __WORK_INITIALIZER(own_objects.work, no_work),
	.queue = __WAIT_QUEUE_HEAD_INITIALIZER(own_objects.queue),
};

/* The function of a timer that is armed. */
MISBEHAVIOUR(store_timer)
{
	mod_timer(&own_objects.timer, jiffies + HZ);
	WRITE_ONCE(*target(wrong, &own_objects.timer.function), VALUE);
	del_timer(&own_objects.timer);
}

/* The list node of a work item that is queued. */
MISBEHAVIOUR(store_work)
{
	schedule_work(&own_objects.work);
	WRITE_ONCE(*target(wrong, &own_objects.work.entry), VALUE);
}

/* The list of a wait queue. */
MISBEHAVIOUR(store_list)
{
	wake_up(&own_objects.queue);
	WRITE_ONCE(*target(wrong, &own_objects.queue.head), VALUE);
}

/* Other ways to store */

MISBEHAVIOUR(atomic_kernel_object)
{
	atomic_inc((atomic_t *)target(wrong, foreign_object()));
}

MISBEHAVIOUR(exchange_kernel_object)
{
	xchg(target(wrong, foreign_object()), VALUE);
}

/* The bit's number leads there, not the address. */
MISBEHAVIOUR(bit_kernel_object)
{
	long offset = (long)foreign_object() - (long)&own;

	set_bit(wrong ? offset * BITS_PER_BYTE : 0, (unsigned long *)target(false, NULL));
}

MISBEHAVIOUR(memset_past)
{
	size_t size = wrong ? 2 * OBJECT : OBJECT;
	void *object = object_of(OBJECT);

	OPTIMIZER_HIDE_VAR(size);
	memset(object, 0x41, size);
	kfree(object);
}

MISBEHAVIOUR(memcpy_past)
{
	size_t size = wrong ? 2 * OBJECT : OBJECT;
	void *object = object_of(OBJECT), *from = object_of(2 * OBJECT);

	OPTIMIZER_HIDE_VAR(size);
	memset(from, 0x41, 2 * OBJECT);
	memcpy(object, from, size);
	kfree(object);
	kfree(from);
}

MISBEHAVIOUR(memmove_kernel_object)
{
	u64 from = VALUE;
	size_t size = sizeof(from);

	OPTIMIZER_HIDE_VAR(size);
	memmove(target(wrong, foreign_object()), &from, size);
}

MISBEHAVIOUR(struct_copy)
{
	struct big {
		u64 words[2 * OBJECT / sizeof(u64)];
	} *to = object_of(wrong ? OBJECT : sizeof(*to)), *from = object_of(sizeof(*from));

	memset(from, 0x41, sizeof(*from));
	*to = *from;
	barrier_data(to);
	kfree(to);
	kfree(from);
}

/* As if the object were the registers of a device. */
MISBEHAVIOUR(mmio_kernel_object)
{
	writeq(VALUE, (__force void __iomem *)target(wrong, foreign_object()));
}

/* The caller's bytes, more than there is room for. */
MISBEHAVIOUR(copy_from_user_past)
{
	size_t size = wrong ? OBJECT + 8 : 1;
	u8 *object = object_of(OBJECT);
	unsigned long left;

	OPTIMIZER_HIDE_VAR(size);
	left = copy_from_user(object, user_memory(), size);
	OPTIMIZER_HIDE_VAR(left);
	kfree(object);
}
