// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_hoard: /dev/sfi_hoard, a driver that acquires as many kernel objects as it is asked for, and
 * fails when it is told to: for measuring what its recovery costs. Writing "KIND N" acquires N
 * objects,
 *
 *	heap	kmalloc()ed memory: a record in the object tracker
 *	timer	armed timers in one piece of memory: known from the rights table alone, and embedded
 *	skb	packets: known from the rights table alone
 *
 * and "fail 0" stores where nothing is. Built plain that is the end of the kernel.
 */
#include <linux/compiler.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define LINE_SIZE 32
#define HEAP_SIZE 64
#define SKB_SIZE 256

/* Of the allocations that are hoarded, all of a kind in one; nothing of it is ever freed here. */
static void **hoard;
static struct timer_list *timers;

static void *heap(void)
{
	return kmalloc(HEAP_SIZE, GFP_KERNEL);
}

static void *skb(void)
{
	return alloc_skb(SKB_SIZE, GFP_KERNEL);
}

static int hoard_each(void *(*acquire)(void), unsigned int n)
{
	hoard = vmalloc(array_size(n + 1, sizeof(*hoard)));
	if (!hoard)
		return -ENOMEM;
	while (n--) {
		hoard[n] = acquire();
		if (!hoard[n])
			return -ENOMEM;
	}
	return 0;
}

static void never(struct timer_list *unused)
{
}

static int hoard_timer(unsigned int n)
{
	timers = vmalloc(array_size(n + 1, sizeof(*timers)));
	if (!timers)
		return -ENOMEM;
	while (n--) {
		timer_setup(&timers[n], never, 0);
		mod_timer(&timers[n], jiffies + 3600 * HZ);
	}
	return 0;
}

static int fail(unsigned int unused)
{
	unsigned long *nowhere = NULL;

	OPTIMIZER_HIDE_VAR(nowhere);
	WRITE_ONCE(*nowhere, 1);
	return 0;
}

static int obey(char *line)
{
	char *number = strchr(line, ' ');
	unsigned int n;

	if (!number)
		return -EINVAL;
	*number++ = '\0';
	if (kstrtouint(number, 10, &n))
		return -EINVAL;
	if (!strcmp(line, "heap"))
		return hoard_each(heap, n);
	if (!strcmp(line, "timer"))
		return hoard_timer(n);
	if (!strcmp(line, "skb"))
		return hoard_each(skb, n);
	if (!strcmp(line, "fail"))
		return fail(n);
	return -EINVAL;
}

static ssize_t hoard_write(struct file *file, const char __user *buffer, size_t count,
			   loff_t *position)
{
	char line[LINE_SIZE] = "";
	int ret;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buffer, count))
		return -EFAULT;
	ret = obey(line);
	return ret ? ret : count;
}

static const struct file_operations hoard_fops = {
	.owner = THIS_MODULE,
	.write = hoard_write,
};

static struct miscdevice hoard_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sfi_hoard",
	.fops = &hoard_fops,
};

module_misc_device(hoard_device);
MODULE_DESCRIPTION("Acquires many objects, and fails");
MODULE_LICENSE("GPL");
