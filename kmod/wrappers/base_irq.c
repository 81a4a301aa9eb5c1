// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt lines.
 *
 * By hand: how long a handler runs is measured, and a line that nobody serves
 * is masked (kmod/irq.c); whether a line is one that the driver may have follows from the
 * devices that are bound to it; an action is found by line and cookie together, and its
 * name, which the kernel shows for as long as it exists, is to outlive the driver's string;
 * only who has an action on a line may switch it; and a handler that waits until no
 * handler runs waits for itself, in the kernel's code, where nobody can send it on.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/limits.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <sfi/irq.h>

#include "wrappers/by_hand.h"

static bool line_of(struct pci_dev *pdev, unsigned int irq)
{
	int i, vector;

	if (pdev->irq == irq)
		return true;
	if (!pdev->msi_enabled && !pdev->msix_enabled)
		return false;
	for (i = 0; (vector = pci_irq_vector(pdev, i)) >= 0; i++)
		if ((unsigned int)vector == irq)
			return true;
	return false;
}

/* Task context. */
static bool line_allowed(struct sfi_domain *d, unsigned int irq)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) {
		if (sfi_is(d, pdev, SFI_T_pci_dev) && line_of(pdev, irq)) {
			pci_dev_put(pdev);
			return true;
		}
	}
	return false;
}

static void *line_object(unsigned int irq)
{
	return (void *)(unsigned long)irq;
}

/* What a driver has disabled is enabled again, as somebody else may have the line as well. */
static void release_disabled(void *line, const u64 args[4])
{
	enable_irq(args[0]);
}

static void note_disabled(struct sfi_domain *d, unsigned int irq)
{
	sfi_acquire(d, &sfi_type_irq_disabled, line_object(irq), 0, release_disabled, irq, 0, 0, 0);
}

/* Given to the kernel in place of the driver's, which it gets back with the action. */
struct kept_name {
	const char *given;
	char text[NAME_MAX + 1];
};

/* NULL: no memory. */
static const char *keep_name(const char *given)
{
	struct kept_name *name = kzalloc(sizeof(*name), GFP_KERNEL);

	if (!name)
		return NULL;
	name->given = given;
	strscpy(name->text, given, sizeof(name->text));
	return name->text;
}

/* Return: the driver's. TEXT may be NULL, as the driver's may. */
static const void *drop_name(const char *text)
{
	struct kept_name *name = container_of(text, struct kept_name, text[0]);
	const void *given = NULL;

	if (text) {
		given = name->given;
		kfree(name);
	}
	return given;
}

static void release_action(void *dev_id, const u64 args[4])
{
	drop_name(free_irq(args[0], dev_id));
}

int sfi_w_request_threaded_irq(struct sfi_self *self, unsigned int irq, irq_handler_t handler,
			       irq_handler_t thread_fn, unsigned long flags, const char *name,
			       void *dev_id)
{
	struct sfi_domain *d = sfi_import_enter(self);
	const char *kept = NULL;
	int ret = -ENOMEM;

	SFI_CHECK_SLEEPS(d, "request_irq");
	sfi_check_that(d, line_allowed(d, irq),
		       SFI_ARG("request_irq", "irq is of a device of the driver"));
	sfi_check_callback(d, handler, "irq_handler_t", SFI_ARG("request_irq", "handler"));
	sfi_check_callback(d, thread_fn, "irq_handler_t", SFI_ARG("request_irq", "thread_fn"));
	sfi_check_that(d, !name || sfi_string_readable(name, NAME_MAX),
		       SFI_ARG("request_irq", "name can be read"));
	if (name)
		kept = keep_name(name);
	if (kept || !name)
		ret = request_threaded_irq(irq, handler, thread_fn, flags, kept, dev_id);
	if (!ret) {
		sfi_acquire(d, &sfi_type_irq_line, line_object(irq), 0, NULL, 0, 0, 0, 0);
		sfi_acquire(d, &sfi_type_irq_action, dev_id, 0, release_action, irq, 0, 0, 0);
	} else {
		drop_name(kept);
	}
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_request_threaded_irq);

const void *sfi_w_free_irq(struct sfi_self *self, unsigned int irq, void *dev_id)
{
	struct sfi_domain *d = sfi_import_enter(self);
	const u64 args[4] = { irq };
	const void *ret;

	SFI_CHECK_SLEEPS(d, "free_irq");
	sfi_check_that(d, !SFI_WITHIN(irq_handler_t), SFI_ARG("free_irq", "no handler runs here"));
	sfi_release_args(d, &sfi_type_irq_action, dev_id, args, 1, SFI_ARG("free_irq", "dev_id"));
	sfi_release(d, &sfi_type_irq_line, line_object(irq), SFI_ARG("free_irq", "irq"));
	ret = drop_name(free_irq(irq, dev_id));
	/* It ends with the last action on the line. */
	while (!sfi_holds(d, SFI_T_irq_line, line_object(irq)) &&
	       sfi_take_back(d, &sfi_type_irq_disabled, line_object(irq)))
		;
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_free_irq);

/*
 * The handler's thread is waited for too, which sleeps. Drivers also call this where nothing may
 * sleep, for netpoll or in a timer: then the handler alone is.
 */
void sfi_w_disable_irq(struct sfi_self *self, unsigned int irq)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_that(d, !SFI_WITHIN(irq_handler_t),
		       SFI_ARG("disable_irq", "no handler runs here"));
	sfi_check_owned(d, line_object(irq), SFI_T_irq_line, SFI_ARG("disable_irq", "irq"));
	if (sfi_may_sleep())
		disable_irq(irq);
	else
		disable_hardirq(irq);
	note_disabled(d, irq);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_disable_irq);

void sfi_w_synchronize_irq(struct sfi_self *self, unsigned int irq)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_that(d, !SFI_WITHIN(irq_handler_t),
		       SFI_ARG("synchronize_irq", "no handler runs here"));
	if (sfi_may_sleep())
		synchronize_irq(irq);
	else
		synchronize_hardirq(irq);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_synchronize_irq);

void sfi_w_disable_irq_nosync(struct sfi_self *self, unsigned int irq)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, line_object(irq), SFI_T_irq_line, SFI_ARG("disable_irq_nosync", "irq"));
	disable_irq_nosync(irq);
	note_disabled(d, irq);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_disable_irq_nosync);

bool sfi_w_disable_hardirq(struct sfi_self *self, unsigned int irq)
{
	struct sfi_domain *d = sfi_import_enter(self);
	bool ret;

	sfi_check_that(d, !SFI_WITHIN(irq_handler_t),
		       SFI_ARG("disable_hardirq", "no handler runs here"));
	sfi_check_owned(d, line_object(irq), SFI_T_irq_line, SFI_ARG("disable_hardirq", "irq"));
	ret = disable_hardirq(irq);
	note_disabled(d, irq);
	sfi_import_leave(d);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_w_disable_hardirq);

void sfi_w_enable_irq(struct sfi_self *self, unsigned int irq)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_owned(d, line_object(irq), SFI_T_irq_line, SFI_ARG("enable_irq", "irq"));
	/* Not of a line that was requested disabled (IRQF_NO_AUTOEN). */
	sfi_take_back(d, &sfi_type_irq_disabled, line_object(irq));
	enable_irq(irq);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_enable_irq);

/* The driver is not there. */
static irqreturn_t refused(struct sfi_domain *d, int irq)
{
	sfi_irq_refused(d, irq);
	return IRQ_NONE;
}

/* What the kernel does if the current thread, which handles line IRQ, says that another is to be woken. */
enum wakes {
	WAKES_ANOTHER, /* which was the thread of a handler before the kernel made one of the handler too (threadirqs) */
	WAKES_NONE,    /* it warns */
	WAKES_UNKNOWN, /* the thread is no action's of the line, or not any more */
};

static enum wakes wakes_of(unsigned int irq)
{
	enum wakes wakes = WAKES_UNKNOWN;
	const struct irqaction *action;
	struct irq_desc *desc;
	struct irq_data *data;
	unsigned long flags;

	rcu_read_lock();
	/* None: the driver can call its handler itself, with what it likes. */
	data = irq_get_irq_data(irq);
	if (!data)
		goto out;
	desc = irq_data_to_desc(data);
	raw_spin_lock_irqsave(&desc->lock, flags);
	for (action = desc->action; action; action = action->next) {
		if (action->thread == current)
			wakes = action->secondary ? WAKES_ANOTHER : WAKES_NONE;
		else if (action->secondary && action->secondary->thread == current)
			wakes = WAKES_NONE;
	}
	raw_spin_unlock_irqrestore(&desc->lock, flags);
out:
	rcu_read_unlock();
	return wakes;
}

irqreturn_t sfi_e_irq_handler_t(const struct sfi_entry *e, int irq, void *dev)
{
	struct sfi_domain *d = e->self->domain;
	irq_handler_t fn = (irq_handler_t)e->fn;
	/* Not so the half of a handler that is a thread. */
	bool hard = in_hardirq();
	u64 from = ktime_get_mono_fast_ns(), to;
	struct sfi_irq_switches were = {};
	SFI_DEFINE_GATE(g);
	enum wakes wakes;
	irqreturn_t ret;

	if (!hard)
		were = sfi_irq_switches();
	if (!sfi_gate_enter(&g, e))
		return refused(d, irq);
	if (!sfi_gate_save(&g)) {
		ret = fn(irq, dev);
		wakes = ret & IRQ_WAKE_THREAD && in_task() ? wakes_of(irq) : WAKES_ANOTHER;
		sfi_check_result(&g, ret <= (IRQ_HANDLED | IRQ_WAKE_THREAD) && wakes != WAKES_NONE, ret);
		if (wakes == WAKES_UNKNOWN)
			ret &= ~IRQ_WAKE_THREAD;
	} else {
		ret = IRQ_NONE;
	}
	sfi_gate_leave(&g);
	to = ktime_get_mono_fast_ns();
	if (!hard)
		sfi_irq_thread_spent(d, e, ret != IRQ_NONE, from, to, were);
	else if (ret != IRQ_NONE)
		sfi_irq_spent(d, e, from, to);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_e_irq_handler_t);
