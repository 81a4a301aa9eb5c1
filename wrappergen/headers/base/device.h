/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/device.h>: the part of the device model that every driver sees, and power management's tables. */
#include <linux/device.h>
#include <linux/pm.h>
#include <linux/pm_wakeup.h>
#include <sfi/annotate.h>

SFI_TYPE(device, hot, none);
/* The driver's own cookie: the kernel never follows it. */
SFI_FIELDS(device, driver_data);

#ifdef CONFIG_PM_SLEEP
int device_set_wakeup_enable(struct device *dev SFI_OWNED, bool enable) SFI_SLEEPS SFI_KEEPS;
#endif
int SFI_INTERFACE(device_init_wakeup)(struct device *dev SFI_OWNED, bool val) SFI_SLEEPS SFI_KEEPS;
const char *dev_driver_string(const struct device *dev SFI_OWNED) SFI_KEEPS;

/* All of one kind. A driver that is not there does not keep the system from sleeping. */
int SFI_CB(dev_pm_ops, prepare)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, suspend)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, resume)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, freeze)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, thaw)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, poweroff)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, restore)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, suspend_late)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, resume_early)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, freeze_late)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, thaw_early)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, poweroff_late)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, restore_early)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, suspend_noirq)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, resume_noirq)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, freeze_noirq)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, thaw_noirq)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, poweroff_noirq)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, restore_noirq)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, runtime_suspend)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, runtime_resume)(struct device *dev) SFI_ON_FAILURE(0);
int SFI_CB(dev_pm_ops, runtime_idle)(struct device *dev) SFI_ON_FAILURE(0);
SFI_TABLE(device_driver, pm);
