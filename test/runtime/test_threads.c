// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads on one domain, under ThreadSanitizer: neighbouring slots of the
 * same leaves, leaves that several make at once, borrowings of one object,
 * locks, and a domain that closes while it is being entered.
 */
#include "support.h"
#include "../../runtime/core/object.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS 20000
#define BASE 0xffff888000000000ULL

static struct sfi_domain *dom;
static struct packet packet;

static void run_threads(void *(*fn)(void *))
{
	pthread_t threads[THREADS];
	intptr_t i;

	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fn, (void *)i), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

#define CHUNKS 8
#define OWN_SLOTS 64
static u32 wrong;

/*
 * Thread T's are slots T, T + THREADS, ... of each chunk: every eight-slot word is shared by all.
 * Half of the chunks want the directory entries of the other half.
 */
static u64 slot_of(u64 thread, u32 chunk, u32 n)
{
	return BASE + (u64)(chunk & 1) * SFI_DIR_SPAN + (u64)(chunk / 2) * SFI_CHUNK_SIZE +
	       (n * THREADS + thread) * SFI_SLOT_SIZE;
}

static void *use_slots(void *arg)
{
	u64 thread = (u64)(intptr_t)arg, random = 0x9e3779b97f4a7c15ULL + thread;
	bool mine[CHUNKS][OWN_SLOTS] = { { false } };
	u32 i, chunk, n;
	u8 cached;
	u64 a;

	for (i = 0; i < ROUNDS; i++) {
		chunk = test_random(&random) % CHUNKS;
		n = test_random(&random) % OWN_SLOTS;
		a = slot_of(thread, chunk, n);
		if (test_random(&random) & 1) {
			sfi_grant(dom, (void *)(uintptr_t)a, 8);
			mine[chunk][n] = true;
		} else {
			sfi_revoke(dom, (void *)(uintptr_t)a, 8);
			mine[chunk][n] = false;
		}
		chunk = test_random(&random) % CHUNKS;
		n = test_random(&random) % OWN_SLOTS;
		a = slot_of(thread, chunk, n);
		cached = sfi_dir_slot(dom, a);
		if (sfi_writable(dom, a, 8) != mine[chunk][n] || (cached && !mine[chunk][n]))
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		if (mine[chunk][n])
			sfi_guard(&test_self, a, 8);
	}
	return NULL;
}

static void neighbouring_slots(void **state)
{
	dom = *state;
	wrong = 0;
	run_threads(use_slots);
	assert_int_equal(wrong, 0);
	assert_int_equal(sfi_domain_state(dom), SFI_LIVE);
	assert_true(sfi_domain_memory(dom).covered <= (CHUNKS + 2) * SFI_CHUNK_SIZE);
}

static void borrow_one(void)
{
	if (!sfi_borrow(dom, &type_packet, &packet) ||
	    sfi_type_at(dom, sfi_addr(&packet)) != T_PACKET)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	sfi_unborrow(dom, &type_packet, &packet);
}

static void *borrow_packet(void *arg)
{
	u32 i;

	(void)arg;
	for (i = 0; i < ROUNDS / 4; i++)
		borrow_one();
	return NULL;
}

static void one_object_borrowed_by_all(void **state)
{
	dom = *state;
	wrong = 0;
	run_threads(borrow_packet);
	assert_int_equal(wrong, 0);
	assert_false(sfi_is_borrowed(dom, T_PACKET, &packet));
	assert_int_equal(sfi_domain_objects(dom), 0);
	assert_int_equal(sfi_type_at(dom, sfi_addr(&packet)), 0);
}

/*
 * Some borrow one packet, others look for a moment in which it is taken for the domain's own; packets that are, in all
 * chains, come and go meanwhile.
 */
static struct packet others[256];

static void *borrow_or_release(void *arg)
{
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		if ((intptr_t)arg % 2) {
			borrow_one();
		} else if ((intptr_t)arg % 4) {
			if (sfi_take_back(dom, &type_packet, &packet))
				__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		} else {
			sfi_acquire_hot(dom, &type_packet, &others[i % ARRAY_SIZE(others)], NULL);
			sfi_release(dom, &type_packet, &others[i % ARRAY_SIZE(others)], &test_arg);
		}
	}
	return NULL;
}

static void one_borrowed_others_released(void **state)
{
	dom = *state;
	wrong = 0;
	run_threads(borrow_or_release);
	assert_int_equal(wrong, 0);
	assert_int_equal(sfi_domain_state(dom), SFI_LIVE);
	assert_int_equal(sfi_type_at(dom, sfi_addr(&packet)), 0);
}

/* One acquires and releases what the others borrow: who has it finds it there. */
static struct device shared;

static void *borrow_or_acquire(void *arg)
{
	u32 i;

	for (i = 0; i < ROUNDS / 4; i++) {
		bool borrowed = arg && sfi_borrow(dom, &type_device, &shared);

		if (!arg)
			sfi_acquire(dom, &type_device, &shared, 0, NULL, 0, 0, 0, 0);
		if ((!arg || borrowed) && sfi_type_at(dom, sfi_addr(&shared)) != T_DEVICE)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		if (!arg)
			sfi_release(dom, &type_device, &shared, &test_arg);
		else if (borrowed)
			sfi_unborrow(dom, &type_device, &shared);
	}
	return NULL;
}

static void one_acquired_while_others_borrow(void **state)
{
	dom = *state;
	wrong = 0;
	run_threads(borrow_or_acquire);
	assert_int_equal(wrong, 0);
	assert_int_equal(sfi_domain_objects(dom), 0);
	assert_int_equal(sfi_type_at(dom, sfi_addr(&shared)), 0);
}

/*
 * Each round, two begin an object at one place at once, and free one packet at once: one begins it,
 * one frees it, and for the other it was there, or was not any more.
 */
static u32 arrived, begun, freed;
static u64 place[8] __attribute__((aligned(64)));

/* The N-th time that both are here. They spin, to go on at once. */
static void meet(u32 n)
{
	__atomic_fetch_add(&arrived, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < 2 * n)
		;
}

static void *begin_and_free(void *arg)
{
	bool first = !arg;
	u32 i, n = 0;

	for (i = 0; (intptr_t)arg < 2 && i < ROUNDS; i++) {
		if (first) {
			sfi_grant(dom, place, sizeof(place));
			sfi_acquire_hot(dom, &type_packet, &packet, NULL);
		}
		meet(++n);
		if (sfi_embed(dom, &type_timer, place, sizeof(struct timer), &test_arg))
			__atomic_fetch_add(&begun, 1, __ATOMIC_RELAXED);
		if (sfi_take_back(dom, &type_packet, &packet))
			__atomic_fetch_add(&freed, 1, __ATOMIC_RELAXED);
		meet(++n);
		if (first)
			sfi_unembed(dom, &type_timer, place, sizeof(struct timer), &test_arg);
		meet(++n);
	}
	return NULL;
}

static void one_object_of_all(void **state)
{
	dom = *state;
	begun = 0;
	freed = 0;
	arrived = 0;
	run_threads(begin_and_free);
	assert_int_equal(sfi_domain_state(dom), SFI_LIVE);
	assert_int_equal(begun, ROUNDS);
	assert_int_equal(freed, ROUNDS);
	assert_int_equal(sfi_domain_objects(dom), 0);
}

/*
 * One that frees memory waits for an object that just comes there: it has no type yet, and none any
 * more if the memory goes.
 */
static u32 coming, gone, gone_before;

static bool sound_in_time(const void *obj)
{
	u32 ms;

	(void)obj;
	__atomic_store_n(&coming, 1, __ATOMIC_RELEASE);
	for (ms = 0; ms < 100 && !__atomic_load_n(&gone, __ATOMIC_ACQUIRE); ms++)
		usleep(1000);
	gone_before = __atomic_load_n(&gone, __ATOMIC_ACQUIRE);
	return true;
}

static void *free_place(void *arg)
{
	while (!__atomic_load_n(&coming, __ATOMIC_ACQUIRE))
		sched_yield();
	sfi_release(dom, &type_memory, place, &test_arg);
	__atomic_store_n(&gone, 1, __ATOMIC_RELEASE);
	return arg;
}

static void memory_of_what_comes(void **state)
{
	static const struct sfi_type type = {
		.name = "slow", .id = 60, .hot = true, .size = 16, .sound = sound_in_time,
	};
	static const struct sfi_type *const types[] = { &type };
	pthread_t thread;

	dom = *state;
	coming = 0;
	gone = 0;
	assert_int_equal(sfi_types_register(types, 1, NULL), 0);
	sfi_acquire(dom, &type_memory, place, sizeof(place), NULL, 0, 0, 0, 0);
	assert_int_equal(pthread_create(&thread, NULL, free_place, NULL), 0);
	assert_true(sfi_embed(dom, &type, &place[6], 16, &test_arg));
	pthread_join(thread, NULL);
	assert_false(gone_before);
	assert_int_equal(sfi_type_at(dom, sfi_addr(&place[6])), 0);
	assert_false(sfi_writable(dom, sfi_addr(&place[0]), 8));
	assert_int_equal(sfi_domain_objects(dom), 0);
	sfi_types_unregister(types, 1);
}

static void *acquire_and_release(void *arg)
{
	static struct device devices[THREADS];
	struct device *device = &devices[(intptr_t)arg];
	u32 i;

	for (i = 0; i < ROUNDS / 4; i++) {
		sfi_acquire(dom, &type_device, device, 0, NULL, 0, 0, 0, 0);
		sfi_check_owned(dom, device, T_DEVICE, &test_arg);
		sfi_release(dom, &type_device, device, &test_arg);
	}
	return NULL;
}

static void objects_of_all(void **state)
{
	dom = *state;
	run_threads(acquire_and_release);
	assert_int_equal(sfi_domain_objects(dom), 0);
	assert_int_equal(sfi_domain_count(dom, SFI_COUNT_released), (u64)THREADS * (ROUNDS / 4));
	assert_int_equal(sfi_domain_state(dom), SFI_LIVE);
}

static void no_unlock(void *lock)
{
	(void)lock;
}

/* A lock that many hold at once, as readers do: each has its own record. */
static void *take_locks(void *arg)
{
	static int lock;
	u32 i;

	(void)arg;
	for (i = 0; i < ROUNDS; i++) {
		sfi_lock_taken(dom, &lock, "lock", no_unlock, &test_arg);
		sfi_lock_dropped(dom, &lock, "lock", &test_arg);
	}
	return NULL;
}

static void locks_of_all(void **state)
{
	dom = *state;
	run_threads(take_locks);
	assert_int_equal(sfi_domain_state(dom), SFI_LIVE);
	assert_int_equal(dom->lock_map[0], 0);
}

static u32 in_driver;

static void *enter_until_closed(void *arg)
{
	SFI_DEFINE_GATE(g);

	(void)arg;
	while (sfi_gate_enter(&g, &test_entry)) {
		__atomic_fetch_add(&in_driver, 1, __ATOMIC_RELAXED);
		__atomic_fetch_sub(&in_driver, 1, __ATOMIC_RELAXED);
		sfi_gate_leave(&g);
	}
	return NULL;
}

static void *close_and_wait(void *arg)
{
	(void)arg;
	while (sfi_domain_count(dom, SFI_COUNT_entered) < 1000)
		sched_yield();
	sfi_domain_fail(dom);
	sfi_port_barrier_all();
	while (sfi_domain_inside(dom))
		sched_yield();
	/* From here on nobody is in the driver, for ever. */
	if (__atomic_load_n(&in_driver, __ATOMIC_RELAXED))
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	return NULL;
}

static void closing_while_entered(void **state)
{
	pthread_t closer;
	u32 round;

	dom = *state;
	wrong = 0;
	for (round = 0; round < 20; round++) {
		pthread_create(&closer, NULL, close_and_wait, NULL);
		run_threads(enter_until_closed);
		pthread_join(closer, NULL);
		assert_int_equal(wrong, 0);
		assert_int_equal(in_driver, 0);
		test_domain_end(dom);
		dom = test_domain_new();
	}
	*state = dom;
}

static void *fail_now(void *arg)
{
	(void)arg;
	sfi_internal_error(dom, "all at once");
	return NULL;
}

static void one_report_of_many_failures(void **state)
{
	u32 round;

	dom = *state;
	for (round = 0; round < 50; round++) {
		test_log_clear();
		run_threads(fail_now);
		assert_string_equal(test_logged, round ? "report:8 loading>failed recover " :
							 "report:8 live>failed recover ");
		assert_int_equal(dom->violations, 1);
		test_domain_end(dom);
		dom = test_domain_new();
	}
	*state = dom;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)
	const struct CMUnitTest tests[] = {
		TEST(neighbouring_slots),
		TEST(one_object_borrowed_by_all),
		TEST(one_borrowed_others_released),
		TEST(one_acquired_while_others_borrow),
		TEST(one_object_of_all),
		TEST(memory_of_what_comes),
		TEST(objects_of_all),
		TEST(locks_of_all),
		TEST(closing_while_entered),
		TEST(one_report_of_many_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
