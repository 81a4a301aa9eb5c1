// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtnl_lock() in an outage: recovery has it, or borrows it from a task that was
 * configuring a device when the driver failed, and waits. For the driver another
 * lock stands for it in that time.
 */
#include <linux/delay.h>
#include <linux/lockdep.h>
#include <linux/rtnetlink.h>

#include "wrappers/by_hand.h"
#include "wrappers/net_shadow.h"

/* A task holds rtnl_lock() and waits; while lend_lock is held, it goes on waiting. */
static DEFINE_MUTEX(lend_lock);
static bool lending; /* lend_lock */

/*
 * A kernel with lockdep asks whether the task that reads what the lock protects has it, not whether
 * anybody has. So lockdep is told when the lock changes hands. Both under lend_lock, by who is named.
 */
#ifdef CONFIG_LOCKDEP
static struct lockdep_map *rtnl_map; /* lend_lock; as long as it is lent */

/* The kernel keeps it to itself; who has the lock has it on its list. */
static struct lockdep_map *find_rtnl_map(void)
{
	int i;

	for (i = 0; i < current->lockdep_depth; i++) {
		if (!strcmp(current->held_locks[i].instance->name, "rtnl_mutex"))
			return current->held_locks[i].instance;
	}
	return NULL;
}

static void tell_given(void)
{
	if (rtnl_map)
		lock_release(rtnl_map, _THIS_IP_);
}

/* As by trylock: it did not wait for it. */
static void tell_taken(void)
{
	if (rtnl_map)
		lock_acquire(rtnl_map, 0, 1, 0, 1, NULL, _THIS_IP_);
}

static void lender_gives(void)
{
	rtnl_map = find_rtnl_map();
	tell_given();
}

static void lender_takes(void)
{
	tell_taken();
	rtnl_map = NULL;
}
#else
static void tell_given(void) {}
static void tell_taken(void) {}
static void lender_gives(void) {}
static void lender_takes(void) {}
#endif

void net_shadow_take_rtnl(struct net_shadow_domain *nd)
{
	if (nd->has_rtnl)
		return;
	while (!rtnl_trylock()) {
		mutex_lock(&lend_lock);
		nd->lent = lending;
		if (nd->lent) {
			tell_taken();
			break; /* lend_lock is held as long as the loan lasts */
		}
		mutex_unlock(&lend_lock);
		usleep_range(500, 1000);
	}
	mutex_lock(&nd->inner);
	nd->has_rtnl = true;
	mutex_unlock(&nd->inner);
}

/* Also wakes who waited for the end of the outage. */
void net_shadow_end_outage(struct net_shadow_domain *nd)
{
	if (nd->has_rtnl) {
		/* Who has the lock that stands for it takes it for the real one. */
		mutex_lock(&nd->inner);
		nd->has_rtnl = false;
		mutex_unlock(&nd->inner);
		if (nd->lent) {
			tell_given();
			mutex_unlock(&lend_lock);
		} else {
			rtnl_unlock();
		}
		nd->lent = false;
	}
	WRITE_ONCE(nd->down, false);
	wake_up_all(&nd->up);
}

/* The driver is back, or does not come back. */
static bool settled(const struct net_shadow_domain *nd)
{
	return READ_ONCE(nd->given_up) ||
	       (!READ_ONCE(nd->down) && sfi_domain_state(nd->shadow.domain) == SFI_LIVE);
}

bool net_shadow_is_down(const struct net_shadow *s)
{
	return READ_ONCE(s->nd->down) || sfi_closed(s->nd->shadow.domain);
}

bool net_shadow_wait(struct net_shadow *s, struct net_attempt *attempt)
{
	struct net_shadow_domain *nd = s->nd;
	bool here;

	if (likely(!net_shadow_is_down(s) && READ_ONCE(nd->failures) == attempt->failures))
		return false;
	/* Whoever is still in the driver further out must leave it first; some ask under RCU alone. */
	if (s->state >= NET_GONE || !attempt->left || !sfi_may_sleep() ||
	    !rtnl_is_locked() || sfi_gate_find((u64)__builtin_frame_address(0)))
		return false;
	/* What else fails while it is made again is not this call's doing. */
	here = sfi_failed_here(nd->shadow.domain);
	if (here && attempt->failed)
		return false;
	attempt->failed |= here;
	attempt->left--;
	mutex_lock(&lend_lock);
	lending = true;
	lender_gives();
	mutex_unlock(&lend_lock);
	do {
		/* Before the look: what fails after it is news to the next one. */
		attempt->failures = READ_ONCE(nd->failures);
		wait_event_timeout(nd->up, settled(nd), HZ / 10);
	} while (!settled(nd));
	mutex_lock(&lend_lock);
	lending = false;
	lender_takes();
	mutex_unlock(&lend_lock);
	return !READ_ONCE(nd->given_up) && s->state < NET_GONE;
}

bool net_shadow_again(struct net_shadow *s, struct net_attempt *attempt)
{
	bool again = net_shadow_wait(s, attempt);

	if (unlikely(again != attempt->repeated)) {
		attempt->repeated = again;
		net_shadow_repeat(s, again ? 1 : -1);
	}
	return again;
}

struct mutex *net_shadow_lock(struct sfi_domain *d)
{
	struct net_shadow_domain *nd = net_shadow_domain_of(d);

	for (;;) {
		if (nd && mutex_trylock(&nd->inner)) {
			if (nd->has_rtnl) {
				nd->inner_owner = current;
				return &nd->inner;
			}
			mutex_unlock(&nd->inner);
		}
		if (rtnl_trylock())
			return NULL;
		if (unlikely(sfi_closed(d)))
			sfi_unwind(d);
		usleep_range(500, 1000);
	}
}

struct mutex *net_shadow_locked(struct sfi_domain *d)
{
	struct net_shadow_domain *nd = net_shadow_domain_of(d);

	return nd && READ_ONCE(nd->inner_owner) == current ? &nd->inner : NULL;
}

void net_shadow_unlock(struct mutex *lock)
{
	if (!lock) {
		rtnl_unlock();
		return;
	}
	container_of(lock, struct net_shadow_domain, inner)->inner_owner = NULL;
	mutex_unlock(lock);
}
