// SPDX-License-Identifier: GPL-2.0-only
/*
 * One mistake for each detector of the debug kernel, made in a module that is not isolated:
 * what the tests take for "no report" must be found here. By its name:
 *
 *	echo NAME > /sys/module/detectors/parameters/make
 */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/timer.h>

static int something;
static int __rcu *pointer = (int __rcu *)&something;

static void rcu_unprotected(void)
{
	WRITE_ONCE(something, *rcu_dereference(pointer));
}

static void sleep_atomic(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

static void nothing(struct timer_list *timer)
{
}

static struct timer_list timer;

static void timer_twice(void)
{
	timer_setup(&timer, nothing, 0);
	mod_timer(&timer, jiffies + HZ);
	timer_setup(&timer, nothing, 0);
}

static void use_after_free(void)
{
	u8 *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	kfree(p);
	WRITE_ONCE(something, READ_ONCE(p[8]));
}

static void leak(void)
{
	u8 *p;
	int i;

	/* The last one may still be found in a register or on a stack. */
	for (i = 0; i < 16; i++) {
		p = kmalloc(200, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(p);
	}
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void lock_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static struct platform_device *device;

static void unmapped_in_part(void)
{
	u8 *p = kmalloc(64, GFP_KERNEL);
	dma_addr_t addr;

	device = platform_device_register_simple("detectors", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR_OR_NULL(device) || !p)
		return;
	dma_coerce_mask_and_coherent(&device->dev, DMA_BIT_MASK(32));
	addr = dma_map_single(&device->dev, p, 64, DMA_TO_DEVICE);
	if (!dma_mapping_error(&device->dev, addr))
		dma_unmap_single(&device->dev, addr, 32, DMA_TO_DEVICE);
	kfree(p);
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "rcu_unprotected", rcu_unprotected },
	{ "sleep_atomic", sleep_atomic },
	{ "timer_twice", timer_twice },
	{ "use_after_free", use_after_free },
	{ "unmapped_in_part", unmapped_in_part },
	{ "leak", leak },
	{ "lock_order", lock_order },
};

static int make_set(const char *name, const struct kernel_param *kp)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (sysfs_streq(name, mistakes[i].name)) {
			mistakes[i].make();
			return 0;
		}
	}
	return -EINVAL;
}

static const struct kernel_param_ops make_ops = { .set = make_set };
module_param_cb(make, &make_ops, NULL, 0200);

static int __init detectors_init(void)
{
	return 0;
}

static void __exit detectors_exit(void)
{
	del_timer_sync(&timer);
	if (!IS_ERR_OR_NULL(device))
		platform_device_unregister(device);
}

module_init(detectors_init);
module_exit(detectors_exit);
MODULE_DESCRIPTION("One mistake for each detector of the debug kernel");
MODULE_LICENSE("GPL");
