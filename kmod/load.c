// SPDX-License-Identifier: GPL-2.0-only
/*
 * An isolated module's way in and out. Its init function is a gate to
 * sfi_e_module_init() below, so before the first instruction of it runs, the
 * module's symbol table is read: only code that the pass has instrumented may
 * be in it, and only runtime symbols, and what the policy lets drivers use
 * directly, may be imported. Else the module is refused with the reason.
 */
#include <linux/bsearch.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include <sfi/policy.h>

#include "compat/compat.h"
#include "kmod.h"

/* At most this much of a direct function is taken to be its code; bytes. */
#define DIRECT_SPAN 512

/*
 * Data
 * ----
 */
static DEFINE_MUTEX(policy_lock);
static LIST_HEAD(policies);          /* policy_lock */

/* Modules between COMING and the end of their init. */
struct coming {
	struct list_head node;
	struct module *module;
};
static DEFINE_MUTEX(coming_lock);
static LIST_HEAD(coming_modules);    /* coming_lock */

/* What a module's symbol table was found to hold. */
struct scan {
	struct module *module;
	const struct sfi_unit **units;
	u32 nr_units;
	unsigned long *funcs;        /* sorted addresses that units list */
	u32 nr_funcs;
	unsigned long *direct;
	u32 nr_direct;
	const struct mod_kallsyms *symbols;
	char why[256];
};

/* What the compiler, not the source, refers to. */
static const char *const compiler_names[] = {
	"__fentry__", "__x86_return_thunk", "__stack_chk_fail", "_GLOBAL_OFFSET_TABLE_",
};

/*
 * Policy
 * ------
 */
int sfi_policy_register(struct sfi_policy *policy)
{
	struct sfi_policy *first;
	int ret = 0;

	mutex_lock(&policy_lock);
	first = list_first_entry_or_null(&policies, struct sfi_policy, node);
	if (first && first->hash != policy->hash) {
		pr_err("%s: wrong version: generated from policy %#llx, but %s from %#llx\n",
		       policy->module, policy->hash, first->module, first->hash);
		ret = -EINVAL;
	} else {
		list_add_tail(&policy->node, &policies);
	}
	mutex_unlock(&policy_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(sfi_policy_register);

void sfi_policy_unregister(struct sfi_policy *policy)
{
	mutex_lock(&policy_lock);
	list_del(&policy->node);
	mutex_unlock(&policy_lock);
}
EXPORT_SYMBOL_GPL(sfi_policy_unregister);

static u64 policy_hash(void)
{
	struct sfi_policy *first;
	u64 hash;

	mutex_lock(&policy_lock);
	first = list_first_entry_or_null(&policies, struct sfi_policy, node);
	hash = first ? first->hash : 0;
	mutex_unlock(&policy_lock);
	return hash;
}

static int compare_names(const void *key, const void *element)
{
	return strcmp(key, *(const char *const *)element);
}

static bool policy_names(const char *name)
{
	struct sfi_policy *p;
	bool found = false;

	mutex_lock(&policy_lock);
	list_for_each_entry(p, &policies, node) {
		found = bsearch(name, p->names, p->nr_names, sizeof(*p->names), compare_names);
		if (found)
			break;
	}
	mutex_unlock(&policy_lock);
	return found;
}

bool sfi_kind_waits(const char *kind)
{
	const char *const *name;
	struct sfi_policy *p;
	bool found = false;

	mutex_lock(&policy_lock);
	list_for_each_entry(p, &policies, node)
		for (name = p->waits; *name; name++)
			found |= !strcmp(*name, kind);
	mutex_unlock(&policy_lock);
	return found;
}

static bool may_import(const char *name)
{
	unsigned int i;

	if (!strncmp(name, "sfi_", 4) || !strncmp(name, "__x86_indirect_thunk_", 21))
		return true;
	for (i = 0; i < ARRAY_SIZE(compiler_names); i++) {
		if (!strcmp(name, compiler_names[i]))
			return true;
	}
	return policy_names(name);
}

/*
 * The symbol table
 * ----------------
 */
static int compare_addresses(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

static bool holds(const unsigned long *sorted, u32 nr, unsigned long address)
{
	return bsearch(&address, sorted, nr, sizeof(*sorted), compare_addresses);
}

static const char *symbol_name(const struct scan *s, const Elf_Sym *sym)
{
	return s->symbols->strtab + sym->st_name;
}

#define for_each_symbol(s, sym)						\
	for ((sym) = (s)->symbols->symtab + 1;				\
	     (sym) < (s)->symbols->symtab + (s)->symbols->num_symtab; (sym)++)

static bool is_unit(const struct scan *s, const Elf_Sym *sym)
{
	return sym->st_shndx != SHN_UNDEF && !strcmp(symbol_name(s, sym), "__sfi_unit");
}

static int find_units(struct scan *s)
{
	const Elf_Sym *sym;
	u32 nr = 0;
	u64 funcs = 0;

	for_each_symbol(s, sym)
		nr += is_unit(s, sym);
	if (!nr) {
		snprintf(s->why, sizeof(s->why), "no instrumented object");
		return -ENOEXEC;
	}
	s->units = kvcalloc(nr, sizeof(*s->units), GFP_KERNEL);
	if (!s->units)
		return -ENOMEM;
	for_each_symbol(s, sym) {
		if (!is_unit(s, sym))
			continue;
		s->units[s->nr_units] = (const struct sfi_unit *)sym->st_value;
		if (s->units[s->nr_units]->magic != SFI_UNIT_MAGIC ||
		    s->units[s->nr_units]->abi != SFI_ABI_VERSION) {
			snprintf(s->why, sizeof(s->why),
				 "wrong version: built for interface %u, the runtime has %u",
				 s->units[s->nr_units]->abi, SFI_ABI_VERSION);
			return -ENOEXEC;
		}
		funcs += s->units[s->nr_units++]->nr_funcs;
	}
	s->funcs = kvcalloc(funcs + 1, sizeof(*s->funcs), GFP_KERNEL);
	return s->funcs ? 0 : -ENOMEM;
}

static int check_versions(struct scan *s, u64 policy)
{
	u32 i;

	for (i = 0; i < s->nr_units; i++) {
		if (s->units[i]->policy == policy)
			continue;
		snprintf(s->why, sizeof(s->why),
			 "wrong version: %s was built with policy %#llx, the runtime has %#llx",
			 s->units[i]->name, s->units[i]->policy, policy);
		return -ENOEXEC;
	}
	return 0;
}

static void list_funcs(struct scan *s)
{
	const struct sfi_unit *u;
	u32 i;
	u64 j;

	for (i = 0; i < s->nr_units; i++) {
		u = s->units[i];
		for (j = 0; j < u->nr_funcs; j++)
			s->funcs[s->nr_funcs++] = (unsigned long)u->funcs[j].addr;
	}
	sort(s->funcs, s->nr_funcs, sizeof(*s->funcs), compare_addresses, NULL);
}

/* objtool names the padding in front of function F __pfx_F. */
#define PADDING "__pfx_"
static bool is_padding(const struct scan *s, const Elf_Sym *sym)
{
	return !strncmp(symbol_name(s, sym), PADDING, strlen(PADDING));
}

/*
 * Symbols that need no unit: sections, files, data. Of the rest all must be
 * functions that a unit lists, or the padding of one.
 */
static bool is_known(const struct scan *s, const Elf_Sym *sym, struct sfi_range text)
{
	unsigned int type = ELF64_ST_TYPE(sym->st_info);
	const char *name = symbol_name(s, sym);
	unsigned long address = sym->st_value;

	/* An address without a place may be anywhere in the kernel. */
	if (sym->st_shndx == SHN_ABS && type != STT_FILE)
		return !strncmp(name, SFI_TYPE_PREFIX, strlen(SFI_TYPE_PREFIX));
	if (type == STT_SECTION || type == STT_FILE || !*name)
		return true;
	if (type != STT_FUNC && address - text.base >= text.size)
		return true;
	/* The assembler's own labels: of no use to another object, and an object has others. */
	if (type == STT_NOTYPE && ELF64_ST_BIND(sym->st_info) == STB_LOCAL &&
	    !strncmp(name, ".L", 2))
		return true;
	if (is_padding(s, sym))
		address += sym->st_size;
	return holds(s->funcs, s->nr_funcs, address);
}

static int check_symbols(struct scan *s)
{
	struct sfi_range text = sfi_compat_text(s->module);
	const Elf_Sym *sym;
	u32 undefined = 0;

	if (sfi_compat_init_text(s->module).size) {
		snprintf(s->why, sizeof(s->why), "code in an init section");
		return -ENOEXEC;
	}
	for_each_symbol(s, sym) {
		if (sym->st_shndx == SHN_UNDEF) {
			undefined++;
			if (may_import(symbol_name(s, sym)))
				continue;
			snprintf(s->why, sizeof(s->why), "foreign import %s", symbol_name(s, sym));
			return -ENOEXEC;
		}
		if (is_known(s, sym, text))
			continue;
		snprintf(s->why, sizeof(s->why), "function %s of an uninstrumented object",
			 symbol_name(s, sym) + (is_padding(s, sym) ? strlen(PADDING) : 0));
		return -ENOEXEC;
	}
	/* And bcmp()'s other half. */
	s->direct = kvcalloc(undefined + 2, sizeof(*s->direct), GFP_KERNEL);
	return s->direct ? 0 : -ENOMEM;
}

/* Kernel functions called without a wrapper, thunks among them: where faults may be the driver's. */
static void list_direct(struct scan *s)
{
	const Elf_Sym *sym;

	for_each_symbol(s, sym) {
		if (sym->st_shndx != SHN_UNDEF || !strncmp(symbol_name(s, sym), "sfi_", 4))
			continue;
		s->direct[s->nr_direct++] = sym->st_value;
		/* In the kernel it is a jump to this one, and so it is who faults. */
		if (!strcmp(symbol_name(s, sym), "bcmp"))
			s->direct[s->nr_direct++] = (unsigned long)memcmp;
	}
	sort(s->direct, s->nr_direct, sizeof(*s->direct), compare_addresses, NULL);
}

static int scan_module(struct scan *s, u64 policy)
{
	int ret;

	/* The full table; stays until init has returned. */
	rcu_read_lock();
	s->symbols = rcu_dereference(s->module->kallsyms);
	rcu_read_unlock();
	ret = find_units(s);
	if (!ret)
		ret = check_versions(s, policy);
	if (ret)
		return ret;
	list_funcs(s);
	ret = check_symbols(s);
	if (!ret)
		list_direct(s);
	return ret;
}

static void scan_free(struct scan *s)
{
	kvfree(s->units);
	kvfree(s->funcs);
	kvfree(s->direct);
}

unsigned long sfi_direct_call(const struct sfi_domain *d, unsigned long ip)
{
	const struct sfi_host *h = d->host;
	unsigned int lo = 0, hi = h->nr_direct, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (h->direct[mid] <= ip)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && ip - h->direct[lo - 1] < DIRECT_SPAN ? h->direct[lo - 1] : 0;
}

/*
 * Modules on their way in: an entry does not say whose it is
 * ----------------------------------------------------------
 */
static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct coming *c, *next;

	mutex_lock(&coming_lock);
	if (event == MODULE_STATE_COMING) {
		c = kmalloc(sizeof(*c), GFP_KERNEL);
		if (c) {
			c->module = data;
			list_add(&c->node, &coming_modules);
		}
	} else {
		list_for_each_entry_safe(c, next, &coming_modules, node) {
			if (c->module == data) {
				list_del(&c->node);
				kfree(c);
			}
		}
	}
	mutex_unlock(&coming_lock);
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = { .notifier_call = module_event };

static struct module *module_of(const void *address)
{
	struct module *found = NULL;
	struct coming *c;

	mutex_lock(&coming_lock);
	list_for_each_entry(c, &coming_modules, node) {
		if (within_module((unsigned long)address, c->module))
			found = c->module;
	}
	mutex_unlock(&coming_lock);
	return found;
}

/*
 * Hosts
 * -----
 */
static int create_domain(struct sfi_host *h, struct scan *s, struct sfi_self *self, u64 policy)
{
	struct sfi_range text = sfi_compat_text(s->module), ro = sfi_compat_rodata(s->module);
	struct sfi_load load = {
		.name = s->module->name,
		.module = s->module,
		.self = self,
		.units = s->units,
		.nr_units = s->nr_units,
		.policy = policy,
		.text = text.base,
		.text_size = text.size,
		.rodata = ro.base,
		.rodata_size = ro.size,
		.host = h,
	};

	return sfi_domain_create(&load, &h->d, s->why, sizeof(s->why));
}

/* Where the domain is not yet, or no more: the last reference to H goes. */
static void drop_host(struct sfi_host *h)
{
	cancel_work_sync(&h->announce);
	kvfree(h->direct);
	h->direct = NULL;
	kobject_put(&h->kobj);
}

static struct sfi_host *make_host(struct scan *s, const struct sfi_entry *e, u64 policy, int *err)
{
	struct sfi_host *h = kzalloc(sizeof(*h), GFP_KERNEL);

	*err = -ENOMEM;
	if (!h)
		return NULL;
	sfi_sysfs_prepare(h);
	sfi_warn_prepare(h);
	mutex_init(&h->lock);
	mutex_init(&h->shadows_lock);
	INIT_LIST_HEAD(&h->shadows);
	*err = sfi_irq_prepare(h);
	if (*err)
		goto drop;
	h->init = e;
	h->loading = true;
	swap(h->direct, s->direct);
	h->nr_direct = s->nr_direct;
	*err = sfi_recover_start(h, s->module->name);
	if (*err)
		goto drop;
	*err = sfi_watchdog_get();
	if (*err)
		goto stop;
	*err = create_domain(h, s, e->self, policy);
	if (*err)
		goto unwatch;
	h->d->memory_limit = (u64)totalram_pages() * PAGE_SIZE / 100 * READ_ONCE(sfi_memory_percent);
	*err = sfi_sysfs_add(h);
	if (*err)
		goto destroy;
	*err = sfi_patrol_start(h);
	if (*err)
		goto remove;
	return h;

remove:
	sfi_sysfs_remove(h);
destroy:
	sfi_domain_destroy(h->d);
unwatch:
	sfi_watchdog_put();
stop:
	sfi_recover_stop(h);
drop:
	drop_host(h);
	return NULL;
}

/* Nobody is inside, nothing is held, no gate will be called. */
static void remove_host(struct sfi_host *h)
{
	sfi_patrol_stop(h);
	sfi_sysfs_remove(h);
	sfi_recover_stop(h);
	sfi_shadows_free(h);
	sfi_domain_destroy(h->d);
	sfi_watchdog_put();
	drop_host(h);
}

static struct sfi_host *admit(const struct sfi_entry *e, int *err)
{
	struct scan s = { .module = module_of(e) };
	u64 policy = policy_hash();
	struct sfi_host *h = NULL;

	if (!s.module) {
		*err = -ENOMEM;
		return NULL;
	}
	*err = scan_module(&s, policy);
	if (!*err)
		h = make_host(&s, e, policy, err);
	if (!h)
		pr_err("%s: refused: %s\n", s.module->name, *s.why ? s.why : "out of memory");
	scan_free(&s);
	return h;
}

/*
 * Entry wrappers of module_init and module_exit
 * ---------------------------------------------
 */
/* Called by the init gate of an isolated module, in the task that loads it. */
int sfi_e_module_init(const struct sfi_entry *e);
int sfi_e_module_init(const struct sfi_entry *e)
{
	struct sfi_host *h;
	int ret;

	h = admit(e, &ret);
	if (!h)
		return ret;
	ret = sfi_run_init(e);
	mutex_lock(&h->lock);
	if (!ret && sfi_domain_move(h->d, SFI_LOADING, SFI_LIVE))
		h->loading = false;
	mutex_unlock(&h->lock);
	if (!h->loading)
		return 0;
	/* What a failed init has left is released; then the module goes. */
	sfi_recover_finish(h);
	remove_host(h);
	return ret ? ret : -EIO;
}
EXPORT_SYMBOL_GPL(sfi_e_module_init);

static void run_exit(const struct sfi_entry *e)
{
	SFI_DEFINE_GATE(g);

	if (!sfi_gate_enter(&g, e))
		return;
	if (!sfi_gate_save(&g))
		((void (*)(void))e->fn)();
	sfi_gate_leave(&g);
}

/* Types of what an exit function forgot, in words. */
struct left {
	char text[160];
	int length;
};

static void name_left(void *arg, const struct sfi_type *type, const void *obj, size_t size)
{
	struct left *left = arg;

	left->length += scnprintf(left->text + left->length, sizeof(left->text) - left->length,
				  " %s", type->name);
}

/* Called by the exit gate of an isolated module, in the task that removes it; cannot fail. */
void sfi_e_module_exit(const struct sfi_entry *e);
void sfi_e_module_exit(const struct sfi_entry *e)
{
	struct sfi_domain *d = e->self->domain;
	struct left left = { .length = 0 };
	struct sfi_host *h;

	/* A module without an init function: nothing of it has ever run. */
	if (!d)
		return;
	h = d->host;
	mutex_lock(&h->lock);
	h->leaving = true;
	mutex_unlock(&h->lock);
	/* A recovery under way comes to its end first: live again, or not. */
	sfi_recover_settle(h);
	run_exit(e);
	/* Unless it has failed, there should be nothing to do. */
	if (sfi_domain_state(d) == SFI_LIVE)
		sfi_objects_for_each(d, name_left, &left);
	sfi_recover_finish(h);
	if (left.length)
		pr_warn("%s: left behind at exit, and released:%s\n", d->name, left.text);
	remove_host(h);
}
EXPORT_SYMBOL_GPL(sfi_e_module_exit);

int sfi_load_init(void)
{
	return register_module_notifier(&module_notifier);
}

void sfi_load_exit(void)
{
	unregister_module_notifier(&module_notifier);
}
