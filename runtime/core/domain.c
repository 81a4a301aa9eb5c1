// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains: what a module's tables say, and the life of a domain.
 *
 * States and allowed transitions:
 *
 *	LOADING    -> LIVE        init succeeded
 *	LOADING    -> FAILED      violation in init
 *	LOADING    -> DEAD        init returned an error, or the load was given up
 *	LIVE       -> FAILED      violation, or the operator's restart
 *	LIVE       -> DEAD        unloaded, or the operator's stop
 *	FAILED     -> RECOVERING  the recovery worker takes over
 *	FAILED     -> DEAD        unloaded before it came to that
 *	RECOVERING -> LOADING     init is about to run again
 *	RECOVERING -> DEAD        too many restarts, or contexts that do not leave
 *	DEAD       -> RECOVERING  the operator's restart
 *
 * LOADING and LIVE are the open states (sfi_closed()). The state is one word
 * and changes by compare-and-exchange, so that of many contexts that fail at
 * once exactly one reports.
 */
#include "internal.h"

/*
 * All domains. Slots change under domains_mutex; they are read without, in any context and NMI:
 * sfi_domain_destroy() empties the slot and waits for all readers before it frees.
 */
static struct sfi_domain *domains[SFI_DOMAINS];
static unsigned int domains_end; /* written under domains_mutex; all before are or were in use */
static SFI_PORT_MUTEX(domains_mutex);

#define BIT_OF(state) (1u << (state))
static const u8 allowed[SFI_NR_STATES] = {
	[SFI_LOADING] = BIT_OF(SFI_LIVE) | BIT_OF(SFI_FAILED) | BIT_OF(SFI_DEAD),
	[SFI_LIVE] = BIT_OF(SFI_FAILED) | BIT_OF(SFI_DEAD),
	[SFI_FAILED] = BIT_OF(SFI_RECOVERING) | BIT_OF(SFI_DEAD),
	[SFI_RECOVERING] = BIT_OF(SFI_LOADING) | BIT_OF(SFI_DEAD),
	[SFI_DEAD] = BIT_OF(SFI_RECOVERING),
};
static const char *const state_names[] = { "loading", "live", "failed", "recovering", "dead" };
static_assert(ARRAY_SIZE(state_names) == SFI_NR_STATES, "a name for each state");

static const char *const counter_names[] = {
#define X(name) #name,
	SFI_COUNTERS(X)
#undef X
};
static_assert(ARRAY_SIZE(counter_names) == SFI_NR_COUNTERS, "a name for each counter");

/* === States === */

const char *sfi_state_name(unsigned int state)
{
	return state < SFI_NR_STATES ? state_names[state] : "?";
}

static bool exchange_state(struct sfi_domain *d, u32 from, u32 to)
{
	if (!__atomic_compare_exchange_n(&d->state, &from, to, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED))
		return false;
	if (to == SFI_FAILED)
		WRITE_ONCE(d->failed_ns, sfi_port_ns());
	return true;
}

bool sfi_domain_move(struct sfi_domain *d, enum sfi_state from, enum sfi_state to)
{
	if (!(allowed[from] & BIT_OF(to)) || !exchange_state(d, from, to))
		return false;
	sfi_port_state_changed(d, from, to);
	if (to == SFI_FAILED)
		sfi_port_failed(d);
	return true;
}

bool sfi_domain_close(struct sfi_domain *d, enum sfi_state *from)
{
	for (*from = SFI_LOADING; *from <= SFI_LIVE; ++*from)
		if (exchange_state(d, *from, SFI_FAILED))
			return true;
	/* LOADING may have become LIVE between the two; nothing else opens a domain. */
	*from = SFI_LIVE;
	return exchange_state(d, SFI_LIVE, SFI_FAILED);
}

bool sfi_domain_fail(struct sfi_domain *d)
{
	enum sfi_state from;

	if (!sfi_domain_close(d, &from))
		return false;
	sfi_port_state_changed(d, from, SFI_FAILED);
	sfi_port_failed(d);
	return true;
}

/* === Tables === */

/* entry_64.S has the same. */
static u32 hash_slot(const void *p, u32 mask)
{
	return (u32)((sfi_addr(p) * 0x9e3779b97f4a7c15ULL) >> 32) & mask;
}

const struct sfi_func *sfi_domain_func(const struct sfi_domain *d, const void *addr)
{
	u32 i = hash_slot(addr, d->func_mask);

	while (d->funcs[i] && d->funcs[i]->addr != addr)
		i = (i + 1) & d->func_mask;
	return d->funcs[i];
}

const struct sfi_entry *sfi_domain_gate(const struct sfi_domain *d, const void *gate)
{
	u32 i = hash_slot(gate, d->entry_mask);

	while (d->entries[i] && d->entries[i]->gate != gate)
		i = (i + 1) & d->entry_mask;
	return d->entries[i];
}

/* Slots for N entries: a power of two, at most half full, so that a search ends. */
static u32 table_slots(u64 n)
{
	u32 slots = 16;

	while (slots < 2 * n)
		slots *= 2;
	return slots;
}

static void fill_tables(struct sfi_domain *d, const struct sfi_unit *u)
{
	u64 i;
	u32 s;

	for (i = 0; i < u->nr_funcs; i++) {
		s = hash_slot(u->funcs[i].addr, d->func_mask);
		while (d->funcs[s] && d->funcs[s]->addr != u->funcs[i].addr)
			s = (s + 1) & d->func_mask;
		d->funcs[s] = &u->funcs[i];
	}
	for (i = 0; i < u->nr_entries; i++) {
		s = hash_slot(u->entries[i].gate, d->entry_mask);
		while (d->entries[s])
			s = (s + 1) & d->entry_mask;
		d->entries[s] = &u->entries[i];
	}
}

static int make_tables(struct sfi_domain *d)
{
	u64 funcs = 0, entries = 0, globals = 0, i;
	u32 n;

	for (n = 0; n < d->nr_units; n++) {
		funcs += d->units[n]->nr_funcs;
		entries += d->units[n]->nr_entries;
		for (i = 0; i < d->units[n]->nr_globals; i++)
			globals += d->units[n]->globals[i].size;
	}
	d->func_mask = table_slots(funcs) - 1;
	d->entry_mask = table_slots(entries) - 1;
	d->saved_size = globals;
	d->funcs = sfi_port_alloc_table((d->func_mask + 2ULL) * sizeof(*d->funcs));
	d->entries = sfi_port_alloc_table((d->entry_mask + 1ULL) * sizeof(*d->entries));
	d->saved_globals = sfi_port_alloc_table(globals + 1);
	if (!d->funcs || !d->entries || !d->saved_globals)
		return -ENOMEM;
	for (n = 0; n < d->nr_units; n++)
		fill_tables(d, d->units[n]);
	return 0;
}

/* Whatever a call of F runs is in the module's code; F itself unless it is the kernel's. */
static bool in_text(const struct sfi_load *load, const struct sfi_func *f)
{
	if (f->call && sfi_addr(f->call) - load->text >= load->text_size)
		return false;
	return f->flags & SFI_FUNC_KERNEL || sfi_addr(f->addr) - load->text < load->text_size;
}

static int verify_unit(const struct sfi_load *load, const struct sfi_unit *u, char *why,
		       size_t size)
{
	u64 i;

	if (u->magic != SFI_UNIT_MAGIC || u->abi != SFI_ABI_VERSION) {
		sfi_port_snprintf(why, size, "built for ABI %u, this runtime is %u", u->abi,
				  SFI_ABI_VERSION);
		return -ENOEXEC;
	}
	if (u->policy != load->policy) {
		sfi_port_snprintf(why, size,
				  "%s: built with policy %016llx, this kernel's is %016llx",
				  u->name, (unsigned long long)u->policy,
				  (unsigned long long)load->policy);
		return -ENOEXEC;
	}
	if (u->self != load->self) {
		sfi_port_snprintf(why, size, "%s: belongs to another module", u->name);
		return -EINVAL;
	}
	for (i = 0; i < u->nr_funcs; i++) {
		if (in_text(load, &u->funcs[i]))
			continue;
		sfi_port_snprintf(why, size, "%s: %s is not in the module's code", u->name,
				  u->funcs[i].name);
		return -EINVAL;
	}
	return 0;
}

/* === Globals === */

enum globals_do { GLOBALS_SAVE, GLOBALS_RESTORE, GLOBALS_GRANT };

static void for_globals(struct sfi_domain *d, enum globals_do what)
{
	char *saved = d->saved_globals;
	const struct sfi_global *g;
	u64 i;
	u32 n;

	for (n = 0; n < d->nr_units; n++) {
		for (i = 0; i < d->units[n]->nr_globals; i++, saved += g->size) {
			g = &d->units[n]->globals[i];
			if (what == GLOBALS_SAVE)
				memcpy(saved, g->addr, g->size);
			else if (what == GLOBALS_RESTORE)
				memcpy(g->addr, saved, g->size);
			else if (g->name)
				sfi_rights_set(d, sfi_addr(g->addr), g->size, SFI_OVERWRITE);
		}
	}
}

void sfi_domain_reset(struct sfi_domain *d)
{
	sfi_locks_reset(d);
	sfi_memory_reset(d);
	sfi_rights_clear(d);
	for_globals(d, GLOBALS_RESTORE);
	for_globals(d, GLOBALS_GRANT);
	/* Pairs with the exchange in sfi_domain_set_regs(). */
	smp_store_release(&d->regs_state, 0);
}

/* === Life === */

static void free_domain(struct sfi_domain *d)
{
	sfi_objects_free(d);
	sfi_rights_free(d);
	sfi_port_free_table(d->funcs);
	sfi_port_free_table(d->entries);
	sfi_port_free_table(d->saved_globals);
	sfi_port_free_table(d->units);
	sfi_port_free_table(d->report);
	sfi_port_free_table(d->last_report);
	if (d->cpu)
		sfi_port_cpu_free(d->cpu);
	sfi_port_free_table(d);
}

static struct sfi_domain *new_domain(const struct sfi_load *load)
{
	struct sfi_domain *d = sfi_port_alloc_table(sizeof(*d));

	if (!d)
		return NULL;
	sfi_port_snprintf(d->name, sizeof(d->name), "%s", load->name);
	d->state = SFI_LOADING;
	d->self = load->self;
	d->module = load->module;
	d->text = load->text;
	d->text_size = load->text_size;
	d->rodata = load->rodata;
	d->rodata_size = load->rodata_size;
	d->host = load->host;
	d->nr_units = load->nr_units;
	sfi_port_lock_init(&d->report_lock);
	d->cpu = sfi_port_cpu_alloc(struct sfi_cpu);
	d->units = sfi_port_alloc_table((load->nr_units + 1) * sizeof(*d->units));
	d->report = sfi_port_alloc_table(SFI_REPORT_SIZE);
	d->last_report = sfi_port_alloc_table(SFI_REPORT_SIZE);
	if (!d->cpu || !d->units || !d->report || !d->last_report) {
		free_domain(d);
		return NULL;
	}
	memcpy(d->units, load->units, load->nr_units * sizeof(*d->units));
	return d;
}

static int publish_domain(struct sfi_domain *d)
{
	unsigned int i;

	sfi_port_mutex_lock(&domains_mutex);
	for (i = 0; i < SFI_DOMAINS && domains[i]; i++)
		;
	if (i < SFI_DOMAINS) {
		/* Whoever finds it finds it complete; pairs with sfi_domain_at(). */
		smp_store_release(&domains[i], d);
		if (i >= domains_end)
			WRITE_ONCE(domains_end, i + 1);
	}
	sfi_port_mutex_unlock(&domains_mutex);
	return i < SFI_DOMAINS ? 0 : -ENOSPC;
}

int sfi_domain_create(const struct sfi_load *load, struct sfi_domain **out, char *why,
		      size_t why_size)
{
	struct sfi_domain *d;
	int ret = 0;
	u32 n;

	for (n = 0; n < load->nr_units; n++) {
		ret = verify_unit(load, load->units[n], why, why_size);
		if (ret)
			return ret;
	}
	sfi_port_snprintf(why, why_size, "no memory");
	d = new_domain(load);
	if (!d)
		return -ENOMEM;
	ret = sfi_objects_init(d);
	if (!ret)
		ret = sfi_rights_init(d);
	if (!ret)
		ret = make_tables(d);
	if (ret)
		goto err;
	for_globals(d, GLOBALS_SAVE);
	for_globals(d, GLOBALS_GRANT);
	if (sfi_closed(d)) {
		ret = -ENOMEM;
		goto err;
	}
	ret = publish_domain(d);
	if (ret) {
		sfi_port_snprintf(why, why_size, "too many isolated modules");
		goto err;
	}
	d->self->module = load->module;
	/* Last: who sees it in a gate or guard sees the rest. */
	smp_store_release(&d->self->domain, (void *)d);
	why[0] = '\0';
	*out = d;
	return 0;
err:
	free_domain(d);
	return ret;
}

void sfi_domain_destroy(struct sfi_domain *d)
{
	unsigned int i;

	sfi_port_mutex_lock(&domains_mutex);
	for (i = 0; i < domains_end; i++)
		if (domains[i] == d)
			WRITE_ONCE(domains[i], NULL);
	sfi_port_mutex_unlock(&domains_mutex);
	sfi_port_barrier_all();
	free_domain(d);
}

/* === Questions === */

unsigned int sfi_domains_end(void)
{
	return READ_ONCE(domains_end);
}

struct sfi_domain *sfi_domain_at(unsigned int i)
{
	/* Pairs with publish_domain(). */
	return smp_load_acquire(&domains[i]);
}

bool sfi_domain_known(const struct sfi_domain *d)
{
	unsigned int i, end = sfi_domains_end();

	for (i = 0; i < end; i++)
		if (d && sfi_domain_at(i) == d)
			return true;
	return false;
}

struct sfi_domain *sfi_domain_of_text(u64 ip)
{
	unsigned int i, end = sfi_domains_end();
	struct sfi_domain *d;

	for (i = 0; i < end; i++) {
		d = sfi_domain_at(i);
		if (d && ip - d->text < d->text_size)
			return d;
	}
	return NULL;
}
SFI_EXPORT(sfi_domain_of_text);

/* The function that holds IP; NULL if no unit lists it. */
static const struct sfi_func *function_of(const struct sfi_domain *d, u64 ip)
{
	const struct sfi_func *f, *best = NULL;
	u64 addr, i;
	u32 n;

	for (n = 0; n < d->nr_units; n++) {
		for (i = 0; i < d->units[n]->nr_funcs; i++) {
			f = &d->units[n]->funcs[i];
			addr = sfi_addr(f->addr);
			if (addr <= ip && addr - d->text < d->text_size &&
			    (!best || addr > sfi_addr(best->addr)))
				best = f;
		}
	}
	return best;
}

/* Where it begins; IP itself if no unit lists it. */
static u64 function_start(const struct sfi_domain *d, u64 ip)
{
	const struct sfi_func *f = function_of(d, ip);

	return f ? sfi_addr(f->addr) : ip;
}

struct sfi_domain *sfi_domain_of_ip(u64 ip, u64 sp)
{
	const struct sfi_func *f;
	struct sfi_domain *d;
	struct sfi_gate *g;

	if (!sfi_ip_on_behalf(ip)) {
		d = sfi_domain_of_text(ip);
		f = d ? function_of(d, ip) : NULL;
		/* A gate's own code runs before it is entered and after it is left. */
		return f && f->flags & SFI_FUNC_GATE ? NULL : d;
	}
	g = sfi_gate_find(sp);
	return g ? g->domain : NULL;
}

/*
 * The last line at or before IP; before the first one of a function, that first one: what stands
 * before it is another function's.
 */
const struct sfi_line *sfi_domain_line(const struct sfi_domain *d, u64 ip)
{
	const struct sfi_line *line, *before = NULL, *after = NULL;
	u64 start = function_start(d, ip), at;
	u32 n;

	if (ip - d->text >= d->text_size)
		return NULL;
	for (n = 0; n < d->nr_units; n++) {
		for (line = d->units[n]->lines; line < d->units[n]->lines_end; line++) {
			at = sfi_addr(line->ip);
			if (at >= start && at <= ip && (!before || line->ip > before->ip))
				before = line;
			if (at > ip && (!after || line->ip < after->ip))
				after = line;
		}
	}
	if (before)
		return before;
	return after && function_start(d, sfi_addr(after->ip)) == start ? after : NULL;
}

const struct sfi_entry *sfi_domain_entry(const struct sfi_domain *d, const char *kind)
{
	u64 i;
	u32 n;

	for (n = 0; n < d->nr_units; n++)
		for (i = 0; i < d->units[n]->nr_entries; i++)
			if (!strcmp(d->units[n]->entries[i].kind, kind))
				return &d->units[n]->entries[i];
	return NULL;
}

/* All `left` before all `entered`: see sfi_gate_enter(). */
u64 sfi_domain_inside(const struct sfi_domain *d)
{
	u64 left = sfi_domain_count(d, SFI_COUNT_left);

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return sfi_domain_count(d, SFI_COUNT_entered) - left;
}

u64 sfi_domain_count(const struct sfi_domain *d, enum sfi_counter c)
{
	u64 sum = 0;
	int cpu;

	sfi_port_for_each_cpu(cpu)
		sum += READ_ONCE(((const u64 *)sfi_port_cpu_of(d->cpu, cpu))[c]);
	return sum;
}

const char *sfi_counter_name(enum sfi_counter c)
{
	return counter_names[c];
}

struct sfi_unit_counts sfi_domain_unit_counts(const struct sfi_domain *d)
{
	struct sfi_unit_counts sum = { 0 };
	u32 n;

	for (n = 0; n < d->nr_units; n++) {
#define X(name) sum.name += d->units[n]->name;
		SFI_UNIT_COUNTERS(X)
#undef X
	}
	return sum;
}

struct sfi_memory sfi_domain_memory(const struct sfi_domain *d)
{
	u64 leaves = READ_ONCE(d->nr_leaves);

	return (struct sfi_memory){
		.used = sizeof(*d) + sizeof(*d->self) + SFI_DIR_ENTRIES * sizeof(*d->leaves) +
			leaves * (SFI_LEAF_SLOTS + sizeof(struct sfi_leaf)) + SFI_LEAF_SLOTS +
			(d->func_mask + 2ULL) * sizeof(*d->funcs) +
			(d->entry_mask + 1ULL) * sizeof(*d->entries) + d->saved_size +
			2 * SFI_REPORT_SIZE + sfi_objects_memory(d),
		.covered = leaves << SFI_CHUNK_SHIFT,
	};
}
