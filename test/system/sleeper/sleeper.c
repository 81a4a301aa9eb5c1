// SPDX-License-Identifier: GPL-2.0-only
/* Threads that sleep for very long, one by each of the kernel's sleeps; for sleeper.sh. */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>

#define LONG_MS 1000000

static int by_msleep(void *data)
{
	msleep(LONG_MS);
	return 0;
}

static int by_msleep_interruptible(void *data)
{
	msleep_interruptible(LONG_MS);
	return 0;
}

static int by_usleep_range(void *data)
{
	usleep_range(LONG_MS * 1000UL, LONG_MS * 1000UL + 100);
	return 0;
}

static int (*const sleeps[])(void *data) = {
	by_msleep, by_msleep_interruptible, by_usleep_range,
};
static struct task_struct *threads[ARRAY_SIZE(sleeps)];

static int __init sleeper_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sleeps); i++) {
		threads[i] = kthread_run(sleeps[i], NULL, "sleeper%u", i);
		if (IS_ERR(threads[i]))
			return PTR_ERR(threads[i]);
	}
	return 0;
}

static void __exit sleeper_exit(void)
{
}

module_init(sleeper_init);
module_exit(sleeper_exit);
MODULE_DESCRIPTION("Sleeps");
MODULE_LICENSE("GPL");
