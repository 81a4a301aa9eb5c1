// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_sample: /dev/sfi_sample, a character device that gives back what is
 * written to it, transformed. It is the benign driver of the tests: it uses
 * what character drivers use, and breaks no rule. This half is the device
 * file; engine.c does the work.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

#include "sfi_sample.h"

#define CHUNK_SIZE 256 /* bytes copied from or to the caller at a time, on the stack */

static struct sample_engine engine;

/* One reader and one writer at a time, so that what each moves stays in one piece. */
static DEFINE_MUTEX(read_mutex);
static DEFINE_MUTEX(write_mutex);

static int sample_open(struct inode *inode, struct file *file)
{
	return stream_open(inode, file);
}

/*
 * Copies to the caller what is there, chunk by chunk. A chunk that cannot be
 * copied is lost, as with a terminal.
 */
static ssize_t read_available(char __user *buffer, size_t count)
{
	u8 chunk[CHUNK_SIZE];
	size_t done = 0;
	u32 taken;

	while (done < count) {
		taken = sample_engine_take(&engine, chunk, min_t(size_t, count - done, CHUNK_SIZE));
		if (!taken)
			break;
		if (copy_to_user(buffer + done, chunk, taken))
			return done ? done : -EFAULT;
		done += taken;
	}
	return done;
}

static ssize_t sample_read(struct file *file, char __user *buffer, size_t count, loff_t *position)
{
	ssize_t ret;

	if (!count)
		return 0;
	if (mutex_lock_interruptible(&read_mutex))
		return -ERESTARTSYS;

	while (!(ret = read_available(buffer, count))) {
		if (file->f_flags & O_NONBLOCK) {
			ret = -EAGAIN;
			break;
		}
		if (wait_event_interruptible(engine.readable, sample_engine_readable(&engine))) {
			ret = -ERESTARTSYS;
			break;
		}
	}
	mutex_unlock(&read_mutex);
	return ret;
}

/* Puts one chunk whole, waiting for space as often as it takes. Return: how much of it went in. */
static ssize_t write_chunk(struct file *file, const u8 *chunk, u32 count)
{
	u32 done = 0;

	for (;;) {
		done += sample_engine_put(&engine, chunk + done, count - done);
		if (done == count)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return done ? done : -EAGAIN;
		if (wait_event_interruptible(engine.writable, sample_engine_writable(&engine)))
			return done ? done : -ERESTARTSYS;
	}
}

static ssize_t sample_write(struct file *file, const char __user *buffer, size_t count,
			    loff_t *position)
{
	u8 chunk[CHUNK_SIZE];
	size_t done = 0;
	ssize_t ret = 0;

	if (mutex_lock_interruptible(&write_mutex))
		return -ERESTARTSYS;

	while (done < count) {
		u32 size = min_t(size_t, count - done, CHUNK_SIZE);

		if (copy_from_user(chunk, buffer + done, size)) {
			ret = -EFAULT;
			break;
		}
		ret = write_chunk(file, chunk, size);
		if (ret < 0)
			break;
		done += ret;
		if (ret < size)
			break;
	}
	mutex_unlock(&write_mutex);
	return done ? done : ret;
}

static __poll_t sample_poll(struct file *file, poll_table *wait)
{
	__poll_t mask = 0;

	poll_wait(file, &engine.readable, wait);
	poll_wait(file, &engine.writable, wait);
	if (sample_engine_readable(&engine))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (sample_engine_writable(&engine))
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

static long sample_get_stats(void __user *argument)
{
	struct sfi_sample_stats stats;

	sample_engine_stats(&engine, &stats);
	return copy_to_user(argument, &stats, sizeof(stats)) ? -EFAULT : 0;
}

static long sample_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	void __user *pointer = (void __user *)argument;
	u32 value;

	switch (command) {
	case SFI_SAMPLE_GET_STATS:
		return sample_get_stats(pointer);
	case SFI_SAMPLE_SET_MODE:
		if (copy_from_user(&value, pointer, sizeof(value)))
			return -EFAULT;
		return sample_engine_set_mode(&engine, value);
	case SFI_SAMPLE_SET_PERIOD:
		if (copy_from_user(&value, pointer, sizeof(value)))
			return -EFAULT;
		return sample_engine_set_period(&engine, value);
	case SFI_SAMPLE_RESET:
		sample_engine_reset(&engine);
		return 0;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations sample_fops = {
	.owner = THIS_MODULE,
	.open = sample_open,
	.read = sample_read,
	.write = sample_write,
	.poll = sample_poll,
	.unlocked_ioctl = sample_ioctl,
};

static struct miscdevice sample_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sfi_sample",
	.fops = &sample_fops,
};

static int __init sample_init(void)
{
	int ret;

	ret = sample_engine_start(&engine);
	if (ret)
		return ret;
	ret = misc_register(&sample_device);
	if (ret) {
		sample_engine_stop(&engine);
		return ret;
	}
	pr_info("ready\n");
	return 0;
}

static void __exit sample_exit(void)
{
	misc_deregister(&sample_device);
	sample_engine_stop(&engine);
	pr_info("gone\n");
}

module_init(sample_init);
module_exit(sample_exit);
MODULE_DESCRIPTION("A benign character device: gives back what is written to it, transformed");
MODULE_LICENSE("GPL");
