// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of network drivers. By hand: they are variadic (see base_printk.c).
 */
#include <linux/dynamic_debug.h>
#include <linux/netdevice.h>

#include "wrappers/message.h"

static void sfi_check_named_net_device(struct sfi_domain *d, const struct net_device *dev,
				       const struct sfi_arg *arg)
{
	if (!dev)
		return;
	sfi_check_owned(d, dev, SFI_T_net_device, arg);
	if (dev->dev.parent)
		sfi_check_owned(d, dev->dev.parent, SFI_T_device, arg);
}

SFI_MESSAGE(netdev_emerg, net_device);
SFI_MESSAGE(netdev_alert, net_device);
SFI_MESSAGE(netdev_crit, net_device);
SFI_MESSAGE(netdev_err, net_device);
SFI_MESSAGE(netdev_warn, net_device);
SFI_MESSAGE(netdev_notice, net_device);
SFI_MESSAGE(netdev_info, net_device);

void sfi_w_netdev_printk(struct sfi_self *self, const char *level, const struct net_device *dev,
			 const char *fmt, ...)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	sfi_check_constant(d, level, 1, SFI_ARG("netdev_printk", "level"));
	sfi_check_named_net_device(d, dev, SFI_ARG("netdev_printk", "dev"));
	va_start(args, fmt);
	sfi_check_format(d, fmt, args,
			 SFI_ARG("netdev_printk", "fmt and what it prints can be read"));
	vaf.va = &args;
	netdev_printk(level ?: KERN_DEFAULT, dev, "%pV", &vaf);
	va_end(args);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_netdev_printk);

#ifdef CONFIG_DYNAMIC_DEBUG
/* The descriptor is the driver's, in its section of them; the kernel reads it. */
void sfi_w___dynamic_netdev_dbg(struct sfi_self *self, struct _ddebug *descriptor,
				const struct net_device *dev, const char *fmt, ...)
{
	struct sfi_domain *d = sfi_import_enter(self);
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	sfi_check_readable(d, descriptor, sizeof(*descriptor), SFI_ARG("netdev_dbg", "descriptor"));
	sfi_check_named_net_device(d, dev, SFI_ARG("netdev_dbg", "dev"));
	va_start(args, fmt);
	sfi_check_format(d, fmt, args, SFI_ARG("netdev_dbg", "fmt and what it prints can be read"));
	vaf.va = &args;
	__dynamic_netdev_dbg(descriptor, dev, "%pV", &vaf);
	va_end(args);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w___dynamic_netdev_dbg);
#endif
