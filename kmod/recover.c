// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recovery of a failed domain, in a worker of its own, in these steps: quiet
 * the devices, evict, release the kernel objects that no shadow keeps, put
 * rights and globals back to the beginning, run init again, have the shadows
 * give the devices their configuration back. The worker holds no lock while it does so:
 * a context that failed under somebody's lock (rtnl, a device's) has unwound to
 * the gate before the step that needs that lock, and its caller drops it.
 */
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/pci.h>
#include <linux/sched.h>

#include "kmod.h"
#include "trace.h"

/* Longest wait for contexts to leave. A sleeper in the kernel is woken, but may have to wait for hardware. */
#define EVICT_MS 10000
/* Devices of one domain that are quieted. */
#define DEVICES 64

struct devices {
	struct pci_dev *dev[DEVICES];
	bool held[DEVICES]; /* enabled by us, too */
	unsigned int nr;
};

static u64 us_since(u64 then)
{
	return div_u64(ktime_get_ns() - then, NSEC_PER_USEC);
}

static void step_done(struct sfi_host *h, const char *step)
{
	trace_recovery(h->d->name, step, us_since(h->failed_at));
}

/*
 * How long it takes
 * -----------------
 * An outage is from the failure until everything is configured again, over
 * failures of the restart itself. What the driver takes of it (its init, and
 * the calls that shadows make) is its own time, and the device's.
 */
static void outage_begins(struct sfi_host *h)
{
	if (h->down)
		return;
	h->down = true;
	h->down_at = h->failed_at;
	h->driver_ns = 0;
}

static void outage_ends(struct sfi_host *h)
{
	h->down = false;
	h->last_recovery_us = us_since(h->down_at);
	h->last_driver_us = div_u64(h->driver_ns, NSEC_PER_USEC);
	h->last_outage_us = h->last_recovery_us - min(h->last_driver_us, h->last_recovery_us);
}

u64 sfi_driver_begins(void)
{
	return ktime_get_ns();
}
EXPORT_SYMBOL_GPL(sfi_driver_begins);

void sfi_driver_ends(struct sfi_domain *d, u64 began)
{
	struct sfi_host *h = d->host;

	h->driver_ns += ktime_get_ns() - began;
}
EXPORT_SYMBOL_GPL(sfi_driver_ends);

/* A device that can do anything has been enabled: an object on the address of its pci_dev. */
static void collect_device(void *arg, const struct sfi_type *type, const void *obj, size_t size)
{
	struct devices *devices = arg;
	struct pci_dev *dev = (struct pci_dev *)obj;
	unsigned int i;

	if (strcmp(type->name, "pci_enabled"))
		return;
	for (i = 0; i < devices->nr; i++) {
		if (devices->dev[i] == dev)
			return;
	}
	if (devices->nr < DEVICES)
		devices->dev[devices->nr++] = pci_dev_get(dev);
}

/*
 * No more DMA (message-signalled interrupts are DMA too), and no line interrupt
 * that nobody is there to quiet: the line may be shared. Both come back when a
 * driver asks for them: the wrapper of pci_enable_device() turns line interrupts on.
 *
 * Each is enabled once more, so that its release does not switch it off: that
 * takes long, and so does switching it on again. See
 * docs/decisions/011-devices-stay-switched-on.md.
 */
static void quiet_devices(struct sfi_host *h, struct devices *devices)
{
	unsigned int i;

	sfi_objects_for_each(h->d, collect_device, devices);
	for (i = 0; i < devices->nr; i++) {
		devices->held[i] = !pci_enable_device(devices->dev[i]);
		pci_clear_master(devices->dev[i]);
		pci_intx(devices->dev[i], 0);
	}
}

/*
 * Where a device has a function-level reset, nothing remains of what the failed driver has told it
 * behind its windows: not even what it would do as soon as it may master the bus again. Configuration
 * space stays as it is. The time is the device's own.
 * See docs/decisions/016-function-level-reset.md.
 */
static void renew_devices(struct sfi_host *h, struct devices *devices)
{
	u64 began = sfi_driver_begins();
	struct pci_dev *dev;
	unsigned int i;

	for (i = 0; i < devices->nr; i++) {
		dev = devices->dev[i];
		/* One that has gone would be waited for. */
		if (pcie_reset_flr(dev, PCI_RESET_PROBE) || dev->current_state != PCI_D0 ||
		    !pci_device_is_present(dev))
			continue;
		pci_cfg_access_lock(dev);
		/* A call that has left since may have put it on again. */
		pci_clear_master(dev);
		pci_save_state(dev);
		if (pcie_reset_flr(dev, PCI_RESET_DO_RESET))
			pci_warn(dev, "%s: it could not be reset\n", h->d->name);
		pci_restore_state(dev);
		pci_cfg_access_unlock(dev);
	}
	sfi_driver_ends(h->d, began);
}

/* For the driver's pci_enable_device() to do all that it does to a device that is off. */
static void offer_devices(struct devices *devices)
{
	unsigned int i;

	for (i = 0; i < devices->nr; i++) {
		if (devices->held[i])
			atomic_dec(&devices->dev[i]->enable_cnt);
	}
}

/*
 * What init has not enabled again is switched off after all. Before the domain is live: who enables
 * it from then on has to find it off, or its interrupts would stay off.
 */
static void withdraw_devices(struct devices *devices)
{
	unsigned int i;

	for (i = 0; i < devices->nr; i++) {
		if (devices->held[i] && !atomic_read(&devices->dev[i]->enable_cnt)) {
			atomic_inc(&devices->dev[i]->enable_cnt);
			pci_disable_device(devices->dev[i]);
		}
		devices->held[i] = false;
	}
}

static void forget_devices(struct devices *devices)
{
	unsigned int i;

	for (i = 0; i < devices->nr; i++) {
		if (devices->held[i])
			pci_disable_device(devices->dev[i]);
		pci_dev_put(devices->dev[i]);
	}
	kfree(devices);
}

/* From here on the domain is dead until the operator or the module's exit says otherwise. */
static void leave_dead(struct sfi_host *h, const char *why)
{
	h->dead_why = why;
	h->down = false;
	sfi_domain_move(h->d, SFI_RECOVERING, SFI_DEAD);
	step_done(h, "dead");
	if (why)
		pr_err("%s: left dead: %s\n", h->d->name, why);
}

/* Whether the policy has a restart left; if so, it is used up. */
static bool within_policy(struct sfi_host *h)
{
	unsigned int max = min_t(unsigned int, READ_ONCE(sfi_restart_max), SFI_RESTARTS_KEPT);
	u64 window = READ_ONCE(sfi_restart_window_s) * (u64)NSEC_PER_SEC;
	u64 now = ktime_get_ns(), *oldest;

	if (!max)
		return false;
	/* The restart that lies MAX restarts back: it must be out of the window. */
	oldest = &h->restarted_at[(h->restarts + SFI_RESTARTS_KEPT - max) % SFI_RESTARTS_KEPT];
	if (h->restarts >= max && now - *oldest < window)
		return false;
	h->restarted_at[h->restarts++ % SFI_RESTARTS_KEPT] = now;
	return true;
}

/* Restarts in the window that ends now. */
static unsigned int recent_restarts(const struct sfi_host *h)
{
	u64 window = READ_ONCE(sfi_restart_window_s) * (u64)NSEC_PER_SEC, now = ktime_get_ns();
	unsigned int i, nr = 0, kept = min_t(unsigned int, h->restarts, SFI_RESTARTS_KEPT);

	for (i = 0; i < kept; i++)
		nr += now - h->restarted_at[i] < window;
	return nr;
}

/*
 * What comes after eviction. True: init is to run again. Else *WHY it is not
 * (NULL: nothing to be said about it).
 */
static bool may_restart(struct sfi_host *h, const char **why)
{
	bool yes = false;

	*why = NULL;
	mutex_lock(&h->lock);
	if (h->loading || h->leaving) {
		;
	} else if (h->order == SFI_ORDER_STOP) {
		*why = "stopped";
	} else if (h->order == SFI_ORDER_RESTART) {
		yes = true;
	} else {
		/* One that takes its time to fail is never too often within the window. */
		yes = h->init_failures <= READ_ONCE(sfi_restart_max) && within_policy(h);
		*why = h->init_failures ? "init failed" : "too many restarts";
	}
	h->order = SFI_ORDER_NONE;
	mutex_unlock(&h->lock);
	return yes;
}

int sfi_run_init(const struct sfi_entry *e)
{
	SFI_DEFINE_GATE(g);
	int ret;

	if (!sfi_gate_enter(&g, e))
		return -EIO;
	if (!sfi_gate_save(&g)) {
		ret = ((int (*)(void))e->fn)();
		/* The kernel keeps a module whose init says more than 0. */
		sfi_check_result(&g, ret <= 0, (u64)ret);
	} else {
		ret = -EIO;
	}
	sfi_gate_leave(&g);
	return ret;
}

/* The domain is in SFI_LOADING, as at the beginning. */
static void start_again(struct sfi_host *h, struct devices *devices)
{
	struct sfi_domain *d = h->d;
	u64 began;
	int ret;

	sfi_irq_open(h);
	offer_devices(devices);
	began = sfi_driver_begins();
	ret = sfi_run_init(h->init);
	sfi_driver_ends(d, began);
	withdraw_devices(devices);
	h->init_failures = ret && sfi_domain_state(d) == SFI_LOADING ? h->init_failures + 1 : 0;
	if (!ret && sfi_domain_move(d, SFI_LOADING, SFI_LIVE)) {
		step_done(h, "live");
		sfi_shadows_do(h, resume);
		if (sfi_domain_state(d) != SFI_LIVE)
			return;
		outage_ends(h);
		step_done(h, "resumed");
		pr_info("%s: restarted in %llu us: recovery %llu us, the driver's own start %llu us (restart %u of at most %u in %u s)\n",
			d->name, h->last_recovery_us, h->last_outage_us, h->last_driver_us,
			recent_restarts(h), sfi_restart_max, sfi_restart_window_s);
		return;
	}
	/* If it failed by a violation, this worker's next turn is queued already. */
	if (sfi_domain_state(d) != SFI_LOADING)
		return;
	pr_err("%s: init returned %d at restart\n", d->name, ret);
	sfi_domain_fail(d);
}

static void recover(struct kthread_work *work)
{
	struct sfi_host *h = container_of(work, struct sfi_host, recover);
	struct sfi_domain *d = h->d;
	struct devices *devices;
	const char *why;
	bool restart;

	/* It may have failed while it was made: there is nothing yet. */
	if (!d || !sfi_domain_move(d, SFI_FAILED, SFI_RECOVERING))
		return;
	h->failed_at = READ_ONCE(d->failed_ns);
	outage_begins(h);
	devices = kzalloc(sizeof(*devices), GFP_KERNEL | __GFP_NOFAIL);
	quiet_devices(h, devices);
	sfi_irq_quiet(h);
	sfi_shadows_do(h, suspend);
	step_done(h, "quiet");
	if (sfi_evict(d, EVICT_MS)) {
		/* Nothing may be taken from under a context that is still inside. */
		h->inhabited = true;
		leave_dead(h, "a call did not leave the driver");
		sfi_shadows_do(h, strand);
		goto out;
	}
	step_done(h, "evicted");
	renew_devices(h, devices);
	restart = may_restart(h, &why);
	if (restart)
		sfi_shadows_do(h, keep);
	else
		sfi_shadows_do(h, give_up);
	sfi_release_all(d);
	if (!restart)
		sfi_shadows_do(h, given_up);
	step_done(h, "released");
	sfi_domain_reset(d);
	step_done(h, "reset");
	if (!restart)
		leave_dead(h, why);
	else if (sfi_domain_move(d, SFI_RECOVERING, SFI_LOADING))
		start_again(h, devices);
out:
	forget_devices(devices);
}

void sfi_port_failed(struct sfi_domain *d)
{
	struct sfi_host *h = d->host;

	WRITE_ONCE(h->failed_in, in_task() ? current : NULL);
	kthread_queue_work(h->worker, &h->recover);
}

bool sfi_failed_here(const struct sfi_domain *d)
{
	const struct sfi_host *h = d->host;

	return READ_ONCE(h->failed_in) == current;
}
EXPORT_SYMBOL_GPL(sfi_failed_here);

/* A dead domain, by the operator's order. */
static void revive(struct kthread_work *work)
{
	static struct devices none;
	struct sfi_host *h = container_of(work, struct sfi_host, revive);

	if (h->inhabited || !sfi_domain_move(h->d, SFI_DEAD, SFI_RECOVERING))
		return;
	h->failed_at = ktime_get_ns();
	outage_begins(h);
	if (sfi_domain_move(h->d, SFI_RECOVERING, SFI_LOADING))
		start_again(h, &none);
}

/*
 * Of a domain that was left dead because a call did not leave it: what it has is released once that
 * has left after all. The driver is not started: that is for the operator to order, or not.
 */
static void clear(struct kthread_work *work)
{
	struct sfi_host *h = container_of(work, struct sfi_host, clear);

	if (!h->inhabited || sfi_evict(h->d, EVICT_MS))
		return;
	sfi_shadows_do(h, give_up);
	sfi_release_all(h->d);
	sfi_shadows_do(h, given_up);
	sfi_domain_reset(h->d);
	h->inhabited = false;
	pr_info("%s: the call has left the driver, all is released\n", h->d->name);
}

void sfi_recover_inhabited(struct sfi_host *h)
{
	if (READ_ONCE(h->inhabited) && !sfi_domain_inside(h->d))
		kthread_queue_work(h->worker, &h->clear);
}

int sfi_recover_start(struct sfi_host *h, const char *name)
{
	/* While the machine is suspended no device can be probed: its failures wait until it is not. */
	struct kthread_worker *worker = kthread_create_worker(KTW_FREEZABLE, "sfi/%s", name);

	if (IS_ERR(worker))
		return PTR_ERR(worker);
	/* Not to be kept waiting by what the failed driver left spinning. */
	sched_set_fifo_low(worker->task);
	kthread_init_work(&h->recover, recover);
	kthread_init_work(&h->revive, revive);
	kthread_init_work(&h->clear, clear);
	h->worker = worker;
	return 0;
}

void sfi_recover_stop(struct sfi_host *h)
{
	kthread_destroy_worker(h->worker);
}

void sfi_recover_settle(struct sfi_host *h)
{
	enum sfi_state state;

	/* A failure is there a moment before its work is queued. */
	do {
		kthread_flush_worker(h->worker);
		state = sfi_domain_state(h->d);
	} while (state == SFI_FAILED || state == SFI_RECOVERING ||
		 (state == SFI_LOADING && !READ_ONCE(h->loading)));
}

void sfi_recover_finish(struct sfi_host *h)
{
	sfi_domain_fail(h->d);
	sfi_recover_settle(h);
	/* The module's memory cannot go while somebody is in its code. */
	for (;;) {
		kthread_queue_work(h->worker, &h->clear);
		kthread_flush_worker(h->worker);
		if (!h->inhabited)
			return;
		pr_err("%s: still waiting for a call to leave the driver\n", h->d->name);
	}
}

int sfi_recover_order(struct sfi_host *h, enum sfi_order order)
{
	enum sfi_state state, wanted = order == SFI_ORDER_STOP ? SFI_DEAD : SFI_LIVE;

	sfi_recover_settle(h);
	mutex_lock(&h->lock);
	state = sfi_domain_state(h->d);
	if (h->loading || h->leaving || (state != SFI_LIVE && state != SFI_DEAD)) {
		mutex_unlock(&h->lock);
		return -EBUSY;
	}
	if (state == SFI_LIVE) {
		h->order = order;
		sfi_domain_fail(h->d);
	} else if (order == SFI_ORDER_RESTART) {
		kthread_queue_work(h->worker, &h->revive);
	}
	mutex_unlock(&h->lock);
	sfi_recover_settle(h);
	return sfi_domain_state(h->d) == wanted ? 0 : -EIO;
}
