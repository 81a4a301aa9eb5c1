// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object tracker: rights that come and go with objects, the order of
 * release, embedded objects, and what happens without memory. What is borrowed is
 * in test_borrowing.c, what violates in test_arguments.c.
 */
#include "support.h"

static struct device device __attribute__((aligned(8)));
static struct packet packets[3];

static void release_logged(void *obj, const u64 args[4])
{
	(void)obj;
	test_log("%c%llu ", (int)args[0], (unsigned long long)args[1]);
}

static void acquire(struct sfi_domain *d, const struct sfi_type *type, void *obj, size_t size,
		    char letter)
{
	assert_non_null(sfi_acquire(d, type, obj, size, release_logged, (u64)letter, size, 0, 0));
}

static void fields_are_writable_and_no_more(void **state)
{
	struct sfi_domain *d = *state;

	acquire(d, &type_device, &device, 0, 'd');
	assert_int_equal(sfi_type_at(d, sfi_addr(&device)), T_DEVICE);
	assert_true(sfi_writable(d, sfi_addr(&device.private_1), 16));
	assert_false(sfi_writable(d, sfi_addr(&device), 1));
	assert_false(sfi_writable(d, sfi_addr(&device.owned_by_kernel[3]), 8));
	sfi_check_owned(d, &device, T_DEVICE, &test_arg);

	/* Registered, one of the fields is the kernel's; unregistered, it is the driver's again. */
	acquire(d, &type_registration, &device, 0, 'r');
	assert_true(sfi_writable(d, sfi_addr(&device.private_1), 8));
	assert_false(sfi_writable(d, sfi_addr(&device.private_2), 1));
	assert_int_equal(sfi_type_at(d, sfi_addr(&device)), T_DEVICE);
	sfi_check_owned(d, &device, T_REGISTRATION, &test_arg);
	sfi_release(d, &type_registration, &device, &test_arg);
	assert_true(sfi_writable(d, sfi_addr(&device.private_2), 8));

	sfi_release(d, &type_device, &device, &test_arg);
	assert_int_equal(sfi_type_at(d, sfi_addr(&device)), 0);
	assert_false(sfi_writable(d, sfi_addr(&device.private_1), 1));
	assert_int_equal(sfi_domain_objects(d), 0);
	assert_int_equal(sfi_domain_count(d, SFI_COUNT_acquired), 2);
	assert_int_equal(sfi_domain_count(d, SFI_COUNT_released), 2);
}

static void memory_has_its_size(void **state)
{
	struct sfi_domain *d = *state;
	char *p = aligned_alloc(8, 96);

	acquire(d, &type_memory, p, 96, 'm');
	assert_true(sfi_writable(d, sfi_addr(p), 96));
	assert_false(sfi_writable(d, sfi_addr(p), 97));
	sfi_release(d, &type_memory, p, &test_arg);
	assert_false(sfi_writable(d, sfi_addr(p), 1));
	free(p);
}

/* A map given with the object goes before the type's. */
static void hot_object_with_its_map(void **state)
{
	static const u8 map[] = {
		T_PACKET << SFI_RIGHT_TYPE_SHIFT, SFI_RIGHT_WRITE, 0, 0, 0, 0, 0, SFI_RIGHT_WRITE
	};
	struct sfi_domain *d = *state;
	const u64 *words = packets[0].words;

	sfi_grant(d, &packets[0], sizeof(packets[0]));
	sfi_acquire_hot(d, &type_packet, &packets[0], map);
	assert_true(sfi_writable(d, sfi_addr(&words[1]), 8));
	assert_true(sfi_writable(d, sfi_addr(&words[7]), 8));
	assert_false(sfi_writable(d, sfi_addr(&words[0]), 1));
	assert_false(sfi_writable(d, sfi_addr(&words[2]), 1));
	assert_false(sfi_writable(d, sfi_addr(&words[6]), 1));
	sfi_release(d, &type_packet, &packets[0], &test_arg);
	assert_false(sfi_writable(d, sfi_addr(&words[1]), 1));
	assert_false(sfi_writable(d, sfi_addr(&words[7]), 1));
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[0])), 0);
	sfi_acquire_hot(d, &type_packet, &packets[0], NULL);
	assert_false(sfi_writable(d, sfi_addr(&words[1]), 1));
	assert_int_equal(sfi_release_all(d), 1);
}

static const struct sfi_type fragment = { .name = "fragment", .id = 60, .hot = true, .size = 8 };
static const struct sfi_type head = { .name = "head", .id = 61, .hot = true, .size = 8 };

static bool turns(struct sfi_domain *d, u8 *p, size_t size, size_t keep)
{
	return sfi_turn(d, p, size, keep, &fragment, &head);
}

/* P begins a fragment of 1024 bytes. What is not as it is said to be changes nothing. */
static void no_turn(struct sfi_domain *d, u8 *p)
{
	assert_false(turns(d, p, 1032, 960));
	assert_false(turns(d, p + 8, 1016, 960));
	assert_false(turns(d, p + 4, 1016, 960));
	assert_false(turns(d, p, 1020, 960));
	assert_false(turns(d, p, 1024, 1032));
	assert_false(turns(d, p, 1024, 0));
	assert_false(sfi_turn(d, p, 1024, 960, &head, &fragment));
	sfi_revoke(d, p + 512, 8);
	assert_false(turns(d, p, 1024, 960));
	sfi_acquire(d, &type_packet, p + 512, 0, NULL, 0, 0, 0, 0);
	assert_false(turns(d, p, 1024, 960));
	sfi_release(d, &type_packet, p + 512, &test_arg);
	sfi_grant(d, p + 512, sizeof(packets[0]));
	sfi_revoke(d, p + 1016, 8);
	assert_false(turns(d, p, 1024, 960));
	sfi_grant(d, p + 1016, 8);
	assert_true(sfi_writable(d, sfi_addr(p), 1024));
	assert_int_equal(sfi_type_at(d, sfi_addr(p)), fragment.id);
}

static void memory_changes_hands(void **state)
{
	/* Within a leaf, and across the border of two: the short way and the long one. */
	static const u32 places[] = { 64, SFI_CHUNK_SIZE - 520 };
	static u8 room[2 * SFI_CHUNK_SIZE] __attribute__((aligned(SFI_CHUNK_SIZE)));
	struct sfi_domain *d = *state;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		u8 *p = room + places[i];

		sfi_acquire_bytes(d, &fragment, p, 1024);
		assert_false(sfi_writable(d, sfi_addr(p) - 8, 16));
		assert_false(sfi_writable(d, sfi_addr(p), 1025));
		no_turn(d, p);
		assert_true(turns(d, p, 1024, 960));
		assert_int_equal(sfi_type_at(d, sfi_addr(p)), head.id);
		assert_true(sfi_writable(d, sfi_addr(p), 960));
		assert_false(sfi_writable(d, sfi_addr(p) + 960, 1));
		assert_false(sfi_writable(d, sfi_addr(p) + 1016, 1));
		assert_false(turns(d, p, 960, 952));
		sfi_drop_bytes(d, p, 960, fragment.id);
		sfi_drop_bytes(d, p + 1, 952, head.id);
		assert_true(sfi_writable(d, sfi_addr(p), 960));
		sfi_drop_bytes(d, p, 960, head.id);
		assert_int_equal(sfi_type_at(d, sfi_addr(p)), 0);
		assert_false(sfi_writable(d, sfi_addr(p), 1));
		assert_false(sfi_writable(d, sfi_addr(p) + 952, 1));
	}
}

static void newest_first_then_hot(void **state)
{
	struct sfi_domain *d = *state;
	u32 i;

	for (i = 0; i < 3; i++)
		packets[i].words[0] = 'x' + i;
	assert_null(sfi_acquire(d, &type_packet, &packets[2], 0, NULL, 0, 0, 0, 0));
	acquire(d, &type_device, &device, 0, 'd');
	acquire(d, &type_registration, &device, 0, 'r');
	assert_null(sfi_acquire(d, &type_packet, &packets[0], 0, NULL, 0, 0, 0, 0));
	acquire(d, &type_registration, &packets[1], 0, 's');
	assert_int_equal(sfi_domain_objects(d), 3);
	assert_int_equal(sfi_release_all(d), 5);
	/*
	 * Hot ones in the order of their addresses' chunks: that is not promised, only that they
	 * are last.
	 */
	assert_true(!strcmp(test_logged, "s0 r0 d0 packet:x packet:z ") ||
		    !strcmp(test_logged, "s0 r0 d0 packet:z packet:x "));
	assert_int_equal(sfi_domain_objects(d), 0);
	assert_false(sfi_writable(d, sfi_addr(&device.private_1), 1));
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[0])), 0);
	assert_int_equal(sfi_release_all(d), 0);
}

/* A work item in older memory than the queue that it is due on. */
static void release_work(void *obj)
{
	(void)obj;
	test_log("work ");
}

static bool work_busy(const void *obj)
{
	(void)obj;
	return true;
}

static bool is(const void *obj, const void *other)
{
	return obj == other;
}

static void what_uses_others_first(void **state)
{
	static const struct sfi_type work = {
		.name = "work",
		.id = 63,
		.hot = true,
		.size = 16,
		.release = release_work,
		.busy = work_busy,
	};
	static const struct sfi_type *const types[] = { &work };
	static u64 room[2 * SFI_CHUNK_SIZE / 8] __attribute__((aligned(4096)));
	const u64 end = SFI_CHUNK_SIZE - (sfi_addr(room) & (SFI_CHUNK_SIZE - 1)) - SFI_SLOT_SIZE;
	struct sfi_domain *d = *state;

	assert_int_equal(sfi_types_register(types, 1, NULL), 0);
	acquire(d, &type_memory, room, sizeof(room), 'm');
	acquire(d, &type_registration, &packets[1], 0, 'q');
	assert_true(sfi_embed(d, &work, room, 16, &test_arg));
	/* On the last slot of a chunk, and on into the next one. */
	assert_true(sfi_embed(d, &work, (char *)room + end, 16, &test_arg));
	assert_null(sfi_acquire(d, &type_packet, &packets[0], 0, NULL, 0, 0, 0, 0));
	packets[0].words[0] = 'x';
	assert_true(sfi_any_typed(d, work.id, is, room));
	assert_true(sfi_any_typed(d, work.id, is, (char *)room + end));
	assert_false(sfi_any_typed(d, work.id, is, &packets[0]));
	assert_int_equal(sfi_release_all(d), 5);
	assert_string_equal(test_logged, "work work q0 m65536 packet:x ");
	assert_int_equal(sfi_domain_objects(d), 0);
	sfi_types_unregister(types, 1);
}

#define MANY 400

static u64 expected[MANY]; /* numbers of what is held, oldest first */
static u32 nr_expected;
static bool in_order;

static void release_in_turn(void *obj, const u64 args[4])
{
	(void)obj;
	in_order &= nr_expected && expected[nr_expected - 1] == args[0];
	nr_expected--;
}

/* Whatever was given back in between, and in which order: newest first. */
static void newest_first_after_any_history(void **state)
{
	static u64 memory[MANY];
	static bool held[MANY];
	struct sfi_domain *d = *state;
	u64 random = 88172645463325252ULL;
	u32 i, j, step;

	nr_expected = 0;
	in_order = true;
	memset(held, 0, sizeof(held));
	for (step = 0; step < 20 * MANY; step++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		i = random % MANY;
		if (!held[i]) {
			assert_non_null(sfi_acquire(d, &type_memory, &memory[i], 8, release_in_turn,
						    i, 0, 0, 0));
			expected[nr_expected++] = i;
		} else {
			sfi_release(d, &type_memory, &memory[i], &test_arg);
			for (j = 0; expected[j] != i; j++)
				;
			memmove(&expected[j], &expected[j + 1],
				(--nr_expected - j) * sizeof(*expected));
		}
		held[i] = !held[i];
	}
	assert_int_equal(sfi_domain_objects(d), nr_expected);
	assert_int_not_equal(nr_expected, 0);
	assert_int_equal(sfi_release_all(d), sfi_domain_count(d, SFI_COUNT_acquired) -
						     sfi_domain_count(d, SFI_COUNT_released));
	assert_true(in_order);
	assert_int_equal(nr_expected, 0);
}

static void held_twice_released_twice(void **state)
{
	struct sfi_domain *d = *state;

	acquire(d, &type_device, &device, 0, 'a');
	acquire(d, &type_device, &device, 0, 'b');
	sfi_release(d, &type_device, &device, &test_arg);
	sfi_check_owned(d, &device, T_DEVICE, &test_arg);
	assert_true(sfi_writable(d, sfi_addr(&device.private_1), 8));
	sfi_release(d, &type_device, &device, &test_arg);
	assert_int_equal(sfi_type_at(d, sfi_addr(&device)), 0);
}

/* What a registration ends stays ended until the last goes, the older first or the newer. */
static void release_that_repeats_arguments(void **state)
{
	struct sfi_domain *d = *state;
	static const u64 first[4] = { 'f', 0, 0, 0 }, second[4] = { 's', 0, 0, 0 };
	static const u64 *const orders[][2] = { { first, second }, { second, first } };
	u32 i;

	acquire(d, &type_device, &device, 0, 'd');
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		acquire(d, &type_registration, &device, 0, 'f');
		acquire(d, &type_registration, &device, 0, 's');
		sfi_release_args(d, &type_registration, &device, orders[i][0], 1, &test_arg);
		assert_int_equal(sfi_domain_objects(d), 2);
		assert_false(sfi_writable(d, sfi_addr(&device.private_2), 1));
		sfi_release_args(d, &type_registration, &device, orders[i][1], 1, &test_arg);
		assert_int_equal(sfi_domain_objects(d), 1);
		assert_true(sfi_writable(d, sfi_addr(&device.private_2), 8));
	}
	sfi_release(d, &type_device, &device, &test_arg);
}

static void embedded_objects(void **state)
{
	struct sfi_domain *d = *state;
	struct timer *t = aligned_alloc(8, 256);

	memset(t, 0, 256);
	acquire(d, &type_memory, t, 256, 'm');
	assert_true(sfi_embed(d, &type_timer, t + 1, sizeof(*t), &test_arg));
	assert_int_equal(sfi_type_at(d, sfi_addr(t + 1)), T_TIMER);
	assert_false(sfi_writable(d, sfi_addr(t + 1) + 8, 8));
	assert_true(sfi_writable(d, sfi_addr(t), sizeof(*t)));
	assert_true(sfi_writable(d, sfi_addr(t + 2), 8));
	assert_false(sfi_embed(d, &type_timer, t + 1, sizeof(*t), &test_arg));
	assert_int_equal(sfi_domain_objects(d), 2);
	sfi_unembed(d, &type_timer, t + 1, sizeof(*t), &test_arg);
	assert_true(sfi_writable(d, sfi_addr(t), 256));
	assert_int_equal(sfi_domain_objects(d), 1);

	/* An idle one ends with the memory it is in. */
	sfi_embed(d, &type_timer, t, sizeof(*t), &test_arg);
	sfi_release(d, &type_memory, t, &test_arg);
	assert_int_equal(sfi_type_at(d, sfi_addr(t)), 0);
	assert_int_equal(sfi_domain_objects(d), 0);
	assert_string_equal(test_logged, "");

	/* At recovery the kernel must let go of it before its memory goes. */
	acquire(d, &type_memory, t, 256, 'm');
	sfi_embed(d, &type_timer, t + 2, sizeof(*t), &test_arg);
	t[2].pending = true;
	assert_int_equal(sfi_release_all(d), 2);
	assert_string_equal(test_logged, "timer m256 ");
	assert_false(t[2].pending);
	free(t);
}

static void hot_objects_in_memory_go_before_it(void **state)
{
	struct sfi_domain *d = *state;
	struct packet *p = aligned_alloc(8, 256);
	u32 i;

	memset(p, 0, 256);
	acquire(d, &type_memory, p, 256, 'm');
	for (i = 0; i < 4; i++) {
		p[i].words[0] = 'e' + i;
		assert_true(sfi_embed(d, &type_packet, p + i, sizeof(*p), &test_arg));
	}
	sfi_release_all(d);
	assert_string_equal(test_logged, "packet:e packet:f packet:g packet:h m256 ");
	free(p);
}

static bool has_args(const void *obj, const u64 args[4], const void *arg)
{
	(void)obj;
	(void)arg;
	return args[0] | args[1] | args[2] | args[3];
}

/* Its record is the one that another object had. */
static void a_record_is_new(void **state)
{
	struct sfi_domain *d = *state;

	sfi_acquire(d, &type_registration, &device, 0, release_logged, 1, 2, 3, 4);
	assert_true(sfi_any_recorded(d, type_registration.id, has_args, NULL));
	sfi_release(d, &type_registration, &device, &test_arg);
	sfi_grant(d, &packets[0], sizeof(packets[0]));
	assert_true(sfi_embed(d, &type_timer, &packets[0], sizeof(struct timer), &test_arg));
	assert_false(sfi_any_recorded(d, type_timer.id, has_args, NULL));
	sfi_release_all(d);
	assert_string_equal(test_logged, "timer ");
}

static void taken_hot_object(void **state)
{
	struct sfi_domain *d = *state;

	sfi_acquire(d, &type_packet, &packets[0], 0, NULL, 0, 0, 0, 0);
	sfi_check_owned(d, &packets[0], T_PACKET, &test_arg);
	assert_true(sfi_take_back(d, &type_packet, &packets[0]));
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[0])), 0);
	assert_false(sfi_take_back(d, &type_packet, &packets[0]));
}

/*
 * Every allocation fails in its turn: the domain fails, and recovery still finds all that was
 * acquired.
 */
static void without_memory_nothing_is_lost(void **state)
{
	struct sfi_domain *d = *state;
	long budget;

	for (budget = 0; budget < 4; budget++) {
		test_log_clear();
		packets[1].words[0] = 'p';
		sfi_port_alloc_budget = budget;
		sfi_acquire(d, &type_device, &device, 0, release_logged, 'd', 0, 0, 0);
		sfi_acquire(d, &type_packet, &packets[1], 0, NULL, 0, 0, 0, 0);
		sfi_port_alloc_budget = -1;
		if (sfi_domain_state(d) == SFI_LIVE)
			assert_true(budget == 3);
		else
			assert_string_equal(test_logged, "report:8 live>failed recover ");
		test_log_clear();
		assert_int_equal(sfi_release_all(d), 2);
		assert_true(!strcmp(test_logged, "d0 packet:p ") ||
			    !strcmp(test_logged, "packet:p d0 "));
		assert_int_equal(d->nr_spare, SFI_RESERVE);
		assert_int_equal(d->leaked, 0);
		test_domain_end(d);
		d = test_domain_new();
		sfi_domain_move(d, SFI_LOADING, SFI_LIVE);
	}
	*state = d;
}

static void types_are_registered_once(void **state)
{
	static const struct sfi_type clash = { .name = "clash", .id = T_PACKET, .size = 8 };
	static const struct sfi_type zero = { .name = "zero", .size = 8 };
	static const struct sfi_type formless = { .name = "formless", .id = 99, .hot = true };
	static const u8 other_first[2] = { T_PACKET << SFI_RIGHT_TYPE_SHIFT };
	static const u8 typed_inside[2] = { 99 << SFI_RIGHT_TYPE_SHIFT,
					    99 << SFI_RIGHT_TYPE_SHIFT };
	struct sfi_type mapped = { .name = "mapped", .id = 99, .size = 16, .map = other_first };
	const struct sfi_type *list[1];

	(void)state;
	list[0] = &mapped;
	assert_int_equal(sfi_types_register(list, 1, NULL), -EINVAL);
	mapped.map = typed_inside;
	assert_int_equal(sfi_types_register(list, 1, NULL), -EINVAL);
	list[0] = &clash;
	assert_int_equal(sfi_types_register(list, 1, NULL), -EEXIST);
	sfi_types_unregister(list, 1); /* whose it is not */
	assert_ptr_equal(sfi_type_of(T_PACKET), &type_packet);
	list[0] = &zero;
	assert_int_equal(sfi_types_register(list, 1, NULL), -EINVAL);
	list[0] = &formless;
	assert_int_equal(sfi_types_register(list, 1, NULL), -EINVAL);
	assert_null(sfi_type_of(99));
	assert_null(sfi_type_of(255));
}

static void count_object(void *arg, const struct sfi_type *type, const void *obj, size_t size)
{
	(void)obj;
	(void)size;
	*(u32 *)arg += type->id;
}

static void objects_can_be_walked(void **state)
{
	struct sfi_domain *d = *state;
	u32 sum = 0;

	acquire(d, &type_device, &device, 0, 'd');
	acquire(d, &type_registration, &device, 0, 'r');
	sfi_objects_for_each(d, count_object, &sum);
	assert_int_equal(sum, T_DEVICE + T_REGISTRATION);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)
	const struct CMUnitTest tests[] = {
		TEST(fields_are_writable_and_no_more),
		TEST(memory_has_its_size),
		TEST(hot_object_with_its_map),
		TEST(memory_changes_hands),
		TEST(newest_first_then_hot),
		TEST(what_uses_others_first),
		TEST(newest_first_after_any_history),
		TEST(held_twice_released_twice),
		TEST(release_that_repeats_arguments),
		TEST(embedded_objects),
		TEST(hot_objects_in_memory_go_before_it),
		TEST(a_record_is_new),
		TEST(taken_hot_object),
		TEST(without_memory_nothing_is_lost),
		TEST(types_are_registered_once),
		TEST(objects_can_be_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
