// SPDX-License-Identifier: GPL-2.0-only
/* A port of its device (QEMU's pci-testdev) is read by an hrtimer's function, ten thousand times a second. */
#include <linux/hrtimer.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>

#define BAR 1
#define PERIOD_NS 100000

static unsigned long reads;
module_param(reads, ulong, 0444);
MODULE_PARM_DESC(reads, "how often a port was read");

static unsigned long early;
module_param(early, ulong, 0444);
MODULE_PARM_DESC(early, "how often it was called before its time");

static struct hrtimer timer;
static u16 port;

static enum hrtimer_restart read_port(struct hrtimer *unused)
{
	(void)inb(port);
	WRITE_ONCE(reads, reads + 1);
	/* The clock of both is the same, and its time was over before. */
	if (hrtimer_expires_remaining(&timer) <= 0 && hrtimer_cb_get_time(&timer) >= hrtimer_get_expires(&timer))
		hrtimer_forward_now(&timer, ns_to_ktime(PERIOD_NS));
	else
		WRITE_ONCE(early, early + 1);
	return HRTIMER_RESTART;
}

static int ports_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret = pci_enable_device(pdev);

	if (ret)
		return ret;
	ret = pci_request_regions(pdev, "ports");
	if (ret) {
		pci_disable_device(pdev);
		return ret;
	}
	port = pci_resource_start(pdev, BAR);
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	timer.function = read_port;
	hrtimer_start(&timer, ns_to_ktime(PERIOD_NS), HRTIMER_MODE_REL_PINNED_HARD);
	return 0;
}

static void ports_remove(struct pci_dev *pdev)
{
	hrtimer_cancel(&timer);
	pci_release_regions(pdev);
	pci_disable_device(pdev);
}

static const struct pci_device_id ports_ids[] = { { PCI_DEVICE(0x1b36, 0x0005) }, {} };
MODULE_DEVICE_TABLE(pci, ports_ids);

static struct pci_driver ports_driver = {
	.name = "ports",
	.id_table = ports_ids,
	.probe = ports_probe,
	.remove = ports_remove,
};

module_pci_driver(ports_driver);
MODULE_DESCRIPTION("Reads a port in hard interrupts");
MODULE_LICENSE("GPL");
