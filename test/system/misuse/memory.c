// SPDX-License-Identifier: GPL-2.0-only
/* Buffers that are too short or somebody else's, strings that are none, devices of others. */
#include <linux/crc32.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "misuse.h"

#define SIZE 56

/* === Buffers that a device or the kernel writes === */

MISUSE(dma_page_past, "argument page of dma_map_page: not writable")
{
	struct page *page = alloc_page(GFP_KERNEL);

	dma_map_page(&card->dev, page, 8, PAGE_SIZE, DMA_FROM_DEVICE);
}

MISUSE(dma_buffer_past, "argument ptr of dma_map_single_attrs: not writable")
{
	void *buffer = kmalloc(SIZE, GFP_KERNEL);

	dma_map_single(&card->dev, buffer, 2 * SIZE, DMA_FROM_DEVICE);
}

/* The kernel has a BUG() for it. */
MISUSE(dma_no_direction, "argument dir is a direction, ptr in memory of dma_map_single_attrs: ")
{
	void *buffer = kmalloc(SIZE, GFP_KERNEL);
	enum dma_data_direction dir = 7;

	OPTIMIZER_HIDE_VAR(dir);
	dma_map_single(&card->dev, buffer, SIZE, dir);
}

MISUSE(dma_page_no_direction, "argument dir is a direction of dma_map_page: ")
{
	enum dma_data_direction dir = DMA_NONE;

	OPTIMIZER_HIDE_VAR(dir);
	dma_map_page(&card->dev, alloc_page(GFP_KERNEL), 0, 64, dir);
}

MISUSE(dma_nothing, "argument size && .* of dma_alloc_attrs: does not meet")
{
	dma_addr_t handle;
	size_t size = 0;

	OPTIMIZER_HIDE_VAR(size);
	dma_alloc_coherent(&card->dev, size, &handle, GFP_KERNEL);
}

MISUSE(dma_wrong_device, "argument dev of dma_map_page: ")
{
	struct page *page = alloc_page(GFP_KERNEL);

	dma_map_page((struct device *)interface, page, 0, 64, DMA_FROM_DEVICE);
}

MISUSE(dma_freed_larger, "argument cpu_addr of dma_free_attrs: other arguments")
{
	dma_addr_t handle;
	void *buffer = dma_alloc_coherent(&card->dev, PAGE_SIZE, &handle, GFP_KERNEL);

	dma_free_coherent(&card->dev, 2 * PAGE_SIZE, buffer, handle);
}

MISUSE(config_read_past, "argument val of pci_read_config_dword: not writable")
{
	pci_read_config_dword(card, 0, (u32 *)interface);
}

/* The kernel reads it; a fault there would be the kernel's. */
MISUSE(copy_from_nowhere, "argument SFI_IS_STRING.* of .*strscpy: does not meet")
{
	char *buffer = kmalloc(SIZE, GFP_KERNEL);
	const char *nothing = NULL;

	OPTIMIZER_HIDE_VAR(buffer);
	OPTIMIZER_HIDE_VAR(nothing);
	strscpy(buffer, nothing, SIZE);
}

/* HARDENED_USERCOPY has a BUG() for it. */
MISUSE(copied_to_user_past, "argument from of copy_to_user: reaches beyond its memory")
{
	char *buffer = kmalloc(SIZE, GFP_KERNEL);
	size_t size = 2 * SIZE;

	OPTIMIZER_HIDE_VAR(size);
	if (copy_to_user((void __user *)PAGE_SIZE, buffer, size))
		return;
}

MISUSE(sum_of_nowhere, "argument p of crc32_le: cannot be read")
{
	crc32_le(0, NOWHERE, 64);
}

MISUSE(memory_of_no_node, "argument node == .* of k.*alloc_node.*: does not meet")
{
	kmalloc_node(SIZE, GFP_KERNEL, 0x40000000);
}

MISUSE(pages_freed_nowhere, "argument page of __free_pages: ")
{
	struct page *page = NULL;

	OPTIMIZER_HIDE_VAR(page);
	__free_pages(page, 0);
}

MISUSE(window_read_nowhere, "argument addr of ioread32: not writable")
{
	ioread32((void __iomem *)NOWHERE);
}

MISUSE(config_written_before, "argument where >= 0.* of pci_write_config_dword")
{
	pci_write_config_dword(card, PCI_BASE_ADDRESS_0 - 256, 0);
}

MISUSE(copy_past, "argument dest of .*strscpy: not writable")
{
	char *buffer = kmalloc(SIZE, GFP_KERNEL);
	size_t size = 2 * SIZE;

	OPTIMIZER_HIDE_VAR(buffer);
	OPTIMIZER_HIDE_VAR(size);
	strscpy(buffer, "longer than the buffer is, by far: the kernel would write all of this into it", size);
}

MISUSE(print_past, "argument buf of snprintf: not writable")
{
	char *buffer = kmalloc(SIZE, GFP_KERNEL);
	size_t size = 2 * SIZE;

	OPTIMIZER_HIDE_VAR(buffer);
	OPTIMIZER_HIDE_VAR(size);
	snprintf(buffer, size, "text");
}

MISUSE(print_wild_parent, "argument dev of netdev_info: ")
{
	struct net_device *dev = alloc_etherdev(0);

	SET_NETDEV_DEV(dev, NOWHERE);
	netdev_info(dev, "whose\n");
}

/* A negative precision is none. */
MISUSE(print_wild_precision, "argument fmt and what it prints can be read of _printk")
{
	int precision = -1;

	OPTIMIZER_HIDE_VAR(precision);
	printk("%.*s\n", precision, (char *)NOWHERE);
}

MISUSE(print_longer, "argument buf of sprintf: not writable")
{
	char *buffer = kmalloc(SIZE, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(buffer);
	sprintf(buffer, "%100d", 1);
}

/* === Strings that the kernel follows === */

MISUSE(print_wild_string, "argument fmt and what it prints can be read of _printk")
{
	pr_info("%s\n", (const char *)NOWHERE);
}

MISUSE(print_wild_address, "argument fmt and what it prints can be read of _printk")
{
	pr_info("%pM\n", NOWHERE);
}

MISUSE(print_nested_format, "argument fmt and what it prints can be read of _printk")
{
	pr_info("%pV\n", (struct va_format *)card);
}

MISUSE(print_own_format, "argument fmt and what it prints can be read of _printk: not constant")
{
	char *format = kzalloc(SIZE, GFP_KERNEL);

	strscpy(format, "%d\n", SIZE);
	_printk(format, 1);
}

MISUSE(print_wrong_device, "argument dev of _dev_info: ")
{
	_dev_info((struct device *)interface, "text\n");
}

MISUSE(netdev_wild_string, "argument fmt and what it prints can be read of netdev_info")
{
	netdev_info(interface, "%s\n", (const char *)NOWHERE);
}

MISUSE(netdev_wrong_device, "argument dev of netdev_info: ")
{
	netdev_info((struct net_device *)card, "text\n");
}

/* === Devices === */

MISUSE(pci_wrong_type, "argument dev of pci_set_master: wrong type")
{
	pci_set_master((struct pci_dev *)interface);
}

MISUSE(pci_window_moved, "argument .* of pci_write_config_dword: does not meet")
{
	pci_write_config_dword(card, PCI_BASE_ADDRESS_0, 0);
}

MISUSE(map_of_others, "argument the range is of a device of the driver of ioremap")
{
	ioremap(0xfee00000, PAGE_SIZE);
}

MISUSE(map_past, "argument the range is of a device of the driver of ioremap")
{
	ioremap(pci_resource_start(card, 0) + PAGE_SIZE, pci_resource_len(card, 0));
}

MISUSE(port_of_others, "argument port is of a device of the driver of __outb")
{
	outb(0, 0x80);
}

const struct misuse memory_misuses[] = {
	ROW(dma_page_past),	  ROW(dma_buffer_past),	   ROW(dma_wrong_device),
	ROW(dma_no_direction),	  ROW(dma_page_no_direction), ROW(dma_nothing),
	ROW(copy_from_nowhere),	  ROW(copied_to_user_past), ROW(window_read_nowhere),
	ROW(config_written_before), ROW(print_wild_precision), ROW(sum_of_nowhere),
	ROW(memory_of_no_node),	  ROW(pages_freed_nowhere),  ROW(print_wild_parent),
	ROW(dma_freed_larger),	  ROW(config_read_past),   ROW(copy_past),
	ROW(print_past),	  ROW(print_longer),	   ROW(print_wild_string),
	ROW(print_wild_address),  ROW(print_nested_format), ROW(print_own_format),
	ROW(print_wrong_device),  ROW(netdev_wild_string), ROW(netdev_wrong_device),
	ROW(pci_wrong_type),	  ROW(pci_window_moved),   ROW(map_of_others),
	ROW(map_past),		  ROW(port_of_others),	   {},
};
