/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/miscdevice.h>: the device is an object while it is registered. */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <sfi/annotate.h>

SFI_TYPE(miscdevice, ordered, misc_deregister);
SFI_EMBEDDED(miscdevice, !obj->groups && !obj->parent, true);
SFI_TABLE(miscdevice, fops);

int misc_register(struct miscdevice *misc SFI_EMBEDS(miscdevice)) SFI_SLEEPS;
void misc_deregister(struct miscdevice *misc) SFI_RELEASES(miscdevice, misc) SFI_SLEEPS;
