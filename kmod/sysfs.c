// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/sfi/NAME: what a domain is doing, and its control file; uevents
 * for state changes; the printing of reports.
 */
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "kmod.h"
#include "trace.h"

/* A report's lines are printed as they are: their form is the runtime's. */
#undef pr_fmt
#define pr_fmt(fmt) fmt

static struct kset *domains;
/* Lines of reports of different domains do not mix, as far as possible: begin_printing(). */
static DEFINE_RAW_SPINLOCK(print_lock);
static int printing_cpu = -1; /* written under print_lock */
/* Longer than a report takes on a serial line. */
#define PRINT_WAIT_US USEC_PER_SEC

static struct sfi_host *to_host(struct kobject *kobj)
{
	return container_of(kobj, struct sfi_host, kobj);
}

/*
 * Attributes
 * ----------
 */
#define SHOW(name, format, ...)							\
	static ssize_t name##_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf) \
	{									\
		struct sfi_host *h = to_host(kobj);				\
										\
		return sysfs_emit(buf, format, __VA_ARGS__);			\
	}									\
	static struct kobj_attribute name##_attr = __ATTR_RO(name)

SHOW(state, "%s\n", sfi_state_name(sfi_domain_state(h->d)));
SHOW(restarts, "%u\n", h->restarts);
SHOW(violations, "%llu\n", READ_ONCE(h->d->violations));
SHOW(warnings, "%lld\n", (s64)atomic64_read(&h->warnings));
SHOW(overdue, "%u\n", atomic_read(&h->overdue));
SHOW(growths, "%u\n", READ_ONCE(h->growths));
SHOW(held, "%llu\n", sfi_memory_held(h->d));
SHOW(refused, "%u\n", READ_ONCE(h->d->memory_refused));
SHOW(objects, "%u\n", sfi_domain_objects(h->d));
SHOW(leaked, "%u\n", READ_ONCE(h->d->leaked));
SHOW(last_recovery_us, "%llu\n", h->last_recovery_us);
SHOW(last_outage_us, "%llu\n", h->last_outage_us);
SHOW(last_driver_us, "%llu\n", h->last_driver_us);

/* Why it was left dead; nothing while it is not, or has no more than ended. */
static ssize_t dead_why_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct sfi_host *h = to_host(kobj);
	const char *why = READ_ONCE(h->dead_why);

	return sysfs_emit(buf, "%s\n", sfi_domain_state(h->d) == SFI_DEAD && why ? why : "");
}

static struct kobj_attribute dead_why_attr = __ATTR_RO(dead_why);

static const struct {
	const char *name;
	size_t offset;
} unit_counts[] = {
#define X(counter) { #counter, offsetof(struct sfi_unit_counts, counter) },
	SFI_UNIT_COUNTERS(X)
#undef X
};

/* What the pass did, then what happened at run time; one "name value" a line. */
static ssize_t guards_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct sfi_domain *d = to_host(kobj)->d;
	struct sfi_unit_counts counts = sfi_domain_unit_counts(d);
	int len = 0, c;

	for (c = 0; c < ARRAY_SIZE(unit_counts); c++)
		len += sysfs_emit_at(buf, len, "%s %llu\n", unit_counts[c].name,
				     *(u64 *)((char *)&counts + unit_counts[c].offset));
	for (c = 0; c < SFI_NR_COUNTERS; c++)
		len += sysfs_emit_at(buf, len, "%s %llu\n", sfi_counter_name(c),
				     sfi_domain_count(d, c));
	return len;
}

static struct kobj_attribute guards_attr = __ATTR_RO(guards);

/* Bytes. */
static ssize_t memory_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct sfi_memory m = sfi_domain_memory(to_host(kobj)->d);

	return sysfs_emit(buf, "used %llu\ncovered %llu\n", m.used, m.covered);
}

static struct kobj_attribute memory_attr = __ATTR_RO(memory);

static ssize_t last_report_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sfi_domain_last_report(to_host(kobj)->d, buf, PAGE_SIZE);
}

/* It has addresses of the kernel: for root only, as the kernel's log. */
static struct kobj_attribute last_report_attr = __ATTR_RO_MODE(last_report, 0400);

/* "restart" or "stop"; the write returns when it is done. */
static ssize_t control_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			     size_t count)
{
	enum sfi_order order;
	int ret;

	if (sysfs_streq(buf, "restart"))
		order = SFI_ORDER_RESTART;
	else if (sysfs_streq(buf, "stop"))
		order = SFI_ORDER_STOP;
	else
		return -EINVAL;
	ret = sfi_recover_order(to_host(kobj), order);
	return ret ? ret : count;
}

static struct kobj_attribute control_attr = __ATTR_WO(control);

static ssize_t memory_limit_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", READ_ONCE(to_host(kobj)->d->memory_limit));
}

/* Bytes; 0: none. */
static ssize_t memory_limit_store(struct kobject *kobj, struct kobj_attribute *attr,
				  const char *buf, size_t count)
{
	u64 limit;
	int err = kstrtou64(buf, 0, &limit);

	if (err)
		return err;
	WRITE_ONCE(to_host(kobj)->d->memory_limit, limit);
	return count;
}

static struct kobj_attribute memory_limit_attr = __ATTR_RW(memory_limit);

static struct attribute *host_attrs[] = {
	&state_attr.attr, &restarts_attr.attr, &violations_attr.attr, &warnings_attr.attr,
	&held_attr.attr, &memory_limit_attr.attr, &refused_attr.attr, &overdue_attr.attr, &growths_attr.attr, &guards_attr.attr,
	&memory_attr.attr, &objects_attr.attr, &leaked_attr.attr, &last_report_attr.attr,
	&last_recovery_us_attr.attr, &last_outage_us_attr.attr, &last_driver_us_attr.attr,
	&dead_why_attr.attr, &control_attr.attr, NULL,
};
ATTRIBUTE_GROUPS(host);

static void host_release(struct kobject *kobj)
{
	struct sfi_host *h = to_host(kobj);

	free_percpu(h->irq_time);
	free_percpu(h->irq_row);
	free_percpu(h->timer_row);
	free_percpu(h->soft_timer_row);
	kfree(h);
}

static struct kobj_type host_type = {
	.sysfs_ops = &kobj_sysfs_ops,
	.release = host_release,
	.default_groups = host_groups,
};

/*
 * State changes
 * -------------
 */
static bool next_change(struct sfi_host *h, u8 *state)
{
	unsigned long flags;
	bool some;

	raw_spin_lock_irqsave(&h->changes_lock, flags);
	some = h->nr_changes;
	if (some) {
		*state = h->changes[0];
		memmove(h->changes, h->changes + 1, --h->nr_changes);
	}
	raw_spin_unlock_irqrestore(&h->changes_lock, flags);
	return some;
}

static void announce(struct work_struct *work)
{
	struct sfi_host *h = container_of(work, struct sfi_host, announce);
	char domain[SFI_NAME_SIZE + 16], text[32];
	char *env[3] = { domain, text, NULL };
	u8 state;

	snprintf(domain, sizeof(domain), "SFI_DOMAIN=%s", h->d->name);
	while (next_change(h, &state)) {
		snprintf(text, sizeof(text), "SFI_STATE=%s", sfi_state_name(state));
		kobject_uevent_env(&h->kobj, KOBJ_CHANGE, env);
	}
	sysfs_notify(&h->kobj, NULL, "state");
}

void sfi_port_state_changed(struct sfi_domain *d, unsigned int from, unsigned int to)
{
	struct sfi_host *h = d->host;
	unsigned long flags;

	/* The end of a module is no news: the kernel announces it itself. */
	if (READ_ONCE(h->leaving))
		return;
	raw_spin_lock_irqsave(&h->changes_lock, flags);
	if (h->nr_changes < SFI_CHANGES_KEPT)
		h->changes[h->nr_changes++] = to;
	raw_spin_unlock_irqrestore(&h->changes_lock, flags);
	schedule_work(&h->announce);
}

/*
 * Reports
 * -------
 */
/*
 * A report may come within the printing of another one, of a console that sends it over a network card whose driver
 * fails in that: here, or on the CPU for which the console's lock waits here. So nobody waits for ever. True: with
 * print_lock.
 */
static bool begin_printing(unsigned long *flags)
{
	unsigned int us;

	local_irq_save(*flags);
	for (us = 0; us < PRINT_WAIT_US && READ_ONCE(printing_cpu) != smp_processor_id(); us++) {
		if (raw_spin_trylock(&print_lock)) {
			WRITE_ONCE(printing_cpu, smp_processor_id());
			return true;
		}
		udelay(1);
	}
	return false;
}

static void end_printing(unsigned long flags, bool locked)
{
	if (!locked) {
		local_irq_restore(flags);
		return;
	}
	WRITE_ONCE(printing_cpu, -1);
	raw_spin_unlock_irqrestore(&print_lock, flags);
}

void sfi_port_report(struct sfi_domain *d, const struct sfi_report *r, const char *text)
{
	const char *line = text, *end;
	unsigned long flags;
	bool locked;

	end = strchrnul(text, '\n');
	trace_violation(d->name, text, end - text);
	locked = begin_printing(&flags);
	while (*line) {
		end = strchrnul(line, '\n');
		pr_err("%.*s\n", (int)(end - line), line);
		line = *end ? end + 1 : end;
	}
	end_printing(flags, locked);
}

/*
 * Public interface
 * ----------------
 */
void sfi_sysfs_prepare(struct sfi_host *h)
{
	kobject_init(&h->kobj, &host_type);
	raw_spin_lock_init(&h->changes_lock);
	INIT_WORK(&h->announce, announce);
}

int sfi_sysfs_add(struct sfi_host *h)
{
	h->kobj.kset = domains;
	return kobject_add(&h->kobj, NULL, "%s", h->d->name);
}

void sfi_sysfs_remove(struct sfi_host *h)
{
	cancel_work_sync(&h->announce);
	kobject_del(&h->kobj);
}

int sfi_sysfs_init(void)
{
	domains = kset_create_and_add("sfi", NULL, kernel_kobj);
	return domains ? 0 : -ENOMEM;
}

void sfi_sysfs_exit(void)
{
	kset_unregister(domains);
}
