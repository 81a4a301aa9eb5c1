// SPDX-License-Identifier: GPL-2.0-only
/*
 * Borrowed objects: rights that are there as long as a call has them or the domain
 * does, and no longer, whatever comes first and goes last. Those that several threads
 * borrow at once are in test_threads.c.
 */
#include "support.h"
#include "../../runtime/core/object.h"

static struct device device __attribute__((aligned(8)));
static struct packet packets[3];

static void acquire(struct sfi_domain *d, void *obj)
{
	assert_non_null(sfi_acquire(d, &type_device, obj, 0, NULL, 0, 0, 0, 0));
}

static bool has_rights(struct sfi_domain *d, const struct device *obj)
{
	assert_int_equal(sfi_type_at(d, sfi_addr(obj)) == T_DEVICE, sfi_writable(d, sfi_addr(&obj->private_1), 8));
	assert_false(sfi_writable(d, sfi_addr(obj->owned_by_kernel), 8));
	return sfi_type_at(d, sfi_addr(obj)) == T_DEVICE;
}

static void borrowed_for_a_call(void **state)
{
	struct sfi_domain *d = *state;

	assert_false(sfi_borrow(d, &type_device, NULL));
	assert_true(sfi_borrow(d, &type_device, &device));
	sfi_check_owned(d, &device, T_DEVICE, &test_arg);
	assert_true(sfi_writable(d, sfi_addr(&device.private_1), 8));
	/* A second call has it too; the first to leave takes nothing from the other. */
	assert_true(sfi_borrow(d, &type_device, &device));
	sfi_unborrow(d, &type_device, &device);
	sfi_check_owned(d, &device, T_DEVICE, &test_arg);
	assert_true(sfi_writable(d, sfi_addr(&device.private_1), 8));
	assert_false(sfi_take_back(d, &type_device, &device));
	sfi_unborrow(d, &type_device, &device);
	assert_int_equal(sfi_type_at(d, sfi_addr(&device)), 0);
	assert_false(sfi_writable(d, sfi_addr(&device.private_1), 1));

	/*
	 * What the domain has already is not borrowed, neither alone nor while something else is.
	 */
	acquire(d, &device);
	assert_false(sfi_borrow(d, &type_device, &device));
	assert_true(sfi_borrow(d, &type_packet, &packets[0]));
	assert_false(sfi_borrow(d, &type_device, &device));
	sfi_unborrow(d, &type_packet, &packets[0]);
	assert_true(sfi_take_back(d, &type_device, &device));
	assert_false(sfi_take_back(d, &type_device, &device));
	assert_int_equal(sfi_domain_objects(d), 0);
}

/* Only who borrows first needs memory. */
static void a_second_borrower_needs_no_memory(void **state)
{
	struct sfi_domain *d = *state;

	assert_true(sfi_borrow(d, &type_packet, &packets[0]));
	sfi_port_alloc_budget = 0;
	assert_true(sfi_borrow(d, &type_packet, &packets[0]));
	sfi_port_alloc_budget = -1;
	assert_int_equal(sfi_domain_state(d), SFI_LIVE);
	sfi_unborrow(d, &type_packet, &packets[0]);
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[0])), type_packet.id);
	sfi_unborrow(d, &type_packet, &packets[0]);
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[0])), 0);
}

static void borrowed_memory_of_its_own(void **state)
{
	struct sfi_domain *d = *state;

	sfi_grant(d, &packets[0], sizeof(packets[0]));
	assert_true(sfi_borrow(d, &type_packet, &packets[0]));
	assert_false(sfi_writable(d, sfi_addr(&packets[0]), 1));
	sfi_unborrow(d, &type_packet, &packets[0]);
	assert_true(sfi_writable(d, sfi_addr(&packets[0]), sizeof(packets[0])));
}

static void recovery_leaves_borrowed_objects_alone(void **state)
{
	struct sfi_domain *d = *state;

	packets[0].words[0] = 'b';
	sfi_borrow(d, &type_packet, &packets[0]);
	sfi_release_all(d);
	assert_string_equal(test_logged, "");
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[0])), 0);
	sfi_unborrow(d, &type_packet, &packets[0]);
}

/* Acquired in a call that has it borrowed, it is the domain's afterwards. */
static void acquired_while_borrowed(void **state)
{
	struct sfi_domain *d = *state;

	assert_true(sfi_borrow(d, &type_device, &device));
	acquire(d, &device);
	sfi_unborrow(d, &type_device, &device);
	assert_true(has_rights(d, &device));
	sfi_release(d, &type_device, &device, &test_arg);
	assert_false(has_rights(d, &device));
	assert_false(sfi_holds(d, T_DEVICE, &device));
}

/* Its record comes before its rights. */
static void held_without_rights_yet(void **state)
{
	struct sfi_domain *d = *state;

	acquire(d, &device);
	sfi_rights_unset(d, sfi_addr(&device), sizeof(device));
	assert_false(sfi_borrow(d, &type_device, &device));
	assert_false(has_rights(d, &device));
}

/*
 * And what the domain gives up is still borrowed, with no more rights than that. All goes when the
 * call ends; or when the object is released, if the domain has acquired it AGAIN meanwhile.
 */
static void give_up_while_borrowed(struct sfi_domain *d, bool again)
{
	const size_t more = sizeof(device) + 64;
	char *p = aligned_alloc(64, 128);
	u64 i;

	assert_true(sfi_borrow(d, &type_device, p));
	assert_non_null(sfi_acquire(d, &type_device, p, more, NULL, 0, 0, 0, 0));
	assert_true(sfi_writable(d, sfi_addr(p), more));
	sfi_release(d, &type_device, p, &test_arg);
	assert_true(has_rights(d, (struct device *)p));
	for (i = sizeof(device); i < more; i += 8)
		assert_false(sfi_writable(d, sfi_addr(p) + i, 1));
	if (again)
		acquire(d, p);
	sfi_unborrow(d, &type_device, p);
	assert_int_equal(has_rights(d, (struct device *)p), again);
	if (again)
		sfi_release(d, &type_device, p, &test_arg);
	for (i = 0; i < more; i += 8)
		assert_int_equal(sfi_slot_at(d, sfi_addr(p) + i), 0);
	free(p);
}

static void released_while_borrowed(void **state)
{
	give_up_while_borrowed(*state, false);
}

static void acquired_twice_while_borrowed(void **state)
{
	give_up_while_borrowed(*state, true);
}

static void borrowed_as_two_types(void **state)
{
	struct sfi_domain *d = *state;

	assert_true(sfi_borrow(d, &type_device, &device));
	assert_true(sfi_borrow(d, &type_registration, &device));
	assert_false(sfi_is_borrowed(d, T_TIMER, &device));
	assert_false(sfi_writable(d, sfi_addr(&device.private_2), 8));
	sfi_unborrow(d, &type_device, &device);
	assert_false(sfi_is_borrowed(d, T_DEVICE, &device));
	assert_true(sfi_is_borrowed(d, T_REGISTRATION, &device));
	sfi_unborrow(d, &type_registration, &device);
	assert_false(sfi_is_borrowed(d, T_REGISTRATION, &device));
}

/* The memory that it lies in has another end: what then is there is not borrowed. */
static void memory_freed_while_borrowed(void **state)
{
	struct sfi_domain *d = *state;

	sfi_grant(d, &packets[0], sizeof(packets[0]));
	assert_true(sfi_borrow(d, &type_packet, &packets[0]));
	sfi_rights_unset(d, sfi_addr(&packets[0]), sizeof(packets[0]));
	sfi_unborrow(d, &type_packet, &packets[0]);
	assert_false(sfi_writable(d, sfi_addr(&packets[0]), 1));

	sfi_grant(d, &packets[0], sizeof(packets[0]));
	assert_true(sfi_borrow(d, &type_packet, &packets[0]));
	sfi_rights_set(d, sfi_addr(&packets[0]), sizeof(packets[0]), SFI_OVERWRITE);
	assert_true(sfi_embed(d, &type_timer, &packets[0], sizeof(struct timer), &test_arg));
	sfi_unborrow(d, &type_packet, &packets[0]);
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[0])), T_TIMER);
	assert_false(sfi_writable(d, sfi_addr(&packets[0]), 1));
}

/* So does an object in own memory, with which the borrowing ends: the next at the same place is another. */
static void embedded_end_while_borrowed(void **state)
{
	struct sfi_domain *d = *state;
	u64 i;

	for (i = 0; i < 2; i++) {
		sfi_grant(d, &packets[0], sizeof(packets[0]));
		assert_true(sfi_borrow(d, &type_packet, &packets[0]));
		if (i)
			sfi_unembed(d, &type_packet, &packets[0], sizeof(packets[0]), &test_arg);
		else
			sfi_check_no_objects(d, &packets[0], sizeof(packets), &test_arg);
		sfi_rights_unset(d, sfi_addr(&packets[0]), sizeof(packets[0]));
		assert_false(sfi_is_borrowed(d, T_PACKET, &packets[0]));
		sfi_acquire_hot(d, &type_packet, &packets[0], NULL);
		sfi_unborrow(d, &type_packet, &packets[0]);
		assert_int_equal(sfi_type_at(d, sfi_addr(&packets[0])), T_PACKET);
		sfi_release(d, &type_packet, &packets[0], &test_arg);
	}
	/* What is not in own memory has nothing to do with that. */
	assert_true(sfi_borrow(d, &type_packet, &packets[0]));
	sfi_check_no_objects(d, &packets[0], sizeof(packets), &test_arg);
	assert_true(sfi_is_borrowed(d, T_PACKET, &packets[0]));
	sfi_unborrow(d, &type_packet, &packets[0]);
}

/* Own memory that is acquired while it is borrowed, and then released, is own memory still. */
static void own_memory_acquired_while_borrowed(void **state)
{
	struct sfi_domain *d = *state;

	sfi_grant(d, &device, sizeof(device));
	assert_true(sfi_borrow(d, &type_device, &device));
	acquire(d, &device);
	acquire(d, &device);
	sfi_unborrow(d, &type_device, &device);
	assert_true(has_rights(d, &device));
	sfi_release(d, &type_device, &device, &test_arg);
	assert_true(has_rights(d, &device));
	sfi_release(d, &type_device, &device, &test_arg);
	assert_true(sfi_writable(d, sfi_addr(&device), sizeof(device)));
}

/* But not what it has been given beyond. */
static void own_memory_acquired_with_more(void **state)
{
	const size_t more = sizeof(device) + 64;
	struct sfi_domain *d = *state;
	char *p = aligned_alloc(64, 128);

	sfi_grant(d, p, sizeof(device));
	assert_true(sfi_borrow(d, &type_device, p));
	assert_non_null(sfi_acquire(d, &type_device, p, more, NULL, 0, 0, 0, 0));
	sfi_unborrow(d, &type_device, p);
	sfi_release(d, &type_device, p, &test_arg);
	assert_false(sfi_writable(d, sfi_addr(p) + sizeof(device), 1));
	free(p);
}

/* What has no structure is held by its record or its borrowing alone; and ends a field's right meanwhile. */
static void borrowed_without_a_structure(void **state)
{
	struct sfi_domain *d = *state;

	acquire(d, &device);
	assert_true(sfi_writable(d, sfi_addr(&device.private_2), 8));
	assert_true(sfi_borrow(d, &type_registration, &device));
	sfi_check_owned(d, &device, T_REGISTRATION, &test_arg);
	assert_false(sfi_writable(d, sfi_addr(&device.private_2), 8));
	assert_true(sfi_borrow(d, &type_registration, &device));
	sfi_unborrow(d, &type_registration, &device);
	assert_true(sfi_holds(d, T_REGISTRATION, &device));
	sfi_unborrow(d, &type_registration, &device);
	assert_false(sfi_holds(d, T_REGISTRATION, &device));
	assert_true(sfi_writable(d, sfi_addr(&device.private_2), 8));

	sfi_acquire(d, &type_registration, &device, 0, NULL, 0, 0, 0, 0);
	assert_false(sfi_borrow(d, &type_registration, &device));
}

/* With rights by hand, which other contexts wait for; and which may take the locks of all chains. */
static void check_locks(struct sfi_domain *d)
{
	u32 i;

	assert_false(sfi_port_lock_is_free(&d->borrow_lock));
	for (i = 0; i < ARRAY_SIZE(d->borrowings); i++)
		assert_true(sfi_port_lock_is_free(&d->borrowings[i].lock));
}

static void grant_logged(struct sfi_domain *d, void *obj)
{
	(void)obj;
	check_locks(d);
	test_log("grant ");
}

static void revoke_logged(struct sfi_domain *d, void *obj)
{
	(void)obj;
	check_locks(d);
	test_log("revoke ");
}

static void borrowed_with_rights_by_hand(void **state)
{
	const struct sfi_type by_hand = {
		.name = "by hand",
		.id = T_PACKET,
		.hot = true,
		.size = sizeof(struct packet),
		.grant = grant_logged,
		.revoke = revoke_logged,
	};
	struct sfi_domain *d = *state;

	assert_true(sfi_borrow(d, &by_hand, &packets[0]));
	assert_true(sfi_borrow(d, &by_hand, &packets[0]));
	assert_string_equal(test_logged, "grant ");
	sfi_unborrow(d, &by_hand, &packets[0]);
	assert_string_equal(test_logged, "grant ");
	sfi_unborrow(d, &by_hand, &packets[0]);
	assert_string_equal(test_logged, "grant revoke ");
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[0])), 0);
	assert_false(sfi_is_borrowed(d, T_PACKET, &packets[0]));
}

/* One function is enough for that; and what is acquired meanwhile is not revoked. */
static void borrowed_with_a_right_by_hand(void **state)
{
	const struct sfi_type granted = {
		.name = "granted",
		.id = T_PACKET,
		.hot = true,
		.size = sizeof(struct packet),
		.grant = grant_logged,
	};
	const struct sfi_type revoked = {
		.name = "revoked",
		.id = T_DEVICE,
		.size = sizeof(struct device),
		.revoke = revoke_logged,
	};
	struct sfi_domain *d = *state;

	assert_true(sfi_borrow(d, &granted, &packets[0]));
	sfi_unborrow(d, &granted, &packets[0]);
	assert_string_equal(test_logged, "grant ");
	assert_true(sfi_borrow(d, &revoked, &device));
	sfi_unborrow(d, &revoked, &device);
	assert_string_equal(test_logged, "grant revoke ");
	assert_true(sfi_borrow(d, &revoked, &device));
	sfi_acquire(d, &revoked, &device, 0, NULL, 0, 0, 0, 0);
	sfi_unborrow(d, &revoked, &device);
	assert_string_equal(test_logged, "grant revoke ");
	assert_true(has_rights(d, &device));
}

/*
 * What a call gives back after a recovery is not there any more; nor is what comes then at the same
 * place its own.
 */
static void given_back_after_recovery(void **state)
{
	struct sfi_domain *d = *state;

	assert_true(sfi_borrow(d, &type_device, &device));
	assert_true(sfi_borrow(d, &type_packet, &packets[2]));
	sfi_release_all(d);
	assert_false(has_rights(d, &device));
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[2])), 0);
	acquire(d, &device);
	sfi_acquire_hot(d, &type_packet, &packets[2], NULL);
	sfi_unborrow(d, &type_device, &device);
	sfi_unborrow(d, &type_packet, &packets[2]);
	assert_true(has_rights(d, &device));
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[2])), T_PACKET);
}

/* Who has looked at a type byte without a lock is told of what came and went meanwhile. */
static void a_borrowing_in_between_is_noticed(void **state)
{
	struct sfi_domain *d = *state;
	const struct sfi_borrowings *b = sfi_borrowings_of(d, &packets[0]);
	u32 before, after;

	assert_true(sfi_borrowings_none(b, &before));
	assert_true(sfi_borrowings_same(b, before));
	assert_true(sfi_borrow(d, &type_packet, &packets[0]));
	assert_false(sfi_borrowings_none(b, &after));
	sfi_unborrow(d, &type_packet, &packets[0]);
	assert_true(sfi_borrowings_none(b, &after));
	assert_false(sfi_borrowings_same(b, before));
}

static void the_nearest_is_described(void **state)
{
	struct sfi_domain *d = *state;
	char text[100] = "";

	acquire(d, &packets[0]);
	sfi_borrow(d, &type_packet, &packets[1]);
	assert_true(sfi_describe_near(d, sfi_addr(&packets[1]) + 5, text, sizeof(text)) > 0);
	assert_string_equal(text, "5 bytes into a packet of 64 bytes");
	assert_true(sfi_describe_near(d, sfi_addr(&packets[2]) + 5, text, sizeof(text)) > 0);
	assert_string_equal(text, "5 bytes past the end of a packet of 64 bytes");
	assert_true(sfi_describe_near(d, sfi_addr(&packets[0]) + 5, text, sizeof(text)) > 0);
	assert_string_equal(text, "5 bytes into a device of 64 bytes");

	/* What has no extent is near nothing; the nearer of a held and a borrowed one is it. */
	assert_true(sfi_borrow(d, &type_registration, (char *)&packets[1] + 3));
	assert_true(sfi_describe_near(d, sfi_addr(&packets[1]) + 5, text, sizeof(text)) > 0);
	assert_string_equal(text, "5 bytes into a packet of 64 bytes");
	acquire(d, &packets[2]);
	assert_true(sfi_describe_near(d, sfi_addr(&packets[2]) + 5, text, sizeof(text)) > 0);
	assert_string_equal(text, "5 bytes into a device of 64 bytes");
}

/* Whichever chain the one or the other is in. */
#define MANY 600
static struct device many[MANY];

static void all_chains_are_looked_at(void **state)
{
	struct sfi_domain *d = *state;
	char text[100];
	u32 i;

	for (i = 0; i < MANY; i++)
		assert_true(sfi_borrow(d, &type_device, &many[i]));
	for (i = 0; i < MANY; i++) {
		assert_true(sfi_describe_near(d, sfi_addr(&many[i]) + 5, text, sizeof(text)) > 0);
		assert_string_equal(text, "5 bytes into a device of 64 bytes");
	}
}

/* What is the domain's own is so with others in its chain. */
static void own_beside_borrowed(void **state)
{
	struct sfi_domain *d = *state;
	u32 i;

	for (i = 0; i < MANY; i++)
		assert_true(sfi_borrow(d, &type_device, &many[i]));
	sfi_acquire_hot(d, &type_packet, &packets[0], NULL);
	assert_false(sfi_borrow(d, &type_packet, &packets[0]));
	sfi_release(d, &type_packet, &packets[0], &test_arg);
	assert_int_equal(sfi_type_at(d, sfi_addr(&packets[0])), 0);
	sfi_acquire_hot(d, &type_packet, &packets[0], NULL);
	assert_true(sfi_take_back(d, &type_packet, &packets[0]));
}

/*
 * More objects than there are chains, each borrowed, acquired, given back and released again and again, in any order:
 * the rights are there if a call or the domain has them.
 */
static void whatever_comes_and_goes(void **state)
{
	static u32 calls[MANY], held[MANY]; /* that have it borrowed; records */
	struct sfi_domain *d = *state;
	u64 x = 88172645463325252ULL;
	u32 step, i;

	for (step = 0; step < 200000; step++) {
		i = test_random(&x) % MANY;
		switch (test_random(&x) % 4) {
		case 0:
			/* What is borrowed already, or not held, is to be given back. */
			assert_int_equal(sfi_borrow(d, &type_device, &many[i]), calls[i] || !held[i]);
			calls[i] += calls[i] || !held[i];
			break;
		case 1:
			if (calls[i]) {
				sfi_unborrow(d, &type_device, &many[i]);
				calls[i]--;
			}
			break;
		case 2:
			if (held[i] < 3) {
				acquire(d, &many[i]);
				held[i]++;
			}
			break;
		default:
			assert_int_equal(sfi_take_back(d, &type_device, &many[i]), held[i] > 0);
			held[i] -= held[i] > 0;
			break;
		}
		assert_int_equal(has_rights(d, &many[i]), calls[i] || held[i]);
		assert_int_equal(sfi_is_borrowed(d, T_DEVICE, &many[i]), calls[i] > 0);
	}
	for (i = 0; i < MANY; i++)
		assert_int_equal(has_rights(d, &many[i]), calls[i] || held[i]);
	sfi_release_all(d);
	for (i = 0; i < MANY; i++) {
		assert_false(has_rights(d, &many[i]));
		assert_false(sfi_is_borrowed(d, T_DEVICE, &many[i]));
	}
	assert_int_equal(sfi_domain_objects(d), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)
	const struct CMUnitTest tests[] = {
		TEST(borrowed_for_a_call),
		TEST(a_second_borrower_needs_no_memory),
		TEST(borrowed_memory_of_its_own),
		TEST(recovery_leaves_borrowed_objects_alone),
		TEST(acquired_while_borrowed),
		TEST(held_without_rights_yet),
		TEST(released_while_borrowed),
		TEST(acquired_twice_while_borrowed),
		TEST(borrowed_as_two_types),
		TEST(memory_freed_while_borrowed),
		TEST(embedded_end_while_borrowed),
		TEST(own_memory_acquired_while_borrowed),
		TEST(own_memory_acquired_with_more),
		TEST(borrowed_without_a_structure),
		TEST(borrowed_with_rights_by_hand),
		TEST(given_back_after_recovery),
		TEST(borrowed_with_a_right_by_hand),
		TEST(a_borrowing_in_between_is_noticed),
		TEST(the_nearest_is_described),
		TEST(all_chains_are_looked_at),
		TEST(own_beside_borrowed),
		TEST(whatever_comes_and_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
