// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_plant: arms the bugs that a planted build carries, one at a time, and
 * owns the kernel object that they aim at. An ordinary module, not isolated;
 * loaded for demonstrations and tests only.
 *
 *	echo e1000_intr:wild_call > /sys/module/sfi_plant/parameters/arm
 *
 * makes the next call of e1000_intr() fire its planted bug, once.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

#include "sfi_plant.h"

/*
 * Data
 * ----
 */

#define VICTIM_CANARY 0x5f1c7a3b9e0d2468ULL
#define VICTIM_PERIOD (HZ / 50)
#define NAME_SIZE 96 /* "function:bug", with its end */

/*
 * What the bugs aim at: a kernel object with a function pointer that is called
 * from a timer. A bug that gets through to it does what such bugs do: somebody
 * else dies of it, later.
 */
struct victim {
	void (*tick)(struct victim *victim);
	u64 before;
	u64 ticks; /* written by the timer only */
	u64 after;
};

static struct victim *victim;
static struct timer_list victim_timer;

/*
 * The armed bug. @armed is read at every planted function's entry, in any
 * context, without a lock: 0 is "none", otherwise the id with bit 32 set, which
 * no id can be mistaken for. Whoever exchanges it for 0 fires. @armed_name is
 * its text, under @arm_lock.
 */
#define ARMED_BIT BIT_ULL(32)
static atomic64_t armed = ATOMIC64_INIT(0);
static atomic_t fired = ATOMIC_INIT(0);
static char armed_name[NAME_SIZE];
static DEFINE_SPINLOCK(arm_lock);

/*
 * Internals
 * ---------
 */

/* FNV-1a, 32 bits: the planter computes the same at build time. */
static u32 plant_id(const char *text)
{
	u32 hash = 0x811c9dc5;

	while (*text) {
		hash ^= (u8)*text++;
		hash *= 0x01000193;
	}
	return hash;
}

static void victim_tick(struct victim *v)
{
	WRITE_ONCE(v->ticks, v->ticks + 1);
}

static void victim_timer_fn(struct timer_list *timer)
{
	void (*tick)(struct victim *v) = READ_ONCE(victim->tick);

	tick(victim);
	mod_timer(timer, jiffies + VICTIM_PERIOD);
}

static bool victim_intact(void)
{
	return victim && READ_ONCE(victim->tick) == victim_tick &&
	       READ_ONCE(victim->before) == VICTIM_CANARY &&
	       READ_ONCE(victim->after) == VICTIM_CANARY;
}

/*
 * Public interface: what planted drivers call
 * -------------------------------------------
 */

/**
 * sfi_plant_hit - does the planted bug @id fire now?
 * @id: FNV-1a hash (32 bits) of "function:bug"
 *
 * Any context. Return: true for one caller after each arming of @id.
 */
bool sfi_plant_hit(u32 id)
{
	u64 key = id | ARMED_BIT;

	if (likely(atomic64_read(&armed) != key))
		return false;
	if (atomic64_cmpxchg(&armed, key, 0) != key)
		return false;
	atomic_inc(&fired);
	return true;
}
EXPORT_SYMBOL_GPL(sfi_plant_hit);

/**
 * sfi_plant_victim - a kernel object that no driver has a right to
 *
 * Any context. Return: its address; the first 8 bytes are a function pointer.
 */
void *sfi_plant_victim(void)
{
	return victim;
}
EXPORT_SYMBOL_GPL(sfi_plant_victim);

/**
 * sfi_plant_text - a kernel function that no driver has a right to call
 *
 * Any context. Return: its address.
 */
void *sfi_plant_text(void)
{
	return (void *)sfi_plant_victim;
}
EXPORT_SYMBOL_GPL(sfi_plant_text);

/*
 * Module parameters
 * -----------------
 */

static int arm_set(const char *value, const struct kernel_param *kp)
{
	char name[NAME_SIZE];
	unsigned long flags;
	char *text;

	if (strscpy(name, value, sizeof(name)) < 0)
		return -ENAMETOOLONG;
	text = strim(name);
	if (*text && !strchr(text, ':'))
		return -EINVAL;

	spin_lock_irqsave(&arm_lock, flags);
	strscpy(armed_name, text, sizeof(armed_name));
	atomic64_set(&armed, *text ? plant_id(text) | ARMED_BIT : 0);
	spin_unlock_irqrestore(&arm_lock, flags);
	return 0;
}

/* The armed bug's name, or an empty line once it has fired. */
static int arm_get(char *buffer, const struct kernel_param *kp)
{
	unsigned long flags;
	int length;

	spin_lock_irqsave(&arm_lock, flags);
	length = sysfs_emit(buffer, "%s\n", atomic64_read(&armed) ? armed_name : "");
	spin_unlock_irqrestore(&arm_lock, flags);
	return length;
}

static const struct kernel_param_ops arm_ops = { .set = arm_set, .get = arm_get };
module_param_cb(arm, &arm_ops, NULL, 0644);
MODULE_PARM_DESC(arm, "\"function:bug\" to fire once; empty: none");

static int fired_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(&fired));
}

static const struct kernel_param_ops fired_ops = { .get = fired_get };
module_param_cb(fired, &fired_ops, NULL, 0444);
MODULE_PARM_DESC(fired, "planted bugs that have fired");

static int victim_intact_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%c\n", victim_intact() ? 'Y' : 'N');
}

static const struct kernel_param_ops victim_intact_ops = { .get = victim_intact_get };
module_param_cb(victim_intact, &victim_intact_ops, NULL, 0444);
MODULE_PARM_DESC(victim_intact, "Y while no bug has reached the kernel object that they aim at");

static int __init sfi_plant_init(void)
{
	victim = kzalloc(sizeof(*victim), GFP_KERNEL);
	if (!victim)
		return -ENOMEM;
	victim->tick = victim_tick;
	victim->before = VICTIM_CANARY;
	victim->after = VICTIM_CANARY;
	timer_setup(&victim_timer, victim_timer_fn, 0);
	mod_timer(&victim_timer, jiffies + VICTIM_PERIOD);
	return 0;
}

static void __exit sfi_plant_exit(void)
{
	del_timer_sync(&victim_timer);
	kfree(victim);
}

module_init(sfi_plant_init);
module_exit(sfi_plant_exit);
MODULE_DESCRIPTION("Arms bugs planted into a driver, and owns their victim");
MODULE_LICENSE("GPL");
