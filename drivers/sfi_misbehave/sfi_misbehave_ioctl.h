/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs need to know of /dev/sfi_misbehave: its ioctl commands. */
#ifndef SFI_MISBEHAVE_IOCTL_H
#define SFI_MISBEHAVE_IOCTL_H

#include <linux/ioctl.h>

/* Runs what was written before for one of the contexts that are reached by ioctl. */
#define SFI_MISBEHAVE_RUN _IO('b', 0x5f)
/* Has what was written last been run? Fails with ETIMEDOUT if not. */
#define SFI_MISBEHAVE_HAS_RUN _IO('b', 0x60)

#endif
