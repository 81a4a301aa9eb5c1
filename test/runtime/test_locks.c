// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks and counts: put right where frames are skipped, and asked for where they return.
 */
#include "inside.h"

static int unlocked[8], nr_unlocked, locks[8];

static void unlock(void *lock)
{
	unlocked[nr_unlocked++] = *(int *)lock;
}

static void lock_everything(void)
{
	int i;

	for (i = 0; i < 3; i++) {
		locks[i] = i + 1;
		sfi_lock_taken(dom, &locks[i], "lock", unlock, &test_arg);
	}
	sfi_lock_dropped(dom, &locks[1], "lock", &test_arg);
	sfi_port_thread.irq_flags = 0;
	sfi_port_thread.preempt_count = 2;
	sfi_port_thread.rcu_depth = 1;
}

static void lock_and_violate(void)
{
	lock_everything();
	sfi_check_that(dom, false, &test_arg);
}

static void assert_put_right(void)
{
	assert_int_equal(nr_unlocked, 2);
	assert_int_equal(unlocked[0] + unlocked[1], 1 + 3);
	assert_false(sfi_locks_any(dom));
	assert_int_equal(sfi_port_thread.irq_flags, 0x200);
	assert_int_equal(sfi_port_thread.preempt_count, 0);
	assert_int_equal(sfi_port_thread.rcu_depth, 0);
}

static void unwinding_drops_locks(void **state)
{
	(void)state;
	nr_unlocked = 0;
	wrapper = lock_and_violate;
	assert_int_equal(enter(drv_wrapper), UNWOUND);
	assert_put_right();
}

static void returning_with_locks(void **state)
{
	(void)state;
	nr_unlocked = 0;
	wrapper = lock_everything;
	assert_int_equal(enter(drv_wrapper), 1); /* it did return */
	assert_put_right();
	assert_report(
		"lock imbalance: returns with a lock held (interrupts off, preempt count +2, RCU nesting +1)"
		" (taken by kernel_function)",
		"drv_wrapper+0x0 [test]");
}

static void lock_only(void)
{
	sfi_lock_taken(dom, &locks[0], "lock", unlock, &test_arg);
}

static void returning_with_a_lock_alone(void **state)
{
	(void)state;
	nr_unlocked = 0;
	wrapper = lock_only;
	assert_int_equal(enter(drv_wrapper), 1);
	assert_int_equal(nr_unlocked, 1);
	assert_report("lock imbalance: returns with a lock held (taken by kernel_function)",
		      "drv_wrapper+0x0 [test]");
}

static void change_preempt_count(void)
{
	sfi_port_thread.preempt_count--;
}

static void returning_with_other_counts(void **state)
{
	(void)state;
	sfi_port_thread.preempt_count = 1;
	wrapper = change_preempt_count;
	assert_int_equal(enter(drv_wrapper), 1);
	assert_int_equal(sfi_port_thread.preempt_count, 1);
	assert_report(
		"lock imbalance: returns with other counts than it was called with (preempt count -1)",
		"drv_wrapper+0x0 [test]");
}

static int inner_locks(int x)
{
	sfi_lock_taken(dom, &locks[0], "lock", unlock, &test_arg);
	locks[0] = 5;
	wrapper = requirement;
	assert_int_equal(enter(drv_wrapper), UNWOUND);
	/* The outer call's lock is none of the inner gate's business, nor is another context's. */
	assert_int_equal(nr_unlocked, 0);
	return x;
}

static void only_locks_of_skipped_frames(void **state)
{
	(void)state;
	nr_unlocked = 0;
	/* An interrupt took one before, at any stack pointer. */
	sfi_port_thread.level = 1;
	locks[3] = 9;
	sfi_lock_taken(dom, &locks[3], "lock", unlock, &test_arg);
	sfi_port_thread.level = 0;
	kernel_function = inner_locks;
	assert_int_equal(enter(drv_import), UNWOUND);
	assert_int_equal(nr_unlocked, 1);
	assert_int_equal(unlocked[0], 5);
	sfi_port_thread.level = 1;
	assert_true(sfi_lock_is_held(dom, &locks[3]));
	sfi_port_thread.level = 0;
	sfi_locks_reset(dom);
	assert_false(sfi_locks_any(dom));
}

static int others_lock(int x)
{
	sfi_lock_dropped(dom, &locks[0], "lock", &test_arg);
	return x;
}

static void another_contexts_lock(void **state)
{
	(void)state;
	sfi_port_thread.level = 2;
	sfi_lock_taken(dom, &locks[0], "lock", unlock, &test_arg);
	sfi_port_thread.level = 0;
	assert_int_equal(enter(drv_nothing),
			 42); /* somebody holds a lock: no imbalance of this call */
	assert_string_equal(test_logged, "");
	kernel_function = others_lock;
	assert_int_equal(enter(drv_import), UNWOUND);
	sfi_locks_reset(dom);
}

static int locks_too_many(int x)
{
	int i;

	for (i = 0; i < SFI_LOCKS; i++)
		sfi_lock_taken(dom, &locks[0], "lock", unlock, &test_arg);
	assert_string_equal(test_logged, "");
	nr_unlocked = 0;
	sfi_lock_taken(dom, &locks[1], "lock", unlock, &test_arg);
	assert_int_equal(nr_unlocked, 1);
	assert_string_equal(test_logged, "report:8 live>failed recover ");
	sfi_locks_reset(dom);
	return x;
}

static void too_many_locks(void **state)
{
	(void)state;
	kernel_function = locks_too_many;
	assert_int_equal(enter(drv_import), UNWOUND);
}

/* The second of the same kind has not its home's slot, and nor has the third, which is dropped first. */
static int locks_thrice(int x)
{
	char another[] = "lock";

	sfi_lock_taken(dom, &locks[0], another, unlock, &test_arg);
	sfi_lock_taken(dom, &locks[0], "lock", unlock, &test_arg);
	sfi_lock_taken(dom, &locks[0], "other", unlock, &test_arg);
	sfi_lock_dropped(dom, &locks[0], "other", &test_arg);
	sfi_lock_dropped(dom, &locks[0], "lock", &test_arg);
	assert_true(sfi_lock_is_held(dom, &locks[0]));
	sfi_lock_dropped(dom, &locks[0], "lock", &test_arg);
	assert_false(sfi_lock_is_held(dom, &locks[0]));
	assert_false(sfi_locks_any(dom));
	sfi_lock_taken(dom, &locks[0], "lock", unlock, &test_arg);
	nr_unlocked = 0;
	sfi_lock_dropped(dom, &locks[0], "other", &test_arg);
	return x;
}

static void one_lock_thrice(void **state)
{
	(void)state;
	kernel_function = locks_thrice;
	assert_int_equal(enter(drv_import), UNWOUND);
	assert_int_equal(nr_unlocked, 1);
	assert_report("argument p of kernel_function: not a lock that this context took",
		      "drv_import+0x");
}

static const struct sfi_arg *first_dropped;

/* A section within a section, of a call in between: it is the inner one's that ends, and the outer call has its own. */
static int section_inside(int x)
{
	sfi_lock_taken(dom, &locks[0], "lock", unlock, &test_arg);
	sfi_lock_dropped(dom, &locks[0], "lock", &test_arg);
	return x;
}

static int section_outside(int x)
{
	sfi_lock_taken(dom, &locks[0], "lock", unlock, &test_arg);
	kernel_function = section_inside;
	assert_int_equal(enter(drv_import), 1);
	assert_string_equal(test_logged, "");
	assert_int_equal(nr_unlocked, 0);
	assert_true(sfi_lock_is_held(dom, &locks[0]));
	assert_int_equal(sfi_locks_drop(dom, 0, ~0ULL, &first_dropped), 1);
	return x;
}

static void one_section_in_another(void **state)
{
	(void)state;
	nr_unlocked = 0;
	kernel_function = section_outside;
	assert_int_equal(enter(drv_import), 1);
	assert_int_equal(nr_unlocked, 1);
}

/* That interrupts were on is known until the domain is called anew. */
static int takes_with_irqs_on(int x)
{
	assert_false(sfi_lock_irqs_were_on(dom, &locks[0]));
	sfi_lock_taken_irqs(dom, &locks[0], "lock", unlock, &test_arg, true);
	sfi_lock_taken_irqs(dom, &locks[1], "lock", unlock, &test_arg, false);
	assert_true(sfi_lock_irqs_were_on(dom, &locks[0]));
	assert_false(sfi_lock_irqs_were_on(dom, &locks[1]));
	sfi_port_thread.level = 1;
	assert_false(sfi_lock_irqs_were_on(dom, &locks[0]));
	sfi_port_thread.level = 0;
	sfi_lock_dropped(dom, &locks[1], "lock", &test_arg);
	enter(drv_nothing);
	assert_false(sfi_lock_irqs_were_on(dom, &locks[0]));
	sfi_lock_dropped(dom, &locks[0], "lock", &test_arg);
	assert_false(sfi_lock_irqs_were_on(dom, &locks[0]));
	return x;
}

static void irqs_were_on(void **state)
{
	(void)state;
	kernel_function = takes_with_irqs_on;
	assert_int_equal(enter(drv_import), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		INSIDE_TEST(one_lock_thrice),
		INSIDE_TEST(one_section_in_another),
		INSIDE_TEST(irqs_were_on),
		INSIDE_TEST(unwinding_drops_locks),
		INSIDE_TEST(returning_with_locks),
		INSIDE_TEST(returning_with_a_lock_alone),
		INSIDE_TEST(returning_with_other_counts),
		INSIDE_TEST(only_locks_of_skipped_frames),
		INSIDE_TEST(another_contexts_lock),
		INSIDE_TEST(too_many_locks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
