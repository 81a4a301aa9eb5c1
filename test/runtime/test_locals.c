// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rights of the stack's locals, and objects that lie there.
 */
#include "inside.h"

static u64 local_addr;
static struct timer *local_timer;

DRIVER int drv_locals(int x)
{
	u64 local[4];

	local_addr = sfi_addr(local);
	sfi_local_grant(&test_self, local_addr, sizeof(local));
	sfi_guard(&test_self, local_addr, 32);
	sfi_local_revoke(&test_self, local_addr, sizeof(local));
	assert_false(sfi_writable(dom, local_addr, 8));
	sfi_local_grant(&test_self, local_addr, sizeof(local));
	sfi_guard(&test_self, local_addr + 8, 32);
	return x;
}

static void unwinding_takes_locals_rights(void **state)
{
	(void)state;
	assert_int_equal(enter(drv_locals), UNWOUND);
	assert_non_null(strstr(test_report_line(dom), "this stack, not a granted local"));
	assert_false(sfi_writable(dom, local_addr, 1));
}

DRIVER int drv_timer_on_stack(int x)
{
	struct timer t __attribute__((aligned(8))) = { .pending = true };

	local_timer = &t;
	sfi_local_grant(&test_self, sfi_addr(&t), sizeof(t));
	sfi_embed(dom, &type_timer, &t, sizeof(t), &test_arg);
	if (x)
		requirement();
	sfi_local_revoke(&test_self, sfi_addr(&t), sizeof(t));
	return t.pending;
}

/* Who ends it may have to wait: not with what the driver has switched off. */
static u32 preempt_count_at_release;

static void note_preempt_count(void *obj)
{
	(void)obj;
	preempt_count_at_release = sfi_port_thread.preempt_count;
}

static const struct sfi_type type_waiter = {
	.name = "waiter",
	.id = 63,
	.size = 16,
	.release = note_preempt_count,
};

DRIVER int drv_waiter_on_stack(int x)
{
	u64 waiter[2];

	sfi_local_grant(&test_self, sfi_addr(waiter), sizeof(waiter));
	sfi_embed(dom, &type_waiter, waiter, sizeof(waiter), &test_arg);
	sfi_port_thread.preempt_count += 3;
	requirement();
	return x;
}

static void objects_end_where_waiting_is_allowed(void **state)
{
	static const struct sfi_type *const types[] = { &type_waiter };

	(void)state;
	assert_int_equal(sfi_types_register(types, 1, NULL), 0);
	preempt_count_at_release = 99;
	assert_int_equal(enter(drv_waiter_on_stack), UNWOUND);
	assert_int_equal(preempt_count_at_release, 0);
	sfi_types_unregister(types, 1);
}

static int timer_on_stack_of_return(int x)
{
	return drv_timer_on_stack(x - 1);
}

static void object_on_an_unwound_stack_is_released(void **state)
{
	(void)state;
	assert_int_equal(enter(drv_timer_on_stack), UNWOUND);
	assert_string_equal(test_logged, "report:2 live>failed recover timer ");
	assert_int_equal(sfi_domain_objects(dom), 0);
}

static void returning_with_a_busy_local(void **state)
{
	(void)state;
	assert_int_equal(enter(timer_on_stack_of_return), UNWOUND);
	assert_report("bad object: returns while the kernel uses a local (timer)",
		      "drv_timer_on_stack+0x");
}

static void unlock_nothing(void *lock)
{
	(void)lock;
}

DRIVER int drv_lock_on_stack(int x)
{
	u64 lock;

	sfi_local_grant(&test_self, sfi_addr(&lock), sizeof(lock));
	sfi_lock_taken(dom, &lock, "a lock", unlock_nothing, &test_arg);
	sfi_local_revoke(&test_self, sfi_addr(&lock), sizeof(lock));
	return x;
}

/* It is granted and taken back wherever it lies, whatever the directory knows, and whatever others hold. */
static void assert_local(u64 addr, u64 size)
{
	sfi_local_grant(&test_self, addr, size);
	assert_true(sfi_writable(dom, addr, size));
	assert_false(sfi_writable(dom, addr - 8, 8));
	assert_false(sfi_writable(dom, addr + size, 8));
	sfi_local_revoke(&test_self, addr, size);
	for (u64 a = addr; a < addr + size; a += 8)
		assert_int_equal(sfi_slot_at(dom, a), 0);
}

static void locals_anywhere(void **state)
{
	static char space[4 * SFI_CHUNK_SIZE];
	u64 border = (sfi_addr(space) | (SFI_CHUNK_SIZE - 1)) + 1, lock, i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_local(border, 8);
		assert_local(border + 64, 4096);
		assert_local(border - 16, 32);
		assert_local(border + SFI_CHUNK_SIZE - 8, 8);
		sfi_grant(dom, (void *)(border + 512 + SFI_DIR_SPAN), 8);
		assert_local(border, 8);
	}
	sfi_lock_taken(dom, &lock, "a lock", unlock_nothing, &test_arg);
	assert_local(border + 128, 8);
	assert_local(border - 16, 32);
	sfi_lock_dropped(dom, &lock, "a lock", &test_arg);
	/* What unused entries of the directory name must stay nothing. */
	assert_local(0x2000, 16);
	for (i = 0; i < SFI_LEAF_SLOTS; i++)
		assert_int_equal(dom->nowhere.slots[i], 0);
}

static void returning_with_a_locked_local(void **state)
{
	(void)state;
	assert_int_equal(enter(drv_lock_on_stack), UNWOUND);
	assert_report("bad object: returns while a local is a held lock (a lock)",
		      "drv_lock_on_stack+0x");
	assert_int_equal(dom->lock_map[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		INSIDE_TEST(unwinding_takes_locals_rights),
		INSIDE_TEST(object_on_an_unwound_stack_is_released),
		INSIDE_TEST(objects_end_where_waiting_is_allowed),
		INSIDE_TEST(returning_with_a_busy_local),
		INSIDE_TEST(locals_anywhere),
		INSIDE_TEST(returning_with_a_locked_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
