// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rights table: who may write where, and which kernel object begins where.
 *
 * One byte for each 8-byte slot (abi.h has the encoding), in leaves of 4 KiB.
 * The authority is sfi_domain.leaves, a hash of chains by the same index as
 * the directory in the module; the directory entry is a one-entry cache of its
 * chain. Leaves are only ever added: a lookup needs no lock and can be
 * interrupted, or race with anything, and still sees a leaf that exists.
 * Instrumented code keeps addresses of leaves, and of the structures that name them, for as long as a
 * function runs.
 *
 * Concurrency of the bytes themselves. Granting and revoking are plain stores
 * of whole bytes (or of several whole slots), and no byte is read first unless
 * its slot is the caller's to change. So a grant in a softirq that interrupts
 * a grant in the task below it, in the same leaf, or two CPUs at neighbouring
 * slots, cannot lose each other's stores. Two contexts that change the *same*
 * slot have a race in what they ask for (one frees what the other is given);
 * the kernel's own rules for the object already exclude that. The same holds
 * between a store of the driver and the revocation of its right: the check and
 * the store are not one atomic step, a driver that uses an object on one CPU
 * while it frees it on another may hit it for the few instructions between,
 * or what a loop of its keeps of a range (sfi-pass/lib/Walk.cpp).
 *
 * Objects smaller than a slot, or not aligned to one, get the rights of all
 * slots they touch. The kernel's allocators align to 8.
 */
#include "runs.h"

/* === Internals === */

/* Under rights_lock: the directory knows LEAF's chunk. */
static void set_dir(struct sfi_domain *d, const struct sfi_leaf *leaf)
{
	/* Pairs with cached_slots(), and with the address dependencies in instrumented code. */
	smp_store_release(&d->dir[dir_index(leaf->chunk.base)], &leaf->chunk);
}

static struct sfi_leaf *bucket(const struct sfi_domain *d, u64 index)
{
	/* Pairs with publish_leaf(). */
	return smp_load_acquire(&d->leaves[index]);
}

static struct sfi_leaf *find_leaf(const struct sfi_domain *d, u64 addr)
{
	struct sfi_leaf *leaf = bucket(d, dir_index(addr));

	while (leaf && addr - leaf->chunk.base >= SFI_CHUNK_SIZE)
		leaf = leaf->next;
	return leaf;
}

static noinline u8 *hashed_slots(const struct sfi_domain *d, u64 addr)
{
	struct sfi_leaf *leaf = find_leaf(d, addr);

	return leaf ? leaf->chunk.slots : NULL;
}

/* The same, and the directory knows it afterwards. */
static noinline u8 *refill(struct sfi_domain *d, u64 addr)
{
	struct sfi_leaf *leaf = find_leaf(d, addr);
	u64 flags;

	if (!leaf)
		return NULL;
	flags = sfi_port_lock(&d->rights_lock);
	set_dir(d, leaf);
	sfi_port_unlock(&d->rights_lock, flags);
	sfi_port_cpu_inc(d->cpu, refills);
	return leaf->chunk.slots;
}

static __always_inline u8 *find_slots(const struct sfi_domain *d, u64 addr)
{
	u8 *slots = cached_slots(d, addr);

	return likely(slots) ? slots : hashed_slots(d, addr);
}

static __always_inline u8 *find_slots_refill(struct sfi_domain *d, u64 addr)
{
	u8 *slots = cached_slots(d, addr);

	return likely(slots) ? slots : refill(d, addr);
}

static struct sfi_leaf *new_leaf(u64 addr)
{
	struct sfi_leaf *leaf = sfi_port_alloc(sizeof(*leaf));

	if (!leaf)
		return NULL;
	leaf->chunk.base = addr & ~(SFI_CHUNK_SIZE - 1);
	leaf->chunk.slots = sfi_port_alloc_leaf();
	if (!leaf->chunk.slots) {
		sfi_port_free(leaf);
		return NULL;
	}
	return leaf;
}

/* Adds LEAF unless another context was faster; returns the one that stays. */
static struct sfi_leaf *publish_leaf(struct sfi_domain *d, struct sfi_leaf *leaf, u64 addr)
{
	u64 index = dir_index(addr), flags;
	struct sfi_leaf *other;

	flags = sfi_port_lock(&d->rights_lock);
	other = find_leaf(d, addr);
	if (!other) {
		leaf->next = d->leaves[index];
		/*
		 * Its slots are zero and its link is set before anybody finds it; pairs with
		 * bucket().
		 */
		smp_store_release(&d->leaves[index], leaf);
		set_dir(d, leaf);
		WRITE_ONCE(d->nr_leaves, d->nr_leaves + 1);
	}
	sfi_port_unlock(&d->rights_lock, flags);
	if (!other)
		return leaf;
	sfi_port_free_leaf(leaf->chunk.slots);
	sfi_port_free(leaf);
	return other;
}

static noinline u8 *make_leaf(struct sfi_domain *d, u64 addr)
{
	u8 *slots = refill(d, addr);
	struct sfi_leaf *leaf;

	if (slots)
		return slots;
	leaf = new_leaf(addr);
	return leaf ? publish_leaf(d, leaf, addr)->chunk.slots : NULL;
}

/* The slots of ADDR's chunk, made if need be. NULL: no memory. */
static __always_inline u8 *make_slots(struct sfi_domain *d, u64 addr)
{
	u8 *slots = cached_slots(d, addr);

	return likely(slots) ? slots : make_leaf(d, addr);
}

/* As set_slots(), those at which an object begins left alone. */
static void set_untyped_slots(u8 *slot, u32 n, u8 value)
{
	u8 *end = slot + n, *word_end;

	while (slot != end) {
		for (word_end = end - 8; slot <= word_end && !(load8(slot) & EIGHT_TYPED);
		     slot += 8)
			store8(slot, value * EIGHT_WRITABLE);
		if (slot == end)
			return;
		if (READ_ONCE(*slot) <= SFI_RIGHT_WRITE)
			WRITE_ONCE(*slot, value);
		slot++;
	}
}

/* OP for each chunk's piece of [ADDR, LAST], until one says false. */
static noinline bool in_pieces(struct sfi_domain *d, u64 addr, u64 last,
			       bool (*op)(struct sfi_domain *d, u64 addr, u64 size))
{
	for (; !one_chunk(addr, last); addr = chunk_last(addr) + 1)
		if (!op(d, addr, chunk_last(addr) - addr + 1))
			return false;
	return op(d, addr, last - addr + 1);
}

/* === Public interface === */

int sfi_rights_init(struct sfi_domain *d)
{
	u64 i;

	sfi_port_lock_init(&d->rights_lock);
	d->dir = d->self->dir;
	d->leaves = sfi_port_alloc_table(SFI_DIR_ENTRIES * sizeof(*d->leaves));
	d->nowhere.slots = sfi_port_alloc_leaf();
	if (!d->leaves || !d->nowhere.slots) {
		sfi_rights_free(d);
		return -ENOMEM;
	}
	for (i = 0; i < SFI_DIR_ENTRIES; i++)
		WRITE_ONCE(d->dir[i], &d->nowhere);
	return 0;
}

void sfi_rights_free(struct sfi_domain *d)
{
	struct sfi_leaf *leaf, *next;
	u64 i;

	for (i = 0; d->leaves && i < SFI_DIR_ENTRIES; i++) {
		for (leaf = d->leaves[i]; leaf; leaf = next) {
			next = leaf->next;
			sfi_port_free_leaf(leaf->chunk.slots);
			sfi_port_free(leaf);
		}
	}
	sfi_port_free_table(d->leaves);
	if (d->nowhere.slots)
		sfi_port_free_leaf(d->nowhere.slots);
	d->leaves = NULL;
	d->nowhere.slots = NULL;
}

static void clear_leaf(struct sfi_domain *d, u64 first, void *unused)
{
	(void)unused;
	set_slots(find_leaf(d, first)->chunk.slots, SFI_LEAF_SLOTS, 0);
}

void sfi_rights_clear(struct sfi_domain *d)
{
	sfi_rights_walk(d, clear_leaf, NULL);
}

void sfi_rights_walk(struct sfi_domain *d, sfi_leaf_fn fn, void *arg)
{
	struct sfi_leaf *leaf;
	u64 i;

	for (i = 0; i < SFI_DIR_ENTRIES; i++)
		for (leaf = bucket(d, i); leaf; leaf = leaf->next)
			fn(d, leaf->chunk.base, arg);
}

static bool set_overwriting(struct sfi_domain *d, u64 addr, u64 size)
{
	return sfi_rights_set(d, addr, size, SFI_OVERWRITE);
}

static bool set_keeping(struct sfi_domain *d, u64 addr, u64 size)
{
	return sfi_rights_set(d, addr, size, SFI_KEEP_TYPED);
}

bool sfi_rights_set(struct sfi_domain *d, u64 addr, u64 size, enum sfi_over over)
{
	u64 last;
	u8 *slots;

	if (!size)
		return true;
	if (unlikely(!sfi_range(addr, size, &last) || !sfi_port_grantable(addr, last))) {
		sfi_internal_error(d, "rights asked for outside the kernel's memory");
		return false;
	}
	if (unlikely(!one_chunk(addr, last)))
		return in_pieces(d, addr, last,
				 over == SFI_OVERWRITE ? set_overwriting : set_keeping);
	slots = make_slots(d, addr);
	if (unlikely(!slots)) {
		sfi_internal_error(d, "no memory for the rights table");
		return false;
	}
	if (over == SFI_OVERWRITE)
		set_slots(slots + slot_index(addr), nr_slots(addr, last), SFI_RIGHT_WRITE);
	else
		set_untyped_slots(slots + slot_index(addr), nr_slots(addr, last), SFI_RIGHT_WRITE);
	return true;
}

bool sfi_rights_prepare(struct sfi_domain *d, u64 addr, u64 size)
{
	u64 last;

	if (!size)
		return true;
	if (unlikely(!sfi_range(addr, size, &last) || !sfi_port_grantable(addr, last) ||
		     (addr & (SFI_SLOT_SIZE - 1)))) {
		sfi_internal_error(d, "an object where none can be");
		return false;
	}
	if (unlikely(!one_chunk(addr, last)))
		return in_pieces(d, addr, last, sfi_rights_prepare);
	if (likely(make_slots(d, addr)))
		return true;
	sfi_internal_error(d, "no memory for the rights table");
	return false;
}

bool sfi_rights_begin(struct sfi_domain *d, u64 addr, u64 size, u8 id)
{
	u8 *slots;

	if (addr & (SFI_SLOT_SIZE - 1)) {
		sfi_internal_error(d, "an object where none can be");
		return false;
	}
	if (!sfi_rights_set(d, addr, size, SFI_OVERWRITE))
		return false;
	slots = find_slots(d, addr);
	WRITE_ONCE(slots[slot_index(addr)], (u8)(SFI_RIGHT_WRITE | id << SFI_RIGHT_TYPE_SHIFT));
	return true;
}

bool sfi_rights_stamp(struct sfi_domain *d, u64 addr, const u8 *bytes, u32 n)
{
	u64 last, next;
	u8 *slots;

	if (unlikely(!sfi_range(addr, (u64)n << SFI_SLOT_SHIFT, &last) ||
		     !sfi_port_grantable(addr, last) || (addr & (SFI_SLOT_SIZE - 1)))) {
		sfi_internal_error(d, "an object where none can be");
		return false;
	}
	if (unlikely(!one_chunk(addr, last))) {
		next = chunk_last(addr) + 1;
		return sfi_rights_stamp(d, addr, bytes, nr_slots(addr, next - 1)) &&
		       sfi_rights_stamp(d, next, bytes + nr_slots(addr, next - 1),
					n - nr_slots(addr, next - 1));
	}
	slots = make_slots(d, addr);
	if (unlikely(!slots)) {
		sfi_internal_error(d, "no memory for the rights table");
		return false;
	}
	copy_slots(slots + slot_index(addr), n, bytes);
	return true;
}

static bool unset(struct sfi_domain *d, u64 addr, u64 size)
{
	sfi_rights_unset(d, addr, size);
	return true;
}

void sfi_rights_unset(struct sfi_domain *d, u64 addr, u64 size)
{
	u64 last;
	u8 *slots;

	if (unlikely(!sfi_range(addr, size, &last)))
		return;
	if (unlikely(!one_chunk(addr, last))) {
		in_pieces(d, addr, last, unset);
		return;
	}
	slots = find_slots(d, addr);
	if (slots)
		set_slots(slots + slot_index(addr), nr_slots(addr, last), 0);
}

bool sfi_rights_set_type(struct sfi_domain *d, u64 addr, u8 id)
{
	u8 *slot;

	if (!sfi_port_grantable(addr, addr)) {
		sfi_internal_error(d, "an object outside the kernel's memory");
		return false;
	}
	slot = make_slots(d, addr);
	if (!slot) {
		sfi_internal_error(d, "no memory for the rights table");
		return false;
	}
	slot += slot_index(addr);
	WRITE_ONCE(*slot, (u8)((READ_ONCE(*slot) & SFI_RIGHT_WRITE) | id << SFI_RIGHT_TYPE_SHIFT));
	return true;
}

bool sfi_rights_drop_type(struct sfi_domain *d, u64 addr, u8 id)
{
	u8 *slots = find_slots(d, addr), *slot, byte;

	if (!slots || (addr & (SFI_SLOT_SIZE - 1)))
		return false;
	slot = slots + slot_index(addr);
	byte = READ_ONCE(*slot);
	return byte >> SFI_RIGHT_TYPE_SHIFT == id && sfi_slot_claim(slot, byte);
}

u64 sfi_rights_next_typed(const struct sfi_domain *d, u64 addr, u64 last, u8 *id)
{
	const u8 *slots;
	u32 n, typed;
	u64 end;

	for (;; addr = end + 1) {
		end = one_chunk(addr, last) ? last : chunk_last(addr);
		n = nr_slots(addr, end);
		slots = find_slots(d, addr);
		typed = slots ? first_typed(slots + slot_index(addr), n) : n;
		if (typed < n) {
			*id = READ_ONCE(slots[slot_index(addr) + typed]) >> SFI_RIGHT_TYPE_SHIFT;
			return (addr & ~(u64)(SFI_SLOT_SIZE - 1)) + ((u64)typed << SFI_SLOT_SHIFT);
		}
		if (end == last)
			return 0;
	}
}

u8 sfi_slot_at(const struct sfi_domain *d, u64 addr)
{
	const u8 *slots = find_slots(d, addr);

	return slots ? READ_ONCE(slots[slot_index(addr)]) : 0;
}
SFI_EXPORT(sfi_slot_at);

u8 sfi_type_at(const struct sfi_domain *d, u64 addr)
{
	return addr & (SFI_SLOT_SIZE - 1) ? 0 : sfi_slot_at(d, addr) >> SFI_RIGHT_TYPE_SHIFT;
}
SFI_EXPORT(sfi_type_at);

bool sfi_writable(struct sfi_domain *d, u64 addr, u64 size)
{
	u64 last;
	u8 *slots;

	if (unlikely(!sfi_range(addr, size, &last)))
		return !size;
	if (unlikely(!one_chunk(addr, last)))
		return in_pieces(d, addr, last, sfi_writable);
	slots = find_slots(d, addr);
	return slots && all_writable(slots + slot_index(addr), nr_slots(addr, last));
}
SFI_EXPORT(sfi_writable);

bool sfi_merely_writable(struct sfi_domain *d, u64 addr, u64 size)
{
	u64 last;
	u8 *slots;

	if (unlikely(!sfi_range(addr, size, &last)))
		return !size;
	if (unlikely(!one_chunk(addr, last)))
		return in_pieces(d, addr, last, sfi_merely_writable);
	slots = find_slots(d, addr);
	return slots && merely_writable(slots + slot_index(addr), nr_slots(addr, last));
}
SFI_EXPORT(sfi_merely_writable);

void sfi_grant(struct sfi_domain *d, const void *p, size_t size)
{
	sfi_rights_set(d, sfi_addr(p), size, SFI_KEEP_TYPED);
}
SFI_EXPORT(sfi_grant);

void sfi_revoke(struct sfi_domain *d, const void *p, size_t size)
{
	u32 n;
	u8 *run = known_run(d, sfi_addr(p), size, &n);

	if (likely(run))
		set_slots(run, n, 0);
	else
		sfi_rights_unset(d, sfi_addr(p), size);
}
SFI_EXPORT(sfi_revoke);

bool sfi_lend(struct sfi_domain *d, const void *p, size_t size)
{
	u32 n;
	u8 *run = known_run(d, sfi_addr(p), size, &n);

	if (likely(run) ? all_writable(run, n) : sfi_writable(d, sfi_addr(p), size))
		return false;
	if (likely(run))
		set_untyped_slots(run, n, SFI_RIGHT_WRITE);
	else
		sfi_grant(d, p, size);
	return true;
}
SFI_EXPORT(sfi_lend);

/* sfi_victim, which looks whether the store was made, has a probe here. */
static noinline void wild_store(struct sfi_domain *d, u64 addr, u64 size, u64 ip)
{
	struct sfi_report r = {
		.what = SFI_WILD_STORE,
		.ip = ip,
		.address = addr,
		.size = size,
		.write = true,
	};

	sfi_violation(d, &r);
}

void sfi_check_store(struct sfi_domain *d, u64 addr, u64 size, u64 ip)
{
	u64 last;
	u8 *slots;

	if (unlikely(sfi_closed(d)))
		sfi_unwind(d);
	if (likely(sfi_range(addr, size, &last) && one_chunk(addr, last))) {
		slots = find_slots_refill(d, addr);
		if (likely(slots &&
			   all_writable(slots + slot_index(addr), nr_slots(addr, last))))
			return;
	} else if (sfi_writable(d, addr, size)) {
		return;
	}
	wild_store(d, addr, size, ip);
}

/*
 * Slow path of a guard: the directory did not know, or the store spans slots, or it is a violation.
 */
void sfi_guard_c(struct sfi_self *self, u64 addr, u64 size, u64 ip)
{
	struct sfi_domain *d = self->domain;

	sfi_port_cpu_inc(d->cpu, slow_guards);
	sfi_check_store(d, addr, size, ip);
}

/* Locals are aligned and padded to slots by the compiler, and no other context's business. */
void sfi_local_grant_c(struct sfi_self *self, u64 addr, u64 size, u64 ip)
{
	u32 n;
	u8 *run = known_run(self->domain, addr, size, &n);

	(void)ip;
	if (likely(run))
		set_slots(run, n, SFI_RIGHT_WRITE);
	else
		sfi_rights_set(self->domain, addr, size, SFI_OVERWRITE);
}

void sfi_local_revoke_c(struct sfi_self *self, u64 addr, u64 size, u64 ip)
{
	u32 n;
	u8 *run = known_run(self->domain, addr, size, &n);

	(void)ip;
	/* Hardly ever is there an object in a local, or a lock. */
	if (likely(run && !sfi_locks_any(self->domain) && all_writable(run, n)))
		set_slots(run, n, 0);
	else
		sfi_objects_forget(self->domain, addr, size);
}
