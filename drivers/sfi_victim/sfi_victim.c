// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_victim: owns what sfi_misbehave aims at, and tells whether it was hit, and
 * whether the kernel around it is as it should be. An ordinary module, not isolated;
 * loaded for tests only. Its parameters, all read-only, are the addresses to aim at and
 * the verdicts: Y, or what is wrong.
 *
 *	cd /sys/module/sfi_victim/parameters
 *	modprobe sfi_misbehave object=$(cat object) text=$(cat text) ...
 *	cat intact		# what belongs to this module, and what a wild store has aimed at
 *	cat balanced		# who asks: no lock or count of it was left behind
 *	cat kernel		# all CPUs, their workers, the sleeping tasks, RCU, rtnl_lock()
 */
#include <linux/cpu.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#define CANARY 0x5f1c7a3b9e0d2468ULL
#define PERIOD (HZ / 50)
#define TEXT_SIZE 16 /* bytes of the function's code that are watched */

/* Canaries in the words, so that a store next to the target shows too. */
struct victim {
	u64 before;
	u64 target;
	u64 after;
	spinlock_t lock;
	struct timer_list timer; /* runs all the time: a wrong function in it kills the kernel */
	u64 end;
};

static struct victim *victim;
static u8 text_copy[TEXT_SIZE];
static void *stale; /* code of this module that is gone: never to be called */

/* A kernel function that no driver has a right to call or to change. */
static noinline int victim_text(int value)
{
	OPTIMIZER_HIDE_VAR(value);
	return value + 1;
}

static void victim_tick(struct timer_list *timer)
{
	mod_timer(timer, jiffies + PERIOD);
}

/*
 * All that sfi_misbehave stores where it may not, but for arithmetic, is this byte. A wild store is
 * to be reported before it is made: the byte is not there yet, whosever memory that is.
 */
#define STORED 0x41
static bool store_made;
static unsigned int wild_stores; /* that were looked at */

static bool is_stored(u64 address, size_t size)
{
	u8 there[sizeof(u64)];

	return !copy_from_kernel_nofault(there, (void *)address, size) &&
	       !memchr_inv(there, STORED, size);
}

/* wild_store(domain, address, size, ip) */
static int at_wild_store(struct kprobe *p, struct pt_regs *regs)
{
	size_t size = min_t(u64, regs->dx, sizeof(u64));

	if (is_stored(regs->si, size) || is_stored(regs->si + regs->dx - size, size))
		WRITE_ONCE(store_made, true);
	WRITE_ONCE(wild_stores, wild_stores + 1);
	return 0;
}
NOKPROBE_SYMBOL(at_wild_store);

static struct kprobe wild_store_probe = {
	.symbol_name = "sfi:wild_store",
	.pre_handler = at_wild_store,
};

static bool intact(void)
{
	return READ_ONCE(victim->before) == CANARY && READ_ONCE(victim->target) == CANARY &&
	       READ_ONCE(victim->after) == CANARY && READ_ONCE(victim->end) == CANARY &&
	       arch_spin_value_unlocked(victim->lock.rlock.raw_lock) &&
	       timer_pending(&victim->timer) && victim->timer.function == victim_tick &&
	       !memcmp(text_copy, (void *)victim_text, TEXT_SIZE) && !READ_ONCE(store_made);
}

/* Of this task, which may sleep here. */
static const char *balance(void)
{
	if (irqs_disabled())
		return "interrupts are off";
	if (preempt_count())
		return "the preempt count is not 0";
	if (rcu_preempt_depth())
		return "within an RCU section";
	return "Y";
}

static long workers_balance(void *unused)
{
	return (long)balance();
}

static void answer(void *unused)
{
}

/* A task that sleeps in an RCU section for good would stop all grace periods. */
static bool sleeper_in_section(void)
{
	bool found = false;
#ifdef CONFIG_PREEMPT_RCU
	struct task_struct *p, *t;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (!READ_ONCE(t->on_rq) && READ_ONCE(t->rcu_read_lock_nesting))
			found = true;
	}
	rcu_read_unlock();
#endif
	return found;
}

/* Every CPU takes interrupts and runs work, and grace periods end: if not, this does not return. */
static const char *kernel_state(void)
{
	const char *what;
	int cpu;

	if (sleeper_in_section())
		return "a task sleeps within an RCU section";
	if (rtnl_is_locked())
		return "rtnl_lock() is held";
	on_each_cpu(answer, NULL, 1);
	for_each_online_cpu(cpu) {
		what = (const char *)work_on_cpu(cpu, workers_balance, NULL);
		if (strcmp(what, "Y"))
			return what;
	}
	synchronize_rcu_expedited();
	return "Y";
}

#define SHOW(name, format, value)							\
	static int name##_get(char *buffer, const struct kernel_param *kp)		\
	{										\
		return sysfs_emit(buffer, format, value);				\
	}										\
	static const struct kernel_param_ops name##_ops = { .get = name##_get };	\
	module_param_cb(name, &name##_ops, NULL, 0400)

SHOW(object, "0x%lx\n", (unsigned long)&victim->target);
MODULE_PARM_DESC(object, "address of a word in an object, between two others");
SHOW(lock, "0x%lx\n", (unsigned long)&victim->lock);
MODULE_PARM_DESC(lock, "address of a spin lock");
SHOW(timer, "0x%lx\n", (unsigned long)&victim->timer);
MODULE_PARM_DESC(timer, "address of a timer that is armed");
SHOW(text, "0x%lx\n", (unsigned long)victim_text);
MODULE_PARM_DESC(text, "address of a function");
SHOW(stale, "0x%lx\n", (unsigned long)stale);
MODULE_PARM_DESC(stale, "address of a function that has been freed");
SHOW(intact, "%c\n", intact() ? 'Y' : 'N');
MODULE_PARM_DESC(intact, "Y while all is as it was, and no wild store has been made");
SHOW(wild_stores, "%u\n", READ_ONCE(wild_stores));
MODULE_PARM_DESC(wild_stores, "how many wild stores of isolated drivers it has looked at");
SHOW(balanced, "%s\n", balance());
MODULE_PARM_DESC(balanced, "Y if who asks has left nothing locked");
SHOW(kernel, "%s\n", kernel_state());
MODULE_PARM_DESC(kernel, "Y if nobody has");

static int __init sfi_victim_init(void)
{
	int ret;

	victim = kzalloc(sizeof(*victim), GFP_KERNEL);
	if (!victim)
		return -ENOMEM;
	ret = register_kprobe(&wild_store_probe);
	/* Without sfi.ko there is no such function. */
	if (ret && ret != -ENOENT) {
		kfree(victim);
		return ret;
	}
	victim->before = CANARY;
	victim->target = CANARY;
	victim->after = CANARY;
	victim->end = CANARY;
	spin_lock_init(&victim->lock);
	timer_setup(&victim->timer, victim_tick, 0);
	memcpy(text_copy, (void *)victim_text, TEXT_SIZE);
	stale = sfi_victim_init;
	pr_debug("%d\n", victim_text(0));
	mod_timer(&victim->timer, jiffies + PERIOD);
	return 0;
}

static void __exit sfi_victim_exit(void)
{
	/* One that was not registered is no mistake. */
	unregister_kprobe(&wild_store_probe);
	del_timer_sync(&victim->timer);
	kfree(victim);
}

module_init(sfi_victim_init);
module_exit(sfi_victim_exit);
MODULE_DESCRIPTION("Owns the kernel object that sfi_misbehave aims at");
MODULE_LICENSE("GPL");
