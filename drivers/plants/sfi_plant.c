// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_plant: arms the bugs that a planted build carries, one or a few at a time,
 * and owns the kernel object that they aim at. An ordinary module, not isolated;
 * loaded for demonstrations and tests only.
 *
 *	echo e1000_intr:wild_call > /sys/module/sfi_plant/parameters/arm
 *
 * makes the next call of e1000_intr() fire its planted bug, once. Several, up to
 * ARMED_MAX, are separated by blanks; they take the place of those armed before.
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
#define ARMED_MAX 4

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
 * The armed bugs. @armed is read at every planted function's entry, in any
 * context, without a lock: 0 is "none", otherwise the id with bit 32 set, which
 * no id can be mistaken for. Whoever exchanges it for 0 fires. @armed_names are
 * their texts, under @arm_lock.
 */
#define ARMED_BIT BIT_ULL(32)
static atomic64_t armed[ARMED_MAX];
static atomic_t fired = ATOMIC_INIT(0);
static char armed_names[ARMED_MAX][NAME_SIZE];
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
	int i;

	for (i = 0; i < ARMED_MAX; i++) {
		if (likely(atomic64_read(&armed[i]) != key))
			continue;
		if (atomic64_cmpxchg(&armed[i], key, 0) != key)
			continue;
		atomic_inc(&fired);
		return true;
	}
	return false;
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
	char names[ARMED_MAX * NAME_SIZE], *rest = names, *name[ARMED_MAX], *text;
	unsigned long flags;
	int nr = 0, i;

	if (strscpy(names, value, sizeof(names)) < 0)
		return -ENAMETOOLONG;
	while ((text = strsep(&rest, " \t\n")) != NULL) {
		if (!*text)
			continue;
		if (!strchr(text, ':') || strlen(text) >= NAME_SIZE || nr == ARMED_MAX)
			return -EINVAL;
		name[nr++] = text;
	}

	spin_lock_irqsave(&arm_lock, flags);
	for (i = 0; i < ARMED_MAX; i++) {
		strscpy(armed_names[i], i < nr ? name[i] : "", NAME_SIZE);
		atomic64_set(&armed[i], i < nr ? plant_id(name[i]) | ARMED_BIT : 0);
	}
	spin_unlock_irqrestore(&arm_lock, flags);
	return 0;
}

/* The names of those that have not fired yet. */
static int arm_get(char *buffer, const struct kernel_param *kp)
{
	unsigned long flags;
	int length = 0, i;

	spin_lock_irqsave(&arm_lock, flags);
	for (i = 0; i < ARMED_MAX; i++) {
		if (atomic64_read(&armed[i]))
			length += sysfs_emit_at(buffer, length, "%s%s", length ? " " : "",
						armed_names[i]);
	}
	spin_unlock_irqrestore(&arm_lock, flags);
	return length + sysfs_emit_at(buffer, length, "\n");
}

static const struct kernel_param_ops arm_ops = { .set = arm_set, .get = arm_get };
module_param_cb(arm, &arm_ops, NULL, 0644);
MODULE_PARM_DESC(arm, "\"function:bug\" to fire once, or several of them; empty: none");

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
