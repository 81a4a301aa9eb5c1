/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* <linux/poll.h>: the kernel's entry is put into the driver's wait queue. */
#include <linux/poll.h>
#include <sfi/annotate.h>

SFI_TYPE(poll_table_struct, hot, none);

void SFI_INTERFACE(poll_wait)(struct file *filp SFI_OWNED, wait_queue_head_t *wait_address SFI_EMBEDS(wait_queue_head), poll_table *p SFI_OWNED_OR_NULL) SFI_KEEPS;
