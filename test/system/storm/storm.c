// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver of QEMU's edu device whose interrupt handler forgets to acknowledge
 * when it is told to by a write to /dev/storm: "storm", "storm_bug" (it breaks a
 * rule in the handler besides), or anything else for an interrupt as it should
 * be. Reading: how many were served.
 */
#include <linux/bits.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define EDU_STATUS 0x24
#define EDU_RAISE 0x60
#define EDU_ACKNOWLEDGE 0x64

static void __iomem *registers;
static unsigned long served;
static bool forget, break_a_rule;

static bool woken;
module_param(woken, bool, 0);
MODULE_PARM_DESC(woken, "the handler acknowledges, and wakes a thread for the rest");

static bool threaded;
module_param(threaded, bool, 0);
MODULE_PARM_DESC(threaded, "the handler is a thread, and there is no other");

static irqreturn_t handler(int irq, void *unused)
{
	u32 status = readl(registers + EDU_STATUS);
	unsigned long *nowhere = NULL;

	if (!status)
		return IRQ_NONE;
	served++;
	OPTIMIZER_HIDE_VAR(nowhere);
	if (break_a_rule)
		WRITE_ONCE(*nowhere, 0);
	if (!forget)
		writel(status, registers + EDU_ACKNOWLEDGE);
	return IRQ_HANDLED;
}

static irqreturn_t waker(int irq, void *unused)
{
	u32 status = readl(registers + EDU_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, registers + EDU_ACKNOWLEDGE);
	return IRQ_WAKE_THREAD;
}

static irqreturn_t woken_fn(int irq, void *unused)
{
	served++;
	return IRQ_HANDLED;
}

static int request(int irq)
{
	if (woken)
		return request_threaded_irq(irq, waker, woken_fn, IRQF_SHARED, "storm", &served);
	if (threaded)
		return request_threaded_irq(irq, NULL, handler, IRQF_ONESHOT, "storm", &served);
	return request_irq(irq, handler, IRQF_SHARED, "storm", &served);
}

static ssize_t storm_write(struct file *file, const char __user *buffer, size_t count,
			   loff_t *position)
{
	char line[16] = "";

	if (count >= sizeof(line) || copy_from_user(line, buffer, count))
		return -EINVAL;
	forget = !strncmp(line, "storm", 5);
	break_a_rule = !strncmp(line, "storm_bug", 9);
	writel(1, registers + EDU_RAISE);
	return count;
}

static ssize_t storm_read(struct file *file, char __user *buffer, size_t count, loff_t *position)
{
	char line[24];
	int n = snprintf(line, sizeof(line), "%lu\n", READ_ONCE(served));

	if (*position)
		return 0;
	if (count < n || copy_to_user(buffer, line, n))
		return -EINVAL;
	*position = n;
	return n;
}

static const struct file_operations storm_fops = {
	.owner = THIS_MODULE,
	.read = storm_read,
	.write = storm_write,
};

static struct miscdevice storm_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "storm",
	.fops = &storm_fops,
};

static int storm_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	registers = pci_ioremap_bar(pdev, 0);
	if (!registers)
		return -ENOMEM;
	/* What the last driver has left. */
	writel(readl(registers + EDU_STATUS), registers + EDU_ACKNOWLEDGE);
	err = request(pdev->irq);
	return err ? err : misc_register(&storm_device);
}

static void storm_remove(struct pci_dev *pdev)
{
	misc_deregister(&storm_device);
	free_irq(pdev->irq, &served);
	iounmap(registers);
	pci_disable_device(pdev);
}

static const struct pci_device_id storm_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};

static struct pci_driver storm_driver = {
	.name = "storm",
	.id_table = storm_ids,
	.probe = storm_probe,
	.remove = storm_remove,
};

module_pci_driver(storm_driver);
MODULE_DEVICE_TABLE(pci, storm_ids);
MODULE_DESCRIPTION("Drives QEMU's edu device, badly on request");
MODULE_LICENSE("GPL");
