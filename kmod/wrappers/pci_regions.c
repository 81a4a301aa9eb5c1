// SPDX-License-Identifier: GPL-2.0-only
/*
 * The windows of a PCI device, requested for a driver.
 *
 * By hand: the kernel shows the name that a window was requested by for as long as
 * it is (/proc/iomem), and does not say when it needs it no more.
 */
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "wrappers/by_hand.h"

#define ALL_WINDOWS ((1 << PCI_STD_NUM_BARS) - 1)

/* Names that windows were requested by, each once: a driver has one. Any more are called OTHERS. */
#define OTHERS "sfi"

static char names[64][64];
static unsigned int nr_names;
static DEFINE_MUTEX(names_lock); /* of both */

static const char *keep_name(const char *given)
{
	const char *kept = OTHERS;
	unsigned int i = 0;
	char name[64];

	strscpy(name, given, sizeof(name));
	mutex_lock(&names_lock);
	while (i < nr_names && strcmp(names[i], name))
		i++;
	if (i == nr_names && nr_names < ARRAY_SIZE(names))
		strscpy(names[nr_names++], name, sizeof(name));
	if (i < nr_names)
		kept = names[i];
	mutex_unlock(&names_lock);
	return kept;
}

static void release_windows(void *pdev, const u64 args[4])
{
	pci_release_selected_regions(pdev, args[0]);
}

static int request(struct sfi_self *self, struct pci_dev *pdev, int bars, const char *name,
		   const struct sfi_arg *owned, const struct sfi_arg *readable,
		   const struct sfi_arg *sleeps)
{
	struct sfi_domain *d = sfi_import_enter(self);
	int ret;

	sfi_check_sleeps(d, sleeps);
	sfi_check_owned(d, pdev, SFI_T_pci_dev, owned);
	sfi_check_that(d, name && sfi_string_readable(name, -1), readable);
	ret = pci_request_selected_regions(pdev, bars, keep_name(name));
	if (!ret)
		sfi_acquire(d, &sfi_type_pci_regions, pdev, 0, release_windows, bars, 0, 0, 0);
	sfi_import_leave(d);
	return ret;
}

#define REQUEST(function)                                                     \
	SFI_ARG(function, "pdev"), SFI_ARG(function, "res_name can be read"), \
		SFI_ARG(function, "preemptible() && !rcu_preempt_depth()")

int sfi_w_pci_request_selected_regions(struct sfi_self *self, struct pci_dev *pdev, int bars,
				       const char *res_name)
{
	return request(self, pdev, bars, res_name, REQUEST("pci_request_selected_regions"));
}
EXPORT_SYMBOL_GPL(sfi_w_pci_request_selected_regions);

int sfi_w_pci_request_regions(struct sfi_self *self, struct pci_dev *pdev, const char *res_name)
{
	return request(self, pdev, ALL_WINDOWS, res_name, REQUEST("pci_request_regions"));
}
EXPORT_SYMBOL_GPL(sfi_w_pci_request_regions);

/* REPEATS: BARS must be those that were requested. */
static void release(struct sfi_self *self, struct pci_dev *pdev, int bars, bool repeats,
		    const struct sfi_arg *owned, const struct sfi_arg *sleeps)
{
	struct sfi_domain *d = sfi_import_enter(self);
	const u64 args[4] = { bars };

	sfi_check_sleeps(d, sleeps);
	sfi_check_owned(d, pdev, SFI_T_pci_dev, owned);
	sfi_release_args(d, &sfi_type_pci_regions, pdev, args, repeats, owned);
	/* All of them, however they were requested. */
	while (!repeats && sfi_take_back(d, &sfi_type_pci_regions, pdev))
		;
	pci_release_selected_regions(pdev, bars);
	sfi_import_leave(d);
}

#define RELEASE(function) \
	SFI_ARG(function, "pdev"), SFI_ARG(function, "preemptible() && !rcu_preempt_depth()")

void sfi_w_pci_release_selected_regions(struct sfi_self *self, struct pci_dev *pdev, int bars)
{
	release(self, pdev, bars, true, RELEASE("pci_release_selected_regions"));
}
EXPORT_SYMBOL_GPL(sfi_w_pci_release_selected_regions);

void sfi_w_pci_release_regions(struct sfi_self *self, struct pci_dev *pdev)
{
	release(self, pdev, ALL_WINDOWS, false, RELEASE("pci_release_regions"));
}
EXPORT_SYMBOL_GPL(sfi_w_pci_release_regions);
