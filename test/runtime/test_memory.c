// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory a domain holds, and what becomes of one that wants too much.
 */
#include "support.h"

#include "../../runtime/core/object.h"

static u64 size_of(const void *obj, size_t size)
{
	(void)obj;
	return size;
}

static u64 page_of(const void *obj, size_t size)
{
	(void)obj;
	(void)size;
	return 4096;
}

/* In the place of types that the fixture has registered: the numbers are the same. */
static struct sfi_type heap, page, packets;

static int setup(void **state)
{
	int ret = test_setup(state);

	heap = type_memory;
	heap.memory = size_of;
	page = type_packet;
	page.memory = page_of;
	packets = type_packet;
	packets.memory_bytes = 1500;
	return ret;
}

static char memory[4096] __attribute__((aligned(8)));
static struct packet packet;

#define RECORD sizeof(struct sfi_object)

static void what_comes_and_goes_is_counted(void **state)
{
	struct sfi_domain *d = *state;

	assert_int_equal(sfi_memory_held(d), 0);
	sfi_acquire(d, &heap, memory, 100, NULL, 0, 0, 0, 0);
	assert_int_equal(sfi_memory_held(d), 100 + RECORD);
	sfi_acquire_hot(d, &page, &packet, NULL);
	assert_int_equal(sfi_memory_held(d), 100 + RECORD + 4096);
	sfi_acquire(d, &type_registration, &packet, 0, NULL, 0, 0, 0, 0);
	assert_int_equal(sfi_memory_held(d), 100 + RECORD + 4096);
	sfi_release(d, &heap, memory, &test_arg);
	assert_int_equal(sfi_memory_held(d), 4096);
	assert_true(sfi_take_back(d, &page, &packet));
	assert_int_equal(sfi_memory_held(d), 0);
}

static void what_is_borrowed_is_counted_once(void **state)
{
	struct sfi_domain *d = *state;

	assert_true(sfi_borrow(d, &packets, &packet));
	assert_true(sfi_borrow(d, &packets, &packet));
	assert_int_equal(sfi_memory_held(d), 1500);
	sfi_unborrow(d, &packets, &packet);
	assert_int_equal(sfi_memory_held(d), 1500);
	sfi_unborrow(d, &packets, &packet);
	assert_int_equal(sfi_memory_held(d), 0);

	/* Acquired meanwhile, whichever ends first. */
	assert_true(sfi_borrow(d, &heap, memory));
	sfi_acquire(d, &heap, memory, 100, NULL, 0, 0, 0, 0);
	assert_int_equal(sfi_memory_held(d), 100 + 2 * RECORD);
	sfi_unborrow(d, &heap, memory);
	assert_int_equal(sfi_memory_held(d), 100 + RECORD);
	sfi_release(d, &heap, memory, &test_arg);
	assert_int_equal(sfi_memory_held(d), 0);

	assert_true(sfi_borrow(d, &heap, memory));
	sfi_acquire(d, &heap, memory, 100, NULL, 0, 0, 0, 0);
	sfi_release(d, &heap, memory, &test_arg);
	assert_int_equal(sfi_memory_held(d), RECORD);
	sfi_unborrow(d, &heap, memory);
	assert_int_equal(sfi_memory_held(d), 0);
}

static void what_all_of_a_type_have_is_counted(void **state)
{
	struct sfi_domain *d = *state;

	sfi_acquire_hot(d, &packets, &packet, NULL);
	assert_int_equal(sfi_memory_held(d), 1500);
	sfi_release(d, &packets, &packet, &test_arg);
	assert_int_equal(sfi_memory_held(d), 0);
	sfi_acquire_bytes(d, &packets, &packet, sizeof(packet));
	assert_int_equal(sfi_memory_held(d), 1500);
	assert_true(sfi_take_back(d, &packets, &packet));
	assert_int_equal(sfi_memory_held(d), 0);
	/* The other way round: each has a way of its own. */
	sfi_acquire_hot(d, &page, &packet, NULL);
	assert_int_equal(sfi_memory_held(d), 4096);
	sfi_release(d, &page, &packet, &test_arg);
	assert_int_equal(sfi_memory_held(d), 0);
}

/* The sums of the CPUs are not read at one moment: a release may be seen without what it releases. */
static void less_than_nothing_is_nothing(void **state)
{
	struct sfi_domain *d = *state;

	d->memory_limit = 1 << 20;
	sfi_memory_went(d, &heap, memory, 100);
	assert_int_equal(sfi_memory_held(d), 0);
	sfi_memory_judge(d);
	assert_int_equal(sfi_domain_state(d), SFI_LIVE);
}

static void many_small_ones_count_as_well(void **state)
{
	struct sfi_domain *d = *state;
	u32 n = 0;

	d->memory_limit = 1 << 20;
	while (n < sizeof(memory) / 8 && sfi_may_hold(d, 8))
		sfi_acquire(d, &heap, &memory[8 * n++], 8, NULL, 0, 0, 0, 0);
	assert_int_equal(n, sizeof(memory) / 8);
	assert_int_equal(sfi_memory_held(d), n * (8 + RECORD));
	/* Of many times as many, a record each: within a batch of the limit. */
	while (n < 1 << 20 && sfi_may_hold(d, 8)) {
		sfi_memory_came(d, &heap, memory, 8);
		n++;
	}
	assert_in_range(sfi_memory_held(d), 1 << 20, (1 << 20) + (1 << 18) + 8 + RECORD);
	assert_int_equal(d->memory_refused, 1);
}

static void limits(void **state)
{
	struct sfi_domain *d = *state;

	assert_true(sfi_may_hold(d, ~0ULL));
	d->memory_limit = 1000000;
	assert_true(sfi_may_hold(d, 1000000));
	assert_false(sfi_may_hold(d, 1000001));
	assert_false(sfi_may_hold(d, ~0ULL));
	sfi_acquire(d, &heap, memory, 900000, NULL, 0, 0, 0, 0);
	assert_true(sfi_may_hold(d, 99000));
	assert_false(sfi_may_hold(d, 100001));
	assert_int_equal(d->memory_refused, 3);
	assert_int_equal(sfi_domain_state(d), SFI_LIVE);
}

static void who_goes_on_asking_fails(void **state)
{
	struct sfi_domain *d = *state;
	u32 i;

	d->memory_limit = 1 << 20;
	for (i = 1; i < 1000; i++)
		assert_false(sfi_may_hold(d, 2 << 20));
	assert_int_equal(sfi_domain_state(d), SFI_LIVE);
	assert_false(sfi_may_hold(d, 2 << 20));
	assert_int_equal(sfi_domain_state(d), SFI_FAILED);
	assert_non_null(strstr(test_report_line(d),
			       "too much memory: 0 KiB held, limit 1024 KiB, 1000 allocations refused"));
	assert_true(sfi_domain_move(d, SFI_FAILED, SFI_RECOVERING));
	/* One that is added to the domain's sum at once, and one that stays in the CPU's. */
	sfi_memory_came(d, &heap, memory, 1 << 20);
	sfi_memory_came(d, &heap, memory, 100);
	assert_int_equal(sfi_memory_held(d), (1 << 20) + 100 + 2 * RECORD);
	sfi_domain_reset(d);
	assert_int_equal(sfi_memory_held(d), 0);
	assert_int_equal(d->memory_refused, 0);
}

static void twice_the_limit_fails(void **state)
{
	struct sfi_domain *d = *state;

	sfi_memory_judge(d);
	d->memory_limit = 1 << 20;
	sfi_acquire(d, &heap, memory, (2 << 20) - RECORD, NULL, 0, 0, 0, 0);
	sfi_memory_judge(d);
	assert_int_equal(sfi_domain_state(d), SFI_LIVE);
	sfi_acquire(d, &heap, memory + 8, 8, NULL, 0, 0, 0, 0);
	sfi_memory_judge(d);
	assert_int_equal(sfi_domain_state(d), SFI_FAILED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, test_teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_comes_and_goes_is_counted),
		TEST(what_is_borrowed_is_counted_once),
		TEST(what_all_of_a_type_have_is_counted),
		TEST(less_than_nothing_is_nothing),
		TEST(many_small_ones_count_as_well),
		TEST(limits),
		TEST(who_goes_on_asking_fails),
		TEST(twice_the_limit_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
