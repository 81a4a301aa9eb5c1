// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices of a class, by which a character device is seen in /dev.
 *
 * By hand: device_create() is variadic, and device_destroy() names what it ends
 * by number, while the driver holds it by address.
 */
#include <linux/device.h>
#include <linux/device/class.h>

#include "wrappers/by_hand.h"

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define CLASS_OF_DEVICES const struct class
#else
#define CLASS_OF_DEVICES struct class
#endif

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
