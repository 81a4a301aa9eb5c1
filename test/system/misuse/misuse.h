/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * misuse: a driver that, told to, passes something wrong to the kernel. One
 * misuse is one function; beside its name stands what the report must say, for
 * ../misuse.sh to read. Each does what is right up to the last call, so that
 * one check of one wrapper is what stops it.
 */
#ifndef MISUSE_H
#define MISUSE_H

#include <linux/netdevice.h>
#include <linux/pci.h>

struct misuse {
	const char *name;
	void (*run)(void);
};

#define MISUSE(name, report) static void name(void)
#define ROW(name)                \
	{                        \
		#name, name \
	}

/* Of each file the misuses in it; the last row is empty. */
extern const struct misuse packet_misuses[], memory_misuses[], mapping_misuses[],
	callback_misuses[], lock_misuses[], file_misuses[];

/* The device and the interface that are bound to the driver. */
extern struct pci_dev *card;
extern struct net_device *interface;

/* An address of the kernel that nothing is mapped at. */
#define NOWHERE ((void *)0xffffea7fffff0000UL)

#endif
