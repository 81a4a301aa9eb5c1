/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/cdev.h>, and the devices and classes by which a character device is seen in /dev.
 *
 * A cdev of the driver's own is an object from cdev_init() until it is deleted. Its release goes through the
 * kernel's own code, so that no callback is left when the driver is gone.
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/version.h>
#include <sfi/annotate.h>

SFI_TYPE(cdev, hot, none);
SFI_EMBEDDED(cdev, true, !list_empty(&obj->list) || (obj->count && kref_read(&obj->kobj.kref)));
SFI_TYPE_ABSTRACT(cdev_registration, ordered, none);
SFI_TYPE(class, ordered, class_destroy);
SFI_TYPE_ABSTRACT(class_device, ordered, none);

void cdev_init(struct cdev *cdev SFI_INITS(cdev), const struct file_operations *fops);
int cdev_add(struct cdev *p, dev_t dev, unsigned int count) SFI_BY_HAND(the numbers must be of a region of the driver);
void cdev_del(struct cdev *p SFI_OWNED) SFI_RELEASES(cdev_registration, p) SFI_SLEEPS;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
struct class *class_create(const char *name) SFI_REQUIRES(SFI_IS_STRING(name, -1)) SFI_ACQUIRES(class) SFI_RELEASED_BY(class_destroy) SFI_SLEEPS;
void class_destroy(const struct class *cls) SFI_BY_HAND(none of its devices may be left);
struct device *device_create(const struct class *cls, struct device *parent, dev_t devt, void *drvdata, const char *fmt, ...) SFI_BY_HAND(variadic);
void device_destroy(const struct class *cls, dev_t devt) SFI_BY_HAND(the device that it ends is found by number);
#else
struct class *__class_create(struct module *owner SFI_MODULE, const char *name, struct lock_class_key *key SFI_OPAQUE) SFI_REQUIRES(SFI_IS_STRING(name, -1)) SFI_ACQUIRES(class) SFI_RELEASED_BY(class_destroy) SFI_SLEEPS;
void class_destroy(struct class *cls) SFI_BY_HAND(none of its devices may be left);
struct device *device_create(struct class *cls, struct device *parent, dev_t devt, void *drvdata, const char *fmt, ...) SFI_BY_HAND(variadic);
void device_destroy(struct class *cls, dev_t devt) SFI_BY_HAND(the device that it ends is found by number);
#endif
