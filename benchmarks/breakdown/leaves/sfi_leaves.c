// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_leaves: /proc/sfi_leaves, the addresses of the pages that are a domain's rights table, one a
 * line. For ./sfi bench breakdown, which counts loads and stores by page and cannot tell a leaf from
 * any other page. An ordinary module beside the runtime, so that nothing is in the runtime for
 * measuring's sake. Leaves are only ever added: the list, read after the measurement, has all that
 * were written in its course. The domain must not be unloaded meanwhile.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include <sfi/runtime.h>

static unsigned long self;
module_param(self, ulong, 0);
MODULE_PARM_DESC(self, "address of the isolated module's __sfi_self");

static int leaves_show(struct seq_file *m, void *unused)
{
	const struct sfi_domain *d = ((const struct sfi_self *)self)->domain;
	const struct sfi_leaf *leaf;
	unsigned int i;

	/* Guards read it where nothing is granted. */
	seq_printf(m, "%016lx\n", (unsigned long)d->nowhere.slots);
	for (i = 0; i < SFI_DIR_ENTRIES; i++) {
		/* Pairs with the release in publish_leaf(). */
		leaf = smp_load_acquire(&d->leaves[i]);
		for (; leaf; leaf = leaf->next)
			seq_printf(m, "%016lx\n", (unsigned long)leaf->chunk.slots);
	}
	return 0;
}

static int __init leaves_init(void)
{
	if (!self || !((const struct sfi_self *)self)->domain)
		return -EINVAL;
	return proc_create_single("sfi_leaves", 0400, NULL, leaves_show) ? 0 : -ENOMEM;
}

static void __exit leaves_exit(void)
{
	remove_proc_entry("sfi_leaves", NULL);
}

module_init(leaves_init);
module_exit(leaves_exit);
MODULE_DESCRIPTION("Lists the pages of a rights table");
MODULE_LICENSE("GPL");
