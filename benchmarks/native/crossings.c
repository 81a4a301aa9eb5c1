// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one crossing costs, each kind in both builds in turn, and whether that grows
 * with what else there is. The calls are the driver's own (programs/crossings.c), or of
 * its gates; what is behind them is another unit's, so that no call can be left out.
 *
 *	crossings ROUNDS	measure: nanoseconds a call
 *	crossings growth AXIS ROUNDS	the same against objects, domains or span
 *	crossings trace		under lackey: see below
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>

#include "host.h"
#include "types.h"

#define CALLS 10000
#define GROWTH_CALLS 2000
/* Rounds of growth before the first that counts: with 256 domains, records that are made in the first go around for some. */
#define WARM_UP 20

static struct thing owned, foreign;
static struct parcel parcel;
static struct visitor visitor;
static struct sfi_domain *dom;
extern struct sfi_self __sfi_self;
extern const struct sfi_unit unit_crossings;

/* What the generator made, and the driver calls. */
void sfi_w_thing_touch(struct sfi_self *self, struct thing *thing);
struct thing *sfi_w_thing_make(struct sfi_self *self);
void sfi_w_thing_drop(struct sfi_self *self, struct thing *thing);
void sfi_e_crossing_ops__nothing(const struct sfi_entry *e, struct thing *thing);

/* === Kinds === */

static noinline void enter_nothing(const struct driver *driver, u64 turns)
{
	while (turns--)
		driver->crossings->nothing(&owned);
}

static noinline void enter_borrow(const struct driver *driver, u64 turns)
{
	while (turns--)
		driver->crossings->borrow(&foreign);
}

static noinline void enter_borrow_hot(const struct driver *driver, u64 turns)
{
	while (turns--)
		driver->crossings->borrow_hot(&visitor);
}

static noinline void enter_lend(const struct driver *driver, u64 turns)
{
	while (turns--)
		driver->crossings->lend(&foreign);
}

static noinline void enter_take(const struct driver *driver, u64 turns)
{
	while (turns--)
		driver->crossings->take(&parcel);
}

static const struct {
	const char *name;
	void (*loop)(const struct driver *driver, u64 turns);
} entries[] = {
	{ "nothing", enter_nothing },
	{ "borrow", enter_borrow },
	{ "borrow-hot", enter_borrow_hot },
	{ "lend", enter_lend },
	{ "take", enter_take },
};

/* TURNS calls of kind KIND: first the entries, then the imports. NULL: there is no such kind. */
static const char *call(u32 variant, size_t kind, u64 turns)
{
	const struct driver *driver = variants[variant].driver;
	const struct import *import = driver->imports;
	static char name[64];

	if (kind < ARRAY_SIZE(entries)) {
		snprintf(name, sizeof(name), "call: %s", entries[kind].name);
		entries[kind].loop(driver, turns);
		return name;
	}
	for (kind -= ARRAY_SIZE(entries); import->name && kind; kind--)
		import++;
	if (!import->name)
		return NULL;
	snprintf(name, sizeof(name), "import: %s", import->name);
	import->ops.run(&owned, turns);
	return name;
}

/* === Time === */

static json_object *measure(size_t kind, u32 rounds)
{
	json_object *row = json_object_new_object(), *samples = json_object_new_object();
	json_object *of[] = { json_object_new_array(), json_object_new_array() };
	const char *name = NULL;

	for (u32 r = 0; r < rounds; r++)
		for (u32 v = PLAIN; v <= ISOLATED; v++) {
			u64 start = now();

			name = call(v, kind, CALLS);
			add_number(of[v], (double)(now() - start) / CALLS);
		}
	for (u32 v = PLAIN; v <= ISOLATED; v++)
		json_object_object_add(samples, variants[v].name, of[v]);
	json_object_object_add(row, "row", json_object_new_string(name));
	json_object_object_add(row, "samples", samples);
	return row;
}

static void measure_all(u32 rounds)
{
	json_object *rows = json_object_new_array();

	for (size_t kind = 0; call(PLAIN, kind, 0); kind++)
		json_object_array_add(rows, measure(kind, rounds));
	printf("%s\n", json_object_to_json_string(rows));
	json_object_put(rows);
}

/* === Growth === */

/*
 * One point of an axis: domains, and objects of theirs, among which the calls go round.
 */
#define MOST 256
struct point {
	u64 at;
	u32 nr_domains;
	struct sfi_self *selves[MOST];
	struct sfi_entry entries[MOST];
	struct thing *things[MOST]; /* of domain number (index % nr_domains) */
	u32 nr_things;
};

/* Of one domain. Of more, two would now and then be those that the directory has one entry for. */
#define FEW 64

static void drop(void *obj, const u64 args[4])
{
	(void)obj;
	(void)args;
}

static void add_domain(struct point *p)
{
	struct sfi_self *self = aligned_alloc(64, sizeof(*self) + 64 - sizeof(*self) % 64);
	const struct sfi_entry *e = unit_crossings.entries;

	if (!self)
		die("no memory");
	memset(self, 0, sizeof(*self));
	host_domain(self);
	while (strcmp(e->kind, "crossing_ops__nothing"))
		e++;
	p->entries[p->nr_domains] = *e;
	p->entries[p->nr_domains].self = self;
	p->selves[p->nr_domains++] = self;
}

static void *reserve(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		die("no address space: %m");
	return p;
}

static void own(struct sfi_self *self, struct thing *thing)
{
	sfi_acquire(self->domain, &sfi_type_thing, thing, 0, drop, 0, 0, 0, 0);
}

/* A domain that holds AT objects, one after the other, as of a slab. */
static void with_objects(struct point *p)
{
	struct thing *all = reserve(p->at * sizeof(*all));

	add_domain(p);
	for (u64 n = 0; n < p->at; n++)
		own(p->selves[0], &all[n]);
	for (p->nr_things = 0; p->nr_things < FEW; p->nr_things++)
		p->things[p->nr_things] = &all[p->nr_things * p->at / FEW];
}

/* AT domains with an object each, called in turn. */
static void with_domains(struct point *p)
{
	while (p->nr_domains < p->at)
		add_domain(p);
	p->nr_things = MOST;
	for (u32 n = 0; n < MOST; n++) {
		p->things[n] = n < p->at ? aligned_alloc(64, sizeof(struct thing)) : p->things[n % p->at];
		if (n < p->at)
			own(p->selves[n], p->things[n]);
	}
}

/* Objects on pages here and there in AT GiB, as an allocator that has run for long gives them. */
static void with_span(struct point *p)
{
	char *all = reserve(p->at << 30);
	u64 random = 1;

	add_domain(p);
	p->nr_things = FEW;
	for (u32 n = 0; n < FEW; n++) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		p->things[n] = (struct thing *)(all + (random >> 20) % (p->at << 18) * 4096);
		own(p->selves[0], p->things[n]);
	}
}

static void enter(struct point *p)
{
	for (u32 n = 0; n < GROWTH_CALLS; n++)
		sfi_e_crossing_ops__nothing(&p->entries[n % p->nr_domains], p->things[n % p->nr_things]);
}

static void touch(struct point *p)
{
	for (u32 n = 0; n < GROWTH_CALLS; n++)
		sfi_w_thing_touch(p->selves[n % p->nr_domains], p->things[n % p->nr_things]);
}

static void make_and_drop(struct point *p)
{
	for (u32 n = 0; n < GROWTH_CALLS; n++) {
		struct sfi_self *self = p->selves[n % p->nr_domains];

		sfi_w_thing_drop(self, sfi_w_thing_make(self));
	}
}

static const struct axis {
	const char *name;
	void (*make)(struct point *p);
	u64 at[8];
} axes[] = {
	{ "objects", with_objects, { 1, 100, 10000, 1000000 } },
	{ "domains", with_domains, { 1, 4, 16, 64, 256 } },
	{ "span", with_span, { 1, 4, 16, 64 } },
};

static void grow(const struct axis *axis, u32 rounds)
{
	static const struct {
		const char *name;
		void (*loop)(struct point *p);
	} rows[] = { { "call: nothing", enter }, { "import: owned", touch }, { "import: object", make_and_drop } };
	static struct point points[ARRAY_SIZE(axis->at)];
	json_object *all = json_object_new_array(), *row, *samples[ARRAY_SIZE(rows)][ARRAY_SIZE(axis->at)];
	u32 n, r;

	for (n = 0; n < ARRAY_SIZE(axis->at) && axis->at[n]; n++) {
		points[n].at = axis->at[n];
		axis->make(&points[n]);
		for (r = 0; r < ARRAY_SIZE(rows); r++) {
			samples[r][n] = json_object_new_array();
			row = json_object_new_object();
			json_object_object_add(row, "axis", json_object_new_string(axis->name));
			json_object_object_add(row, "row", json_object_new_string(rows[r].name));
			json_object_object_add(row, "at", json_object_new_int64((int64_t)axis->at[n]));
			json_object_object_add(row, "samples", samples[r][n]);
			json_object_array_add(all, row);
		}
	}
	for (u32 round = 0; round < WARM_UP + rounds; round++)
		for (r = 0; r < ARRAY_SIZE(rows); r++)
			for (u32 i = 0; i < n; i++) {
				u64 start = now();

				rows[r].loop(&points[i]);
				if (round >= WARM_UP)
					add_number(samples[r][i], (double)(now() - start) / GROWTH_CALLS);
			}
	printf("%s\n", json_object_to_json_string(all));
	json_object_put(all);
}

/* === Trace === */

/*
 * Lackey prints every instruction and every store. Between two stores to the mark are the
 * instructions of one loop; TRACED calls more in the second one of a pair are what is counted.
 * On stdout: where the mark and the tables are, and what each window is.
 */
#define TRACED 64
static volatile u64 mark;

static void trace(void)
{
	u64 base = sfi_port_leaf_base();

	printf("mark %lx\n", (u64)(uintptr_t)&mark);
	printf("table %lx %lx\n", base, base + (1UL << 30));
	printf("table %lx %lx\n", (u64)(uintptr_t)__sfi_self.dir, (u64)(uintptr_t)ARRAY_END(__sfi_self.dir));
	for (size_t kind = 0; call(PLAIN, kind, TRACED); kind++)
		for (u32 v = PLAIN; v <= ISOLATED; v++)
			for (u32 extra = 0; extra <= TRACED; extra += TRACED) {
				const char *name;

				call(v, kind, TRACED);
				mark = 1;
				name = call(v, kind, 1 + extra);
				mark = 2;
				printf("window %s|%s|%u\n", name, variants[v].name, extra);
			}
}

int main(int argc, char **argv)
{
	dom = host_init();
	own(&__sfi_self, &owned);
	if (argc == 2 && !strcmp(argv[1], "trace")) {
		trace();
	} else if (argc == 2) {
		measure_all((u32)strtoul(argv[1], NULL, 10));
	} else if (argc == 4 && !strcmp(argv[1], "growth")) {
		for (size_t n = 0; n < ARRAY_SIZE(axes); n++)
			if (!strcmp(argv[2], axes[n].name))
				grow(&axes[n], (u32)strtoul(argv[3], NULL, 10));
	} else {
		die("usage: crossings ROUNDS | crossings growth AXIS ROUNDS | crossings trace");
	}
	return 0;
}
