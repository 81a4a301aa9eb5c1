// SPDX-License-Identifier: GPL-2.0-only
/* What is passed to the kernel: objects, callbacks, lengths, formats, results. */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/irqreturn.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/fs.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "misbehave.h"

#define SIZE 56

/*
 * Memory
 * ------
 */
MISBEHAVIOUR(double_free)
{
	void *object = object_of(SIZE);

	kfree(object);
	OPTIMIZER_HIDE_VAR(object);
	if (wrong)
		kfree(object);
}

MISBEHAVIOUR(free_foreign)
{
	void *object = object_of(SIZE);

	kfree(wrong ? foreign_object() : object);
}

MISBEHAVIOUR(free_interior)
{
	u8 *object = object_of(SIZE);

	kfree(object + (wrong ? SIZE / 2 : 0));
}

MISBEHAVIOUR(free_global)
{
	static u64 global;
	void *object = object_of(SIZE);

	if (wrong)
		object = &global;
	OPTIMIZER_HIDE_VAR(object);
	kfree(object);
}

static void tick(struct timer_list *unused)
{
}

/* Memory with a timer in it that is armed. */
MISBEHAVIOUR(free_with_timer)
{
	struct timer_list *timer = object_of(sizeof(*timer));

	timer_setup(timer, tick, 0);
	if (wrong)
		mod_timer(timer, jiffies + HZ);
	kfree(timer);
}

/* By the function for another kind of memory. */
MISBEHAVIOUR(free_wrong_type)
{
	void *object = object_of(SIZE);

	if (wrong)
		vfree(object);
	else
		kfree(object);
}

/* Never frees what it allocates: who unloads the module gets it back. */
MISBEHAVIOUR(leak)
{
	void *object = object_of(SIZE);

	if (!wrong)
		kfree(object);
}

/*
 * Timers, threads, queues, devices
 * --------------------------------
 */
static DEFINE_TIMER(ready, tick);

MISBEHAVIOUR(timer_foreign)
{
	struct timer_list *t = wrong ? foreign_timer() : &ready;

	OPTIMIZER_HIDE_VAR(t);
	mod_timer(t, jiffies + HZ);
	del_timer(t);
}

static struct timer_list fresh;

MISBEHAVIOUR(timer_kernel_function)
{
	void (*function)(struct timer_list *) = tick;

	if (wrong)
		function = foreign_text();
	OPTIMIZER_HIDE_VAR(function);
	timer_setup(&fresh, function, 0);
}

static void work(struct work_struct *unused)
{
}

/* A callback of the driver's, for something else. */
MISBEHAVIOUR(timer_wrong_callback)
{
	void (*function)(struct timer_list *) = tick;
	struct work_struct item;

	INIT_WORK(&item, work);
	if (wrong)
		function = (void *)READ_ONCE(item.func);
	timer_setup(&fresh, function, 0);
}

/* Initialised anew while it is armed. */
MISBEHAVIOUR(timer_setup_armed)
{
	timer_setup(&fresh, tick, 0);
	if (wrong)
		mod_timer(&fresh, jiffies + HZ);
	timer_setup(&fresh, tick, 0);
}

MISBEHAVIOUR(queue_after_destroy)
{
	static struct work_struct item;
	struct workqueue_struct *queue = alloc_workqueue("misbehave", 0, 0);

	INIT_WORK(&item, work);
	if (wrong)
		destroy_workqueue(queue);
	OPTIMIZER_HIDE_VAR(queue);
	queue_work(queue, &item);
	if (!wrong)
		destroy_workqueue(queue);
	cancel_work_sync(&item);
}

static const struct file_operations no_operations = { .owner = THIS_MODULE };
static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR, .name = "sfi_misbehave_2", .fops = &no_operations,
};

MISBEHAVIOUR(register_twice)
{
	misc_register(&device);
	if (wrong)
		misc_register(&device);
	misc_deregister(&device);
}

MISBEHAVIOUR(unregister_unregistered)
{
	if (!wrong)
		misc_register(&device);
	misc_deregister(&device);
}

/* Operations that may change under the kernel's eyes. */
MISBEHAVIOUR(register_writable_table)
{
	static struct miscdevice other = {
		.minor = MISC_DYNAMIC_MINOR, .name = "sfi_misbehave_3",
	};
	void *table = object_of(sizeof(no_operations));

	memcpy(table, &no_operations, sizeof(no_operations));
	other.fops = wrong ? table : &no_operations;
	misc_register(&other);
	misc_deregister(&other);
	kfree(table);
}

/* Set up anew while somebody waits in it: whose entry then leads to memory that may be freed. */
MISBEHAVIOUR(queue_setup_busy)
{
	static wait_queue_head_t queue;
	DEFINE_WAIT(entry);

	init_waitqueue_head(&queue);
	prepare_to_wait(&queue, &entry, TASK_INTERRUPTIBLE);
	if (wrong)
		init_waitqueue_head(&queue);
	finish_wait(&queue, &entry);
}

static bool waits;

static void waits_for_itself(struct timer_list *timer)
{
	if (READ_ONCE(waits))
		del_timer_sync(timer);
}

/* Until its own function, which is who waits, has ended. */
MISBEHAVIOUR(timer_waits_for_itself)
{
	static DEFINE_TIMER(self, waits_for_itself);

	WRITE_ONCE(waits, wrong);
	mod_timer(&self, jiffies);
	msleep(50);
	del_timer_sync(&self);
}

static int thread(void *unused)
{
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return 0;
}

MISBEHAVIOUR(thread_stopped_twice)
{
	struct task_struct *task = kthread_run(thread, NULL, "misbehave");

	kthread_stop(task);
	OPTIMIZER_HIDE_VAR(task);
	if (wrong)
		kthread_stop(task);
}

/*
 * Lengths, formats, results
 * -------------------------
 */
MISBEHAVIOUR(length_past)
{
	size_t size = wrong ? 2 * SIZE : SIZE;
	char *object = object_of(SIZE);

	OPTIMIZER_HIDE_VAR(size);
	snprintf(object, size, "%s", "misbehave");
	kfree(object);
}

MISBEHAVIOUR(format_of_the_users)
{
	const char *format = wrong ? (__force const char *)user_memory() : "misbehave\n";

	OPTIMIZER_HIDE_VAR(format);
	_printk(format);
}

/* %s of what is no string. */
MISBEHAVIOUR(format_wild_string)
{
	const char *string = wrong ? (const char *)0x4141414141414140UL : "misbehave";
	char line[16];

	OPTIMIZER_HIDE_VAR(string);
	snprintf(line, sizeof(line), "%s", string);
}

/* More bytes written than there were. Rightly it is what the context returns otherwise. */
MISBEHAVIOUR(result_out_of_range)
{
	job_answer(wrong ? 1 << 20 : 0);
}

/* The timer's time is over, and stays so. */
MISBEHAVIOUR(timer_restarts)
{
	job_answer(wrong ? HRTIMER_RESTART : 0);
}

/* The same, by the driver's own hand. */
MISBEHAVIOUR(timer_started_again)
{
	job_start_timer(wrong);
}

/* As if the thread of a handler had another one to wake. */
MISBEHAVIOUR(thread_of_thread_woken)
{
	job_answer(wrong ? IRQ_WAKE_THREAD : 0);
}
