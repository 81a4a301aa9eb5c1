// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rights table: what may be written after which grants, at every kind of
 * boundary and for every kind of address.
 */
#include "support.h"

#define CHUNK SFI_CHUNK_SIZE
/* Nothing is ever dereferenced there: the table only knows numbers. */
#define BASE 0xffff888000000000ULL

static void *at(u64 addr)
{
	return (void *)(uintptr_t)addr;
}

static void nothing_at_first(void **state)
{
	static const u64 addresses[] = {
		0,
		1,
		7,
		8,
		4095,
		4096,
		1ULL << 15,
		1ULL << 28,
		(1ULL << 28) - 1,
		0x7fffffffffff,
		1ULL << 47,
		0x8000000000000000,
		0xffff800000000000,
		BASE,
		0xff11000000000000,
		~0ULL,
		~0ULL - 7,
	};
	struct sfi_domain *d = *state;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		assert_false(sfi_writable(d, addresses[i], 1));
		assert_false(sfi_writable(d, addresses[i], 8));
		assert_int_equal(sfi_dir_slot(d, addresses[i]), 0);
		assert_int_equal(sfi_slot_at(d, addresses[i]), 0);
	}
}

static void grant_covers_exactly(void **state)
{
	struct sfi_domain *d = *state;

	sfi_grant(d, at(BASE + 64), 128);
	assert_true(sfi_writable(d, BASE + 64, 128));
	assert_true(sfi_writable(d, BASE + 70, 1));
	assert_false(sfi_writable(d, BASE + 63, 1));
	assert_false(sfi_writable(d, BASE + 63, 2));
	assert_false(sfi_writable(d, BASE + 192, 1));
	assert_false(sfi_writable(d, BASE + 64, 129));
	sfi_revoke(d, at(BASE + 128), 8);
	assert_true(sfi_writable(d, BASE + 64, 64));
	assert_false(sfi_writable(d, BASE + 64, 65));
	assert_true(sfi_writable(d, BASE + 136, 56));
}

static void size_zero_is_always_right(void **state)
{
	struct sfi_domain *d = *state;

	assert_true(sfi_writable(d, BASE, 0));
	assert_true(sfi_writable(d, 0, 0));
	sfi_grant(d, at(BASE), 0);
	assert_false(sfi_writable(d, BASE, 1));
}

static void every_edge_of_a_run(void **state)
{
	struct sfi_domain *d = *state;
	u64 begin, end, a;

	/*
	 * All starts and ends within three words of slots: byte and eight-byte paths meet in each
	 * way.
	 */
	for (begin = 0; begin < 24; begin++) {
		for (end = begin + 1; end <= 24; end++) {
			sfi_grant(d, at(BASE + begin * 8), (end - begin) * 8);
			for (a = 0; a < 24; a++)
				assert_int_equal(sfi_writable(d, BASE + a * 8, 8),
						 a >= begin && a < end);
			assert_true(sfi_writable(d, BASE + begin * 8, (end - begin) * 8));
			assert_false(sfi_writable(d, BASE + begin * 8, (end - begin) * 8 + 1));
			assert_true(sfi_merely_writable(d, BASE + begin * 8, (end - begin) * 8));
			assert_false(sfi_merely_writable(d, BASE + begin * 8, (end - begin) * 8 + 1));
			sfi_revoke(d, at(BASE + begin * 8), (end - begin) * 8);
			assert_false(sfi_writable(d, BASE + (end - 1) * 8, 1));
		}
	}
}

static void across_chunks(void **state)
{
	struct sfi_domain *d = *state;

	sfi_grant(d, at(BASE + CHUNK - 16), 2 * CHUNK + 32);
	assert_true(sfi_writable(d, BASE + CHUNK - 16, 2 * CHUNK + 32));
	assert_false(sfi_writable(d, BASE + CHUNK - 24, 16));
	assert_false(sfi_writable(d, BASE + 3 * CHUNK + 8, 16));
	sfi_revoke(d, at(BASE + 2 * CHUNK), 8);
	assert_false(sfi_writable(d, BASE + CHUNK, 2 * CHUNK));
	assert_true(sfi_writable(d, BASE + CHUNK, CHUNK));
}

static void ranges_that_wrap(void **state)
{
	struct sfi_domain *d = *state;
	u64 last;

	assert_false(sfi_range(~0ULL, 2, &last));
	assert_true(sfi_range(~0ULL, 1, &last));
	assert_int_equal(last, ~0ULL);
	assert_false(sfi_range(1, ~0ULL, &last) && last != ~0ULL);
	assert_false(sfi_range(2, ~0ULL, &last));
	/* The top of the address space can be granted, and ends there. */
	sfi_grant(d, at(~0ULL - 15), 16);
	assert_true(sfi_writable(d, ~0ULL - 15, 16));
	assert_false(sfi_writable(d, ~0ULL - 15, 17));
	assert_false(sfi_writable(d, ~0ULL - 15, ~0ULL));
	sfi_revoke(d, at(~0ULL - 15), 17);
	assert_true(sfi_writable(d, ~0ULL, 1));
	sfi_revoke(d, at(~0ULL - 15), 16);
	assert_false(sfi_writable(d, ~0ULL, 1));
}

static void absurd_grant_fails_the_domain(void **state)
{
	struct sfi_domain *d = *state;

	sfi_grant(d, at(BASE), ~0ULL);
	assert_int_equal(sfi_domain_state(d), SFI_FAILED);
	assert_string_equal(
		test_report_line(d),
		"sfi: VIOLATION in test: internal error: rights asked for outside the kernel's memory");
	assert_false(sfi_writable(d, BASE, 1));
}

static void same_index_other_region(void **state)
{
	struct sfi_domain *d = *state;
	u64 other = BASE + SFI_DIR_SPAN, n;

	/* Both chunks want one entry of the directory. */
	for (n = 0; n < 10; n++)
		sfi_grant(d, at(BASE + n * SFI_DIR_SPAN), 8);
	for (n = 0; n < 10; n++) {
		assert_true(sfi_writable(d, BASE + n * SFI_DIR_SPAN, 8));
		assert_false(sfi_writable(d, BASE + n * SFI_DIR_SPAN + 8, 8));
	}
	/*
	 * The last granted is the one cached; the others miss, and a guard makes the directory know
	 * them.
	 */
	assert_int_equal(sfi_dir_slot(d, other), 0);
	sfi_guard(&test_self, other, 8);
	assert_int_equal(sfi_dir_slot(d, other), SFI_RIGHT_WRITE);
	assert_int_equal(sfi_dir_slot(d, BASE), 0);
	assert_int_equal(sfi_domain_count(d, SFI_COUNT_slow_guards), 1);
	assert_int_equal(sfi_domain_count(d, SFI_COUNT_refills), 1);
}

static void directory_never_says_more(void **state)
{
	struct sfi_domain *d = *state;
	u64 bit;

	/* An address that differs in one bit from a granted one is another address. */
	sfi_grant(d, at(BASE + 0x12340), 8);
	for (bit = 3; bit < 64; bit++) {
		u64 a = (BASE + 0x12340) ^ (1ULL << bit);

		assert_int_equal(sfi_dir_slot(d, a), 0);
		assert_false(sfi_writable(d, a, 1));
	}
	assert_int_equal(sfi_dir_slot(d, BASE + 0x12340), SFI_RIGHT_WRITE);
	assert_int_equal(sfi_dir_slot(d, BASE + 0x12344), 0);
}

static void types_begin_at_one_slot(void **state)
{
	struct sfi_domain *d = *state;
	u8 id;

	assert_true(sfi_rights_set_type(d, BASE, 127));
	assert_int_equal(sfi_type_at(d, BASE), 127);
	assert_int_equal(sfi_type_at(d, BASE + 4), 0);
	assert_int_equal(sfi_type_at(d, BASE + 8), 0);
	assert_false(sfi_writable(d, BASE, 8));
	sfi_grant(d, at(BASE), 64);
	assert_int_equal(sfi_type_at(d, BASE),
			 127); /* a grant over an object leaves the object alone */
	assert_false(sfi_writable(d, BASE, 8));
	assert_true(sfi_writable(d, BASE + 8, 56));
	assert_int_equal(sfi_rights_next_typed(d, BASE - 3 * CHUNK, BASE + CHUNK, &id), BASE);
	assert_int_equal(id, 127);
	assert_int_equal(sfi_rights_next_typed(d, BASE + 1, BASE + 7, &id), BASE);
	assert_int_equal(sfi_rights_next_typed(d, BASE + 8, BASE + CHUNK, &id), 0);
	assert_false(sfi_rights_drop_type(d, BASE, 126));
	assert_true(sfi_rights_drop_type(d, BASE, 127));
	assert_int_equal(sfi_type_at(d, BASE), 0);
}

/* Wherever in a run the object begins, and with the right to write there or without. */
static void merely_writable_is_no_object(void **state)
{
	struct sfi_domain *d = *state;
	u64 n, i;

	for (n = 1; n <= 80; n++) {
		for (i = 0; i < n; i++) {
			sfi_rights_set(d, BASE, n * 8, SFI_OVERWRITE);
			assert_true(sfi_merely_writable(d, BASE, n * 8));
			assert_true(sfi_rights_begin(d, BASE + i * 8, 8, 1));
			assert_true(sfi_writable(d, BASE, n * 8));
			assert_false(sfi_merely_writable(d, BASE, n * 8));
			sfi_revoke(d, at(BASE + i * 8), 8);
			assert_false(sfi_merely_writable(d, BASE, n * 8));
			assert_false(sfi_writable(d, BASE, n * 8));
		}
	}
}

static void memory_that_begins_an_object(void **state)
{
	struct sfi_domain *d = *state;

	assert_true(sfi_rights_set_type(d, BASE + CHUNK, 5));
	assert_true(sfi_rights_begin(d, BASE, CHUNK + 16, 127));
	assert_int_equal(sfi_type_at(d, BASE), 127);
	assert_int_equal(sfi_type_at(d, BASE + CHUNK), 0);
	assert_true(sfi_writable(d, BASE, CHUNK + 16));
	assert_false(sfi_writable(d, BASE, CHUNK + 17));
	assert_false(sfi_rights_begin(d, BASE + 4, 8, 127));
	assert_int_equal(sfi_domain_state(d), SFI_FAILED);
}

static void lend_undoes_only_what_it_gave(void **state)
{
	struct sfi_domain *d = *state;

	sfi_grant(d, at(BASE), 64);
	assert_false(sfi_lend(d, at(BASE + 8), 16));
	assert_true(sfi_lend(d, at(BASE + 128), 16));
	assert_true(sfi_writable(d, BASE + 128, 16));
	/* Own, though an object begins there: its type is to stay. */
	assert_true(sfi_rights_begin(d, BASE + 256, 64, 5));
	assert_false(sfi_lend(d, at(BASE + 256), 64));
}

static void memory_within_the_bound(void **state)
{
	struct sfi_domain *d = *state;
	struct sfi_memory m;
	u64 n;

	for (n = 0; n < 2000; n++)
		sfi_grant(d, at(BASE + n * 3 * CHUNK), CHUNK);
	m = sfi_domain_memory(d);
	assert_int_equal(m.covered, 2000 * CHUNK + 2 * CHUNK * 0 + (m.covered - 2000 * CHUNK));
	assert_true(m.covered >= 2000 * CHUNK && m.covered <= 2002 * CHUNK);
	assert_true(m.used <= m.covered / 8 + (1 << 20));
	sfi_rights_clear(d);
	assert_false(sfi_writable(d, BASE, 1));
	assert_false(sfi_writable(d, BASE + 1999 * 3 * CHUNK, CHUNK));
	assert_int_equal(sfi_domain_memory(d).covered, m.covered);
}

static const struct sfi_chunk *chunk_of(struct sfi_domain *d, u64 addr)
{
	const struct sfi_chunk *c;

	sfi_check_store(d, addr, 8, 0);
	c = d->self->dir[(addr >> SFI_CHUNK_SHIFT) & (SFI_DIR_ENTRIES - 1)];
	assert_int_equal(c->base, addr & ~(SFI_CHUNK_SIZE - 1));
	return c;
}

/* Instrumented code keeps the addresses of leaves and chunks, whatever happens meanwhile. */
static void a_leaf_stays(void **state)
{
	struct sfi_domain *d = *state;
	const struct sfi_chunk *chunk, *other;
	struct sfi_chunk was;
	u64 n;

	sfi_grant(d, at(BASE), 8);
	chunk = chunk_of(d, BASE);
	was = *chunk;
	sfi_revoke(d, at(BASE), 8);
	for (n = 1; n < 4; n++) {
		sfi_grant(d, at(BASE + n * SFI_DIR_SPAN), CHUNK);
		other = chunk_of(d, BASE + n * SFI_DIR_SPAN);
		assert_ptr_not_equal(other, chunk);
		assert_ptr_not_equal(other->slots, was.slots);
	}
	sfi_rights_clear(d);
	sfi_grant(d, at(BASE), 8);
	assert_ptr_equal(chunk_of(d, BASE), chunk);
	assert_memory_equal(chunk, &was, sizeof(was));
}

static void no_memory_fails_the_domain(void **state)
{
	struct sfi_domain *d = *state;

	sfi_port_alloc_budget = 0;
	sfi_grant(d, at(BASE), 8);
	sfi_port_alloc_budget = -1;
	assert_false(sfi_writable(d, BASE, 8));
	assert_int_equal(sfi_domain_state(d), SFI_FAILED);
	assert_string_equal(
		test_report_line(d),
		"sfi: VIOLATION in test: internal error: no memory for the rights table");
	assert_string_equal(test_logged, "report:8 live>failed recover ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)
	const struct CMUnitTest tests[] = {
		TEST(nothing_at_first),
		TEST(grant_covers_exactly),
		TEST(size_zero_is_always_right),
		TEST(every_edge_of_a_run),
		TEST(across_chunks),
		TEST(ranges_that_wrap),
		TEST(absurd_grant_fails_the_domain),
		TEST(same_index_other_region),
		TEST(directory_never_says_more),
		TEST(types_begin_at_one_slot),
		TEST(merely_writable_is_no_object),
		TEST(memory_that_begins_an_object),
		TEST(lend_undoes_only_what_it_gave),
		TEST(memory_within_the_bound),
		TEST(a_leaf_stays),
		TEST(no_memory_fails_the_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
