// SPDX-License-Identifier: GPL-2.0-only
/* Character devices with the numbers of others, and classes that end before their devices. */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/spinlock.h>
#include <linux/version.h>

#include "misuse.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define make_class(name) class_create(THIS_MODULE, name)
#else
#define make_class(name) class_create(name)
#endif

static const struct file_operations operations;
static DEFINE_SPINLOCK(lock);
static struct cdev file;
static dev_t number;

/* /dev/null would be the driver's. */
MISUSE(numbers_of_others, "argument dev is of a region of the driver.s of cdev_add: does not meet")
{
	cdev_init(&file, &operations);
	(void)cdev_add(&file, MKDEV(1, 3), 1);
}

MISUSE(numbers_too_many, "argument dev is of a region of the driver.s of cdev_add: does not meet")
{
	cdev_init(&file, &operations);
	if (alloc_chrdev_region(&number, 0, 2, "misuse"))
		return;
	if (!cdev_add(&file, number + 1, 1)) {
		cdev_del(&file);
		cdev_init(&file, &operations);
		(void)cdev_add(&file, number + 1, 2);
	}
}

MISUSE(class_destroyed_early, "argument none of its devices is left of class_destroy: does not")
{
	struct class *class;

	if (alloc_chrdev_region(&number, 0, 1, "misuse"))
		return;
	class = make_class("misuse_class");
	if (!IS_ERR(class) && !IS_ERR(device_create(class, NULL, number, NULL, "misuse_file")))
		class_destroy(class);
}

MISUSE(class_created_atomic, "argument .*preempt.* of __class_create: does not meet")
{
	spin_lock(&lock);
	(void)make_class("misuse_class");
}

MISUSE(numbers_taken_atomic, "argument .*preempt.* of alloc_chrdev_region: does not meet")
{
	spin_lock(&lock);
	(void)alloc_chrdev_region(&number, 0, 1, "misuse");
}

const struct misuse file_misuses[] = {
	ROW(numbers_of_others),
	ROW(numbers_too_many),
	ROW(class_destroyed_early),
	ROW(class_created_atomic),
	ROW(numbers_taken_atomic),
	{},
};
