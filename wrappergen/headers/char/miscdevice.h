/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/miscdevice.h>: the device is an object while it is registered. The kernel calls open() of all of them under
 * the lock that registering takes; so neither is done within any open(), whatever it is of.
 */
#include <linux/miscdevice.h>
#include <sfi/annotate.h>

#include "fs.h"

SFI_TYPE(miscdevice, ordered, misc_deregister);
SFI_EMBEDDED(miscdevice, !obj->groups && !obj->parent, true);
SFI_TABLE(miscdevice, fops);

int misc_register(struct miscdevice *misc SFI_EMBEDS(miscdevice)) SFI_SLEEPS SFI_REQUIRES(!SFI_WITHIN_CB(sfi_cb__file_operations__open));
void misc_deregister(struct miscdevice *misc) SFI_RELEASES(miscdevice, misc) SFI_SLEEPS SFI_REQUIRES(!SFI_WITHIN_CB(sfi_cb__file_operations__open));
