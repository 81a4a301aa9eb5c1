// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contexts of an interrupt of a device: QEMU's "edu", which raises its line on
 * request, and keeps it raised until it is acknowledged. The job runs before that:
 * after a misbehaviour nobody acknowledges. The device is this driver's for the time of a job.
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/pci.h>

#include "misbehave.h"

#define EDU_WINDOW 0x1000 /* bytes of it that are mapped: rights cost memory and time */
#define EDU_FACTORIAL 0x08
#define EDU_IRQ_STATUS 0x24
#define EDU_IRQ_RAISE 0x60
#define EDU_IRQ_ACKNOWLEDGE 0x64

static struct {
	void __iomem *registers; /* NULL: no device */
	unsigned int line;
	bool threaded; /* what is to be asked for */
	bool storm;    /* nobody acknowledges */
} edu;

/*
 * Contexts
 * --------
 */
static void acknowledge(void)
{
	writel(readl(edu.registers + EDU_IRQ_STATUS), edu.registers + EDU_IRQ_ACKNOWLEDGE);
}

static irqreturn_t serve(void)
{
	if (!edu.storm)
		job_perform();
	if (!edu.storm)
		acknowledge();
	return job_take_answer(IRQ_HANDLED);
}

static irqreturn_t irq_fn(int irq, void *unused)
{
	if (!readl(edu.registers + EDU_IRQ_STATUS))
		return IRQ_NONE;
	if (edu.threaded)
		return IRQ_WAKE_THREAD;
	return serve();
}

static irqreturn_t irq_thread_fn(int irq, void *unused)
{
	return serve();
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret = pci_enable_device(pdev);

	if (ret)
		return ret;
	edu.line = pdev->irq;
	ret = -ENOMEM;
	edu.registers = ioremap(pci_resource_start(pdev, 0), EDU_WINDOW);
	if (!edu.registers)
		goto disable;
	/* An earlier instance may have left it raised. */
	acknowledge();
	ret = request_threaded_irq(pdev->irq, irq_fn, edu.threaded ? irq_thread_fn : NULL,
				   edu.threaded ? IRQF_ONESHOT : IRQF_SHARED, "sfi_misbehave", &edu);
	if (!ret)
		return 0;
	iounmap(edu.registers);
	edu.registers = NULL;
disable:
	pci_disable_device(pdev);
	return ret;
}

static void edu_remove(struct pci_dev *pdev)
{
	free_irq(pdev->irq, &edu);
	iounmap(edu.registers);
	edu.registers = NULL;
	pci_disable_device(pdev);
}

static const struct pci_device_id edu_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };

static struct pci_driver edu_driver = {
	.name = "sfi_misbehave",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};

static long interrupt(bool threaded)
{
	long ret;

	edu.threaded = threaded;
	ret = pci_register_driver(&edu_driver);
	if (ret)
		return ret;
	ret = -ENODEV;
	if (edu.registers) {
		writel(1, edu.registers + EDU_IRQ_RAISE);
		job_wait();
		while (READ_ONCE(edu.storm))
			msleep(20);
		synchronize_irq(edu.line);
		ret = job_outcome();
	}
	pci_unregister_driver(&edu_driver);
	return ret;
}

/* Hard interrupt. */
long in_device_irq(void)
{
	return interrupt(false);
}

/* A thread of the kernel's, with the line masked. */
long in_device_thread(void)
{
	return interrupt(true);
}

/*
 * Misbehaviours with the device
 * -----------------------------
 */
/* The device is the driver's until device_give(), as it is anyway while the device interrupts. */
static bool device_take(void)
{
	if (edu.registers)
		return false;
	edu.threaded = false;
	return !pci_register_driver(&edu_driver);
}

static void device_give(bool taken)
{
	if (taken)
		pci_unregister_driver(&edu_driver);
}

/* Past the end of what is mapped of the device's window. */
MISBEHAVIOUR(mmio_past_window)
{
	bool taken = device_take();
	void __iomem *to = edu.registers + EDU_FACTORIAL;

	if (wrong)
		to = edu.registers + EDU_WINDOW;
	OPTIMIZER_HIDE_VAR(to);
	writel(1, to);
	device_give(taken);
}

static irqreturn_t no_interrupt(int irq, void *unused)
{
	return IRQ_NONE;
}

/* Of no device of the driver's: the keyboard's. Rightly edu_probe() asks for its own one's. */
MISBEHAVIOUR(interrupt_foreign)
{
	bool taken = device_take();

	if (wrong && !request_irq(1, no_interrupt, IRQF_SHARED, "misbehave", &edu))
		free_irq(1, &edu);
	device_give(taken);
}

/* Rightly edu_remove() frees what edu_probe() has requested. */
MISBEHAVIOUR(interrupt_freed_unrequested)
{
	bool taken = device_take();

	if (wrong)
		free_irq(1, &edu);
	device_give(taken);
}

/* Until its own handler, which is who waits, has ended. Rightly interrupt() waits, outside. */
MISBEHAVIOUR(interrupt_waits_for_itself)
{
	if (wrong)
		synchronize_irq(edu.line);
}

/* The line stays raised. */
MISBEHAVIOUR(interrupt_storm)
{
	edu.storm = wrong;
}

MISBEHAVIOUR(interrupt_disabled_in_handler)
{
	disable_irq_nosync(edu.line);
	enable_irq(edu.line);
	if (wrong)
		disable_irq(edu.line);
}
