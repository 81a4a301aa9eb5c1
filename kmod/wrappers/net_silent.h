/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Silent failures: what net_silent.c, which looks for them, and the files that
 * show it something share.
 */
#ifndef SFI_NET_SILENT_H
#define SFI_NET_SILENT_H

#include <linux/types.h>

struct napi_struct;
struct net_device;
struct net_shadow;
struct sfi_domain;

/* What was seen of one transmit queue. devices_lock of the domain. */
struct net_queue_watch {
	bool counted;		   /* its driver reports completions (byte queue limits) */
	unsigned int completed;	   /* at the last look */
	unsigned long trans_start; /* the same */
	unsigned int waits_ms;	   /* so long packets have waited, and none was completed */
};

/* What was seen of one device. devices_lock of the domain. */
struct net_silent {
	struct net_queue_watch *queues; /* num_tx_queues of them */
	unsigned int disabled_ms;	/* so long all of its NAPI instances have been disabled */
	u64 polls;			/* of all of them, at the last look */
	unsigned int quiet_ms;		/* so long there were none */
};

/* The parts of S that belong to this file: -ENOMEM or 0; and their end. */
int net_silent_init(struct net_shadow *s);
void net_silent_free(struct net_shadow *s);
/*
 * Looks at S, PASSED milliseconds after the last time; if its driver works no more, reports and
 * fails the domain. devices_lock is held.
 */
void net_silent_look(struct net_shadow *s, unsigned int passed);

/* NAPI has been added to DEV. Any context. */
void net_silent_napi_added(struct net_device *dev, struct napi_struct *napi);
/* NAPI was polled. IDLE: claims to have used its whole budget, and has done nothing. Bottom halves are off. */
void net_silent_polled(const struct napi_struct *napi, bool idle);
/* The driver has waited MS for NAPI to be completed: too long? Then the domain fails. */
void net_silent_disable_waits(struct sfi_domain *d, const struct napi_struct *napi, unsigned int ms);

#endif
