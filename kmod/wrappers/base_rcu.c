// SPDX-License-Identifier: GPL-2.0-only
/*
 * RCU.
 *
 * By hand: a read-side section has no argument that the lock table could know
 * it by; a head that is queued a second time would make a ring of the kernel's
 * list; and a head is the driver's memory again when its callback is called.
 */
#include <linux/rcupdate.h>
#include <linux/sched/task_stack.h>

#include "wrappers/by_hand.h"

void sfi_rcu_release(struct callback_head *head);

/* === Read-side sections === */

/* What the lock table knows one by. */
#define SECTION ((void *)__rcu_read_lock)

static void leave_section(void *unused)
{
	rcu_read_unlock();
}

void sfi_w___rcu_read_lock(struct sfi_self *self)
{
	struct sfi_domain *d = sfi_import_enter(self);

	rcu_read_lock();
	sfi_lock_taken(d, SECTION, "rcu", leave_section, SFI_ARG("rcu_read_lock", "section"));
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w___rcu_read_lock);

void sfi_w___rcu_read_unlock(struct sfi_self *self)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_lock_dropped(d, SECTION, "rcu", SFI_ARG("rcu_read_unlock", "section"));
	rcu_read_unlock();
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w___rcu_read_unlock);

#ifdef CONFIG_DEBUG_LOCK_ALLOC
void sfi_w_rcu_read_lock(struct sfi_self *self)
{
	sfi_w___rcu_read_lock(self);
}
EXPORT_SYMBOL_GPL(sfi_w_rcu_read_lock);

void sfi_w_rcu_read_unlock(struct sfi_self *self)
{
	sfi_w___rcu_read_unlock(self);
}
EXPORT_SYMBOL_GPL(sfi_w_rcu_read_unlock);
#endif

/* === Callbacks === */

void sfi_w_call_rcu(struct sfi_self *self, struct callback_head *head, rcu_callback_t func)
{
	struct sfi_domain *d = sfi_import_enter(self);

	sfi_check_that(d, func, SFI_ARG("call_rcu", "func is not NULL"));
	sfi_check_callback(d, func, "rcu_callback_t", SFI_ARG("call_rcu", "func"));
	/* The unwinder could not wait for its callback. */
	sfi_check_that(d, !object_is_on_stack(head) && !sfi_is_interrupts_local(head),
		       SFI_ARG("call_rcu", "head is not a local"));
	sfi_check_that(d, !sfi_is(d, head, SFI_T_callback_head),
		       SFI_ARG("call_rcu", "head is not queued already"));
	sfi_check_that(d, sfi_merely_writable(d, (u64)head, sizeof(*head)),
		       SFI_ARG("call_rcu", "head"));
	sfi_check_that(d,
		       sfi_embed(d, &sfi_type_callback_head, head, sizeof(*head),
				 SFI_ARG("call_rcu", "head")),
		       SFI_ARG("call_rcu", "head is not queued already"));
	call_rcu(head, func);
	sfi_import_leave(d);
}
EXPORT_SYMBOL_GPL(sfi_w_call_rcu);

/*
 * The kernel has forgotten the head: it goes back to the driver, or, where the driver is not there
 * to be called, to nobody. That there is none means that its memory was taken from it in between.
 */
void sfi_e_rcu_callback_t(const struct sfi_entry *e, struct callback_head *head)
{
	void (*fn)(struct callback_head *) = (void *)e->fn;
	struct sfi_domain *d = e->self->domain;
	SFI_DEFINE_GATE(g);

	if (!sfi_gate_enter(&g, e)) {
		sfi_take_back(d, &sfi_type_callback_head, head);
		return;
	}
	if (sfi_take_back(d, &sfi_type_callback_head, head)) {
		sfi_grant(d, head, sizeof(*head));
		if (!sfi_gate_save(&g))
			fn(head);
	}
	sfi_gate_leave(&g);
}
EXPORT_SYMBOL_GPL(sfi_e_rcu_callback_t);

/*
 * Recovery: the memory is about to go. Callbacks that find the gate closed take their heads off
 * the record, so that the first wait is the last.
 */
void sfi_rcu_release(struct callback_head *head)
{
	rcu_barrier();
}
