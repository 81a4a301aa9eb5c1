// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that never end though they sleep or give way, a leak, and hunger for
 * memory, by a write to /dev/starve: the name of one, or "stop". Reading waits
 * until then, as it may.
 */
#include <linux/bsearch.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define STORE_SIZE 16384

static bool stop;
static unsigned int leaks_per_s;
static size_t leak_size = sizeof(void *);
static struct task_struct *thread;
static void *chain, *store;

static void work_sleeps(struct work_struct *work)
{
	while (!READ_ONCE(stop))
		msleep(20);
}

static DECLARE_WORK(sleeping_work, work_sleeps);

static void run_for(unsigned int ms)
{
	unsigned long end = jiffies + msecs_to_jiffies(ms);

	while (time_before(jiffies, end))
		cpu_relax();
}

/* Sleeps now and then: no hang. */
static void spin(void)
{
	while (!READ_ONCE(stop)) {
		run_for(100);
		msleep(1);
	}
}

/* Runs for a while, which is no hang. */
static void work_runs(struct work_struct *work)
{
	run_for(1500);
}

static DECLARE_WORK(running_work, work_runs);

static void work_spins(struct work_struct *work)
{
	spin();
}

static DECLARE_WORK(spinning_work, work_spins);

static int differs(const void *key, const void *element)
{
	run_for(20);
	return 1;
}

static int differs_late(const void *key, const void *element)
{
	run_for(600);
	return 1;
}

/* For longer than a call may take, but others have their turn in between: no hang. */
static void search_politely(void)
{
	u64 element = 0;
	int i;

	for (i = 0; i < 6; i++) {
		bsearch(&element, &element, 1, sizeof(element), differs_late);
		cond_resched();
	}
}

/* In the softirq: the kernel calls the driver, again and again, for nearly all of the time, but not for long. */
static void timer_searches(struct timer_list *timer)
{
	u64 element = 0;

	while (!READ_ONCE(stop))
		bsearch(&element, &element, 1, sizeof(element), differs);
}

static DEFINE_TIMER(searching_timer, timer_searches);

/* The kernel is busy with it for much longer than a call may take. */
#define DUMP_SIZE (16 << 20)
static void work_dumps(struct work_struct *work)
{
	void *memory = vmalloc(DUMP_SIZE);

	print_hex_dump(KERN_DEBUG, "starve: ", DUMP_PREFIX_OFFSET, 16, 1, memory, DUMP_SIZE, true);
	vfree(memory);
}

static DECLARE_WORK(dumping_work, work_dumps);

static struct workqueue_struct *queue;

/* Waits for itself. */
static void work_flushes(struct work_struct *work)
{
	flush_workqueue(queue);
}

static DECLARE_WORK(flushing_work, work_flushes);

static void leak_some(unsigned int n)
{
	void **p;

	while (n--) {
		p = kmalloc(leak_size, GFP_KERNEL);
		if (!p)
			break;
		*p = chain;
		chain = p;
	}
}

/* The thread does it. */
static void leak(size_t size, unsigned int per_s)
{
	WRITE_ONCE(leak_size, size);
	WRITE_ONCE(leaks_per_s, per_s);
}

/* A thread's main loop: it may take for ever. */
static int thread_main(void *unused)
{
	while (!kthread_should_stop()) {
		leak_some(READ_ONCE(leaks_per_s));
		msleep_interruptible(1000);
	}
	return 0;
}

/*
 * Hunger: takes what it gets and gives it back when there is no more, the call
 * fails then as it should; or, deaf, asks again.
 */
static long eat_small(bool deaf)
{
	void **all = NULL, **p;
	unsigned int n = 0;

	do {
		while ((p = kmalloc(sizeof(*p), GFP_KERNEL))) {
			*p = all;
			all = p;
			/* It is not to be a hang. */
			if (++n % 2048 == 0)
				msleep(1);
		}
	} while (deaf);
	while ((p = all)) {
		all = *p;
		kfree(p);
		if (--n % 2048 == 0)
			msleep(1);
	}
	return -ENOMEM;
}

static long eat_large(void)
{
	void **all = NULL, **p;

	while ((p = vmalloc(1 << 20))) {
		*p = all;
		all = p;
	}
	while ((p = all)) {
		all = *p;
		vfree(p);
	}
	return -ENOMEM;
}

static long eat_pages(void)
{
	struct page *page, *next, *all = NULL;

	while ((page = alloc_pages(GFP_KERNEL, 3))) {
		*(struct page **)page_address(page) = all;
		all = page;
	}
	for (page = all; page; page = next) {
		next = *(struct page **)page_address(page);
		__free_pages(page, 3);
	}
	return -ENOMEM;
}

static ssize_t starve_write(struct file *file, const char __user *buffer, size_t count,
			    loff_t *position)
{
	char line[32] = "";

	if (count >= sizeof(line) || copy_from_user(line, buffer, count))
		return -EINVAL;
	if (!strncmp(line, "work_sleeps", 11))
		schedule_work(&sleeping_work);
	else if (!strncmp(line, "work_spins", 10))
		schedule_work(&spinning_work);
	else if (!strncmp(line, "work_flushes", 12))
		queue_work(queue, &flushing_work);
	else if (!strncmp(line, "call_spins", 10))
		spin();
	else if (!strncmp(line, "work_runs", 9))
		schedule_work(&running_work);
	else if (!strncmp(line, "work_dumps", 10))
		schedule_work(&dumping_work);
	else if (!strncmp(line, "call_is_polite", 14))
		search_politely();
	else if (!strncmp(line, "timer_searches", 14))
		mod_timer(&searching_timer, jiffies + 1);
	else if (!strncmp(line, "eat_small", 9))
		return eat_small(false);
	else if (!strncmp(line, "eat_large", 9))
		return eat_large();
	else if (!strncmp(line, "eat_pages", 9))
		return eat_pages();
	else if (!strncmp(line, "eat_deaf", 8))
		return eat_small(true);
	else if (!strncmp(line, "leak_large", 10))
		leak(100 << 10, 2);
	else if (!strncmp(line, "leak", 4))
		leak(sizeof(void *), 20);
	else if (!strncmp(line, "stop", 4))
		WRITE_ONCE(stop, true);
	else
		return -EINVAL;
	return count;
}

static ssize_t starve_read(struct file *file, char __user *buffer, size_t count, loff_t *position)
{
	while (!READ_ONCE(stop)) {
		if (signal_pending(current))
			return -EINTR;
		msleep_interruptible(100);
	}
	return 0;
}

static const struct file_operations starve_fops = {
	.owner = THIS_MODULE,
	.read = starve_read,
	.write = starve_write,
};

static struct miscdevice starve_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "starve",
	.fops = &starve_fops,
};

/* One that needs memory to begin with. */
static int __init starve_init(void)
{
	store = kmalloc(STORE_SIZE, GFP_KERNEL);
	if (!store)
		return -ENOMEM;
	thread = kthread_run(thread_main, NULL, "starve");
	if (IS_ERR(thread)) {
		kfree(store);
		return PTR_ERR(thread);
	}
	queue = alloc_workqueue("starve", 0, 1);
	if (!queue) {
		kthread_stop(thread);
		kfree(store);
		return -ENOMEM;
	}
	return misc_register(&starve_device);
}

static void __exit starve_exit(void)
{
	void **p;

	misc_deregister(&starve_device);
	kthread_stop(thread);
	WRITE_ONCE(stop, true);
	del_timer_sync(&searching_timer);
	cancel_work_sync(&dumping_work);
	cancel_work_sync(&sleeping_work);
	cancel_work_sync(&spinning_work);
	cancel_work_sync(&running_work);
	destroy_workqueue(queue);
	kfree(store);
	while ((p = chain)) {
		chain = *p;
		kfree(p);
	}
}

module_init(starve_init);
module_exit(starve_exit);
MODULE_DESCRIPTION("Does not end");
MODULE_LICENSE("GPL");
