// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/calls: calls, through the table of operations that the kernel has of an
 * open file, a function of its own and a kernel function. That is right in
 * read(). What is written says which wrong is done: a wrong argument of the
 * kernel function, called directly or by way of the table, each where a
 * compiler would rather jump than call; or a function that is called as one of
 * another type.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

static noinline loff_t call_own(struct file *file)
{
	return file->f_op->unlocked_ioctl(file, 40, 2);
}

static noinline loff_t call_kernel(struct file *file)
{
	return READ_ONCE(file->f_op)->llseek(file, 0, SEEK_CUR);
}

static noinline loff_t bad_indirect(struct file *file, const struct file_operations *ops)
{
	return ops->llseek(file, 0, SEEK_CUR); /* indirect */
}

static noinline loff_t bad_direct(struct file *file)
{
	return noop_llseek(file, 0, SEEK_CUR); /* direct */
}

static noinline loff_t bad_type(const struct file_operations *ops)
{
	loff_t (*fn)(void) = (void *)ops->unlocked_ioctl;

	return fn(); /* type */
}

static long calls_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	return command + argument;
}

static ssize_t calls_read(struct file *file, char __user *buffer, size_t count, loff_t *position)
{
	return call_own(file) == 42 && call_kernel(file) == file->f_pos ? 0 : -EIO;
}

static ssize_t calls_write(struct file *file, const char __user *buffer, size_t count,
			   loff_t *position)
{
	char what;

	if (copy_from_user(&what, buffer, 1))
		return -EFAULT;
	switch (what) {
	case 'i':
		return bad_indirect((struct file *)file->f_op, file->f_op);
	case 'd':
		return bad_direct((struct file *)file->f_op);
	case 't':
		return bad_type(file->f_op);
	default:
		return -EINVAL;
	}
}

static const struct file_operations calls_fops = {
	.owner = THIS_MODULE,
	.llseek = noop_llseek,
	.read = calls_read,
	.write = calls_write,
	.unlocked_ioctl = calls_ioctl,
};

static struct miscdevice calls_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "calls",
	.fops = &calls_fops,
};

module_misc_device(calls_device);
MODULE_DESCRIPTION("Calls through the kernel's tables");
MODULE_LICENSE("GPL");
