/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NAPI instances: what net_napi.c and the files that use them share.
 */
#ifndef SFI_NET_NAPI_H
#define SFI_NET_NAPI_H

#include <linux/types.h>

struct napi_struct;
struct netdev_queue;

/* NAPI ends, in whatever state the driver has left it. Task context; sleeps. */
void sfi_napi_release(struct napi_struct *napi);

/*
 * This context is in a poll of NAPI that has not completed it yet, and the kernel is not at its
 * lists: nobody else is. Any context.
 */
bool sfi_napi_is_polled_here(const struct napi_struct *napi);
/* The driver has disabled NAPI, or never enabled it. Any context. */
bool sfi_napi_is_disabled(const struct napi_struct *napi);
/* Around what the kernel does with the lists of NAPI, which is polled here. */
void sfi_napi_lists_begin(void);
void sfi_napi_lists_end(struct napi_struct *napi);
/* Q's byte queue limits begin anew, while nothing is completed. WAIT: its packets go on waiting. Any context. */
void sfi_queue_reset(struct netdev_queue *q, bool wait);

#endif
