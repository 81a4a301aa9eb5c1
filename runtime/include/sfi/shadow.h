/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadows: what keeps the kernel's and the applications' view of a device alive
 * while its driver is restarted. One class for each kind of device, in a
 * wrapper module; sfi.ko knows none of them. The idea is Swift's shadow drivers
 * (OSDI 2004).
 *
 * A class attaches a shadow to the domain when the driver registers its first
 * device of the class. From then on recovery calls it, all in the domain's own
 * worker, in task context, no lock held:
 *
 *	suspend   the domain has failed, and is closed; contexts may still be inside
 *	keep      nobody is inside, and the domain will be started again: what is to stay is taken from the
 *	          tracker now, or it will be released
 *	resume    init has returned, the domain is live: what was kept and not taken up again goes, the rest
 *	          gets its configuration back. May fail the domain again.
 *	give_up   nobody is inside, and it will not be started again: nobody waits any more for what was kept;
 *	          all that the domain holds is released next, some of it may be in memory of that
 *	given_up  that has been done: what was kept goes
 *	strand    the same, but contexts did not leave the driver: nothing may go yet, only nobody is to wait
 *	          any more. give_up follows if they ever do.
 *
 * A domain that fails again before it is resumed begins anew with suspend.
 */
#ifndef SFI_SHADOW_H
#define SFI_SHADOW_H

#include <linux/list.h>

struct sfi_domain;
struct sfi_shadow;

struct sfi_shadow_class {
	void (*suspend)(struct sfi_shadow *s);
	void (*keep)(struct sfi_shadow *s);
	void (*resume)(struct sfi_shadow *s);
	void (*give_up)(struct sfi_shadow *s);
	void (*given_up)(struct sfi_shadow *s);
	void (*strand)(struct sfi_shadow *s);
	void (*free)(struct sfi_shadow *s); /* the domain is going; nothing is kept */
};

/* One domain's; the class embeds it in what it keeps for the domain. */
struct sfi_shadow {
	const struct sfi_shadow_class *class;
	struct sfi_domain *domain;
	struct list_head node; /* sfi_host.shadows, under its shadows_lock */
};

/* The last failure of D was the current task's, not one of another context that it was evicted for. */
bool sfi_failed_here(const struct sfi_domain *d);
/* S, with class and domain set, is called from now on until its class's free(). Sleeps. */
void sfi_shadow_attach(struct sfi_shadow *s);
/*
 * What a call of the driver in resume takes is the driver's time, not the recovery's: for around it,
 * and the shadow's own work kept outside. The worker's, as resume is. ENDS wants what BEGINS returned.
 */
u64 sfi_driver_begins(void);
void sfi_driver_ends(struct sfi_domain *d, u64 began);
/* The shadow of CLASS for D, or NULL. Sleeps. */
struct sfi_shadow *sfi_shadow_of(struct sfi_domain *d, const struct sfi_shadow_class *class);

#endif
