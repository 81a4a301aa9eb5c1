// SPDX-License-Identifier: GPL-2.0-only
/*
 * Character devices by their numbers, and the devices of a class by which one is seen in /dev.
 *
 * By hand: device_create() is variadic, device_destroy() names what it ends by
 * number, while the driver holds it by address; a cdev has numbers of a region,
 * and a class outlives its devices.
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/device/class.h>

#include "wrappers/by_hand.h"

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define CLASS_OF_DEVICES const struct class
#else
#define CLASS_OF_DEVICES struct class
#endif

/* === Numbers === */

struct numbers {
	dev_t first;
	unsigned int count;
};

/* The arguments are those of unregister_chrdev_region(). */
static bool is_around(const void *region, const u64 args[4], const void *arg)
{
	const struct numbers *n = arg;

	return n->first >= args[0] && (u64)n->first + n->count <= args[0] + args[1];
}

static void delete_cdev(void *obj, const u64 args[4])
{
	cdev_del(obj);
}

/* Others' numbers would lead to it from then on. */
int sfi_w_cdev_add(struct sfi_self *self, struct cdev *p, dev_t dev, unsigned int count)
{
	const struct numbers numbers = { .first = dev, .count = count };
	struct sfi_domain *d = sfi_import_enter(self);
	int ret;

	SFI_CHECK_SLEEPS(d, "cdev_add");
	sfi_check_owned(d, p, SFI_T_cdev, SFI_ARG("cdev_add", "p"));
	sfi_check_that(d, !p->count, SFI_ARG("cdev_add", "p was not added before"));
	sfi_check_that(d, count && sfi_any_recorded(d, SFI_T_chrdev_region, is_around, &numbers),
		       SFI_ARG("cdev_add", "dev is of a region of the driver's"));
	ret = cdev_add(p, dev, count);
	if (!ret)
		sfi_acquire(d, &sfi_type_cdev_registration, p, 0, delete_cdev, 0, 0, 0, 0);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_cdev_add);

/* === Devices of a class === */

static void *number_object(dev_t devt)
{
	return (void *)(unsigned long)devt;
}

static void destroy_device(void *obj, const u64 args[4])
{
	device_destroy((CLASS_OF_DEVICES *)args[0], (dev_t)(unsigned long)obj);
}

struct device *sfi_w_device_create(struct sfi_self *self, CLASS_OF_DEVICES *cls,
				   struct device *parent, dev_t devt, void *drvdata,
				   const char *fmt, ...)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct va_format vaf = { .fmt = fmt };
	struct device *dev;
	va_list args;

	SFI_CHECK_SLEEPS(d, "device_create");
	sfi_check_owned(d, cls, SFI_T_class, SFI_ARG("device_create", "class"));
	if (parent)
		sfi_check_owned(d, parent, SFI_T_device, SFI_ARG("device_create", "parent"));
	va_start(args, fmt);
	sfi_check_format(d, fmt, args,
			 SFI_ARG("device_create", "fmt and what it prints can be read"));
	vaf.va = &args;
	dev = device_create(cls, parent, devt, drvdata, "%pV", &vaf);
	va_end(args);
	if (!IS_ERR(dev)) {
		sfi_acquire(d, &sfi_type_device, dev, 0, NULL, 0, 0, 0, 0);
		sfi_acquire(d, &sfi_type_class_device, number_object(devt), 0, destroy_device,
			    (u64)cls, (u64)dev, 0, 0);
	}
	sfi_import_leave(d);
	return dev;
}
EXPORT_SYMBOL_GPL(sfi_w_device_create);

void sfi_w_device_destroy(struct sfi_self *self, CLASS_OF_DEVICES *cls, dev_t devt)
{
	struct sfi_domain *d = sfi_import_enter(self);
	const u64 args[4] = { (u64)cls };
	struct device *dev;

	SFI_CHECK_SLEEPS(d, "device_destroy");
	sfi_check_owned(d, cls, SFI_T_class, SFI_ARG("device_destroy", "class"));
	sfi_release_args(d, &sfi_type_class_device, number_object(devt), args, 1,
			 SFI_ARG("device_destroy", "devt"));
	dev = class_find_device_by_devt(cls, devt);
	if (dev) {
		sfi_take_back(d, &sfi_type_device, dev);
		put_device(dev);
	}
	device_destroy(cls, devt);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_device_destroy);

static bool is_of(const void *device, const u64 args[4], const void *cls)
{
	return (const void *)args[0] == cls;
}

void sfi_w_class_destroy(struct sfi_self *self, CLASS_OF_DEVICES *cls)
{
	const struct sfi_arg *arg = SFI_ARG("class_destroy", "cls");
	struct sfi_domain *d = sfi_import_enter(self);

	SFI_CHECK_SLEEPS(d, "class_destroy");
	if (!IS_ERR_OR_NULL(cls)) {
		sfi_check_that(d, !sfi_any_recorded(d, SFI_T_class_device, is_of, cls),
			       SFI_ARG("class_destroy", "none of its devices is left"));
		sfi_release(d, &sfi_type_class, (void *)cls, arg);
		class_destroy(cls);
	}
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_class_destroy);
