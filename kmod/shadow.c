// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shadows of a domain: which there are, and calling them in the course of
 * recovery. What a shadow does is its class's business (sfi/shadow.h).
 */
#include <linux/export.h>

#include <sfi/shadow.h>

#include "kmod.h"

void sfi_shadow_attach(struct sfi_shadow *s)
{
	struct sfi_host *h = s->domain->host;

	mutex_lock(&h->shadows_lock);
	list_add_tail(&s->node, &h->shadows);
	mutex_unlock(&h->shadows_lock);
}
EXPORT_SYMBOL_GPL(sfi_shadow_attach);

struct sfi_shadow *sfi_shadow_of(struct sfi_domain *d, const struct sfi_shadow_class *class)
{
	struct sfi_host *h = d->host;
	struct sfi_shadow *s, *found = NULL;

	mutex_lock(&h->shadows_lock);
	list_for_each_entry(s, &h->shadows, node) {
		if (s->class == class)
			found = s;
	}
	mutex_unlock(&h->shadows_lock);
	return found;
}
EXPORT_SYMBOL_GPL(sfi_shadow_of);

void sfi_shadows_free(struct sfi_host *h)
{
	struct sfi_shadow *s, *next;

	list_for_each_entry_safe(s, next, &h->shadows, node) {
		list_del(&s->node);
		s->class->free(s);
	}
}
