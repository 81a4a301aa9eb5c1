// SPDX-License-Identifier: GPL-2.0-only
/*
 * The records of objects, against a model that keeps them in the order in which
 * they came and looks through all: whatever came and went, each question has the
 * same answer.
 */
#include "support.h"
#include "../../runtime/core/object.h"

#define MOST 400
#define PLACES 64 /* few, so that several records are at each */

static const struct sfi_type *const types[] = {
	&type_device, &type_packet, &type_timer, &type_memory, &type_registration,
};
static struct sfi_object *model[MOST]; /* oldest first */
static u32 nr;

static u64 next_random(void)
{
	static u64 x = 88172645463325252ULL;

	return test_random(&x);
}

/* At the ends of the address space as well. */
static u64 some_place(void)
{
	u64 place = next_random() % PLACES * 24;

	return place < PLACES * 12 ? place : 0 - place;
}

static void come(struct sfi_domain *d)
{
	static const size_t sizes[] = { 0, 0, 8, 24, 40, 4096 };
	struct sfi_object *o;

	o = sfi_object_new(d, types[next_random() % ARRAY_SIZE(types)],
			   (void *)(uintptr_t)some_place(),
			   sizes[next_random() % ARRAY_SIZE(sizes)]);
	assert_non_null(o);
	sfi_object_link(d, o);
	model[nr++] = o;
}

static void go(struct sfi_domain *d)
{
	u32 i = next_random() % nr;

	sfi_object_unlink(d, model[i]);
	sfi_object_free(d, model[i]);
	nr--;
	memmove(&model[i], &model[i + 1], (nr - i) * sizeof(*model));
}

static void find_is_newest_then_older(struct sfi_domain *d)
{
	const void *obj = (const void *)(uintptr_t)some_place();
	u8 id = types[next_random() % ARRAY_SIZE(types)]->id;
	struct sfi_object *o = sfi_object_find(d, id, obj);
	u32 i;

	for (i = nr; i--;) {
		if (model[i]->obj != obj || model[i]->type->id != id)
			continue;
		assert_ptr_equal(o, model[i]);
		o = sfi_object_older(o);
	}
	assert_null(o);
}

/* Every record from a place on, and none twice. */
static void from_is_by_address(struct sfi_domain *d)
{
	u64 place = some_place() + next_random() % 3 - 1, last = place;
	struct sfi_object *o;
	u32 i, wanted = 0;

	for (i = 0; i < nr; i++)
		wanted += sfi_addr(model[i]->obj) >= place;
	for (o = sfi_object_from(d, place); o; o = sfi_object_above(o)) {
		assert_true(sfi_addr(o->obj) >= last);
		last = sfi_addr(o->obj);
		assert_int_not_equal(wanted, 0);
		wanted--;
	}
	assert_int_equal(wanted, 0);
}

static void nearest_is_at_or_below(struct sfi_domain *d)
{
	u64 place = some_place() + next_random() % 3 - 1, best = 0;
	struct sfi_object *o = sfi_object_nearest(d, place);
	bool any = false;
	u32 i;

	for (i = 0; i < nr; i++) {
		if (sfi_addr(model[i]->obj) > place || !sfi_object_extent(model[i]))
			continue;
		any = true;
		best = max(best, sfi_addr(model[i]->obj));
	}
	assert_int_equal(o != NULL, any);
	if (o) {
		assert_int_equal(sfi_addr(o->obj), best);
		assert_int_not_equal(sfi_object_extent(o), 0);
	}
}

static void every_answer_is_the_models(void **state)
{
	struct sfi_domain *d = *state;
	u32 step, most = 0;

	for (step = 0; step < 20000; step++) {
		/* Fills and empties in turns. */
		bool more = next_random() % 8 < (step / 2000 % 2 ? 3 : 5);

		if (more ? nr < MOST : !nr)
			come(d);
		else
			go(d);
		most = max(most, nr);
		assert_int_equal(sfi_domain_objects(d), nr);
		find_is_newest_then_older(d);
		from_is_by_address(d);
		nearest_is_at_or_below(d);
	}
	assert_in_range(most, MOST / 2, MOST);
	while (nr)
		go(d);
	assert_null(sfi_object_from(d, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_answer_is_the_models, test_setup,
						test_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
