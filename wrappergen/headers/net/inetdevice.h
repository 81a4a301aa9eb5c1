/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * <linux/inetdevice.h>: who wants to hear of addresses that come and go.
 *
 * A notifier is a link of the kernel's list: an object while it is registered. The lists of other subsystems are not
 * annotated yet. It is locked while they are called, so that none may change it then; unlike that of network devices this one is changed without rtnl_lock(), which a shadow may hold while
 * recovery releases what the driver had.
 */
#include <linux/inetdevice.h>
#include <linux/notifier.h>
#include <sfi/annotate.h>

SFI_TYPE(notifier_block, ordered, unregister_inetaddr_notifier);
SFI_EMBEDDED(notifier_block, obj->notifier_call, true);

int SFI_CB(notifier_block, notifier_call)(struct notifier_block *nb, unsigned long action, void *data) SFI_ON_FAILURE(NOTIFY_DONE) SFI_RETURNS((ret & ~NOTIFY_STOP_MASK) >= 0 && (ret & ~NOTIFY_STOP_MASK) <= NOTIFY_OK + MAX_ERRNO);

int register_inetaddr_notifier(struct notifier_block *nb SFI_EMBEDS(notifier_block)) SFI_SLEEPS SFI_REQUIRES(!SFI_WITHIN_CB(sfi_cb__notifier_block__notifier_call));
int unregister_inetaddr_notifier(struct notifier_block *nb) SFI_RELEASES(notifier_block, nb) SFI_SLEEPS SFI_REQUIRES(!SFI_WITHIN_CB(sfi_cb__notifier_block__notifier_call));
