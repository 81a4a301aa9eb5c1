// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gates: found while they live and never otherwise, unwound one at a time.
 */
#include "inside.h"

static void calls_and_returns(void **state)
{
	(void)state;
	assert_int_equal(enter(drv_nothing), 42);
	assert_int_equal(sfi_domain_count(dom, SFI_COUNT_entered), 1);
	assert_int_equal(sfi_domain_inside(dom), 0);
	sfi_domain_fail(dom);
	assert_int_equal(enter(drv_nothing), REFUSED);
	assert_int_equal(sfi_domain_count(dom, SFI_COUNT_refused), 1);
	assert_int_equal(sfi_domain_inside(dom), 0);
}

static int sees_inside(int x)
{
	struct sfi_gate *g = sfi_gate_find(sfi_here());

	assert_non_null(g);
	assert_ptr_equal(g->domain, dom);
	assert_int_equal(sfi_domain_inside(dom), 1);
	assert_ptr_equal(sfi_domain_of_ip(sfi_addr(sfi_onbehalf_begin), sfi_here()), dom);
	return x;
}

static void gate_is_found_while_it_lives(void **state)
{
	(void)state;
	assert_null(sfi_gate_find(sfi_here()));
	kernel_function = sees_inside;
	assert_int_equal(enter(drv_import), 1);
	assert_null(sfi_gate_find(sfi_here()));
}

/* What a scan must pass over, on the stack below a live gate. */
static int with_decoys(int x)
{
	struct sfi_gate *live = sfi_gate_find(sfi_here()), decoys[3];
	u64 below = sfi_addr(decoys);
	struct sfi_domain unknown;

	/* A copy, one that was left, one that the driver composed in a local that it may write. */
	decoys[0] = *live;
	decoys[1] = *live;
	decoys[1].cookie = 0;
	decoys[2] = *live;
	decoys[2].cookie = SFI_GATE_COOKIE ^ sfi_addr(&decoys[2]);
	__asm__ volatile("" : : "r"(decoys) : "memory");
	/* Nothing but that right tells the last from a gate. */
	assert_ptr_equal(sfi_gate_find(below), &decoys[2]);
	sfi_grant(dom, &decoys[2], sizeof(decoys[2]));
	assert_ptr_equal(sfi_gate_find(below), live);
	sfi_revoke(dom, &decoys[2], sizeof(decoys[2]));
	/* Nor is it one if it names no domain. */
	decoys[2].domain = &unknown;
	barrier();
	assert_ptr_equal(sfi_gate_find(below), live);
	return x;
}

static void decoys_are_passed_over(void **state)
{
	(void)state;
	kernel_function = with_decoys;
	assert_int_equal(enter(drv_import), 1);
}

static int fails_quietly(int x)
{
	sfi_domain_fail(dom);
	return x;
}

static void import_returns_into_a_failed_domain(void **state)
{
	(void)state;
	kernel_function = fails_quietly;
	assert_int_equal(enter(drv_import), UNWOUND);
	assert_int_equal(sfi_domain_inside(dom), 0);
	assert_string_equal(test_logged, "live>failed recover ");
}

static int inner_result, kernel_frame_returned;

static int calls_back(int x)
{
	inner_result = enter(drv_store);
	/* A kernel frame is never skipped: it gets the failure and returns as it would. */
	kernel_frame_returned++;
	return x;
}

static void nested_gates_unwind_one_at_a_time(void **state)
{
	(void)state;
	kernel_function = calls_back;
	store_at = 0x1000;
	assert_int_equal(enter(drv_import), UNWOUND);
	assert_int_equal(inner_result, UNWOUND);
	assert_int_equal(kernel_frame_returned, 1);
	assert_report("wild store of size 8 at 0000000000001000 (unknown)", "drv_store+0x");
}

/* The driver's function that fails changes all that a gate keeps. */
static int unbalances_and_fails(int x)
{
	sfi_port_thread.irq_flags ^= 0x200;
	sfi_port_thread.preempt_count += 3;
	sfi_port_thread.rcu_depth++;
	sfi_domain_fail(dom);
	return x;
}

/* In each kind of context, what the gate found is there again when it is left by the unwinder. */
static void every_context_is_as_it_was(void **state)
{
	static const struct sfi_port_thread contexts[] = {
		{ .irq_flags = 0x200 },                                           /* a task */
		{ .irq_flags = 0x200, .preempt_count = 1, .rcu_depth = 1 },       /* one that may not sleep */
		{ .irq_flags = 0, .preempt_count = 0x10000, .level = 1 },         /* hard interrupt */
		{ .irq_flags = 0x200, .preempt_count = 0x100, .level = 2 },       /* softirq */
		{ .irq_flags = 0, .preempt_count = 0x100, .rcu_depth = 2, .level = 2 },
	};
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(contexts); i++) {
		sfi_port_thread.irq_flags = contexts[i].irq_flags;
		sfi_port_thread.preempt_count = contexts[i].preempt_count;
		sfi_port_thread.rcu_depth = contexts[i].rcu_depth;
		sfi_port_thread.level = contexts[i].level;
		kernel_function = unbalances_and_fails;
		assert_int_equal(enter(drv_import), UNWOUND);
		assert_int_equal(sfi_port_thread.irq_flags, contexts[i].irq_flags);
		assert_int_equal(sfi_port_thread.preempt_count, contexts[i].preempt_count);
		assert_int_equal(sfi_port_thread.rcu_depth, contexts[i].rcu_depth);
		assert_int_equal(sfi_domain_inside(dom), 0);
		assert_null(sfi_gate_find(sfi_here()));
		assert_true(sfi_domain_move(dom, SFI_FAILED, SFI_RECOVERING));
		sfi_domain_reset(dom);
		assert_true(sfi_domain_move(dom, SFI_RECOVERING, SFI_LOADING));
		assert_true(sfi_domain_move(dom, SFI_LOADING, SFI_LIVE));
	}
	sfi_port_thread.level = 0;
}

static int depth, frames_returned;
static struct sfi_gate *outer;

/* The kernel calls the driver, which calls the kernel, and so on; the innermost fails. */
static int goes_deeper(int x)
{
	struct sfi_gate *g = sfi_gate_find(sfi_here());

	/* Each level finds its own gate, below that of the level before. */
	assert_non_null(g);
	assert_true(!outer || g < outer);
	outer = g;
	if (--depth)
		assert_int_equal(enter(drv_import), UNWOUND);
	else
		sfi_domain_fail(dom);
	/* Below, there is none any more, and this level's is the innermost again. */
	assert_true(sfi_gate_find(sfi_here()) == g);
	frames_returned++;
	return x;
}

static void deeply_nested_gates(void **state)
{
	(void)state;
	depth = 16;
	frames_returned = 0;
	outer = NULL;
	kernel_function = goes_deeper;
	assert_int_equal(enter(drv_import), UNWOUND);
	assert_int_equal(frames_returned, 16);
	assert_int_equal(sfi_domain_inside(dom), 0);
}

/* Frames that were popped keep what they held: a gate among it is none, left or unwound. */
static __attribute__((__noinline__)) void look_through_old_frames(void)
{
	u64 frame[512], i, cookies = 0;

	/* Not initialized: what was on the stack. */
	__asm__ volatile("" : : "r"(frame) : "memory");
	for (i = 0; i < ARRAY_SIZE(frame); i++)
		cookies += *(volatile u64 *)&frame[i] == (SFI_GATE_COOKIE ^ sfi_addr(&frame[i]));
	assert_int_equal(cookies, 0);
	assert_null(sfi_gate_find(sfi_addr(frame)));
}

static void stale_frames_hold_no_gate(void **state)
{
	(void)state;
	assert_int_equal(enter(drv_nothing), 42);
	look_through_old_frames();
	kernel_function = fails_quietly;
	assert_int_equal(enter(drv_import), UNWOUND);
	look_through_old_frames();
	assert_int_equal(enter(drv_nothing), REFUSED);
	look_through_old_frames();
}

/* Two calls deep: the outer one is of another kind than the inner one. */
static int looks_out(int x)
{
	struct sfi_gate *inner = sfi_gate_find(sfi_here());
	struct sfi_gate *outer = sfi_gate_find(sfi_addr(inner + 1));
	const struct sfi_domain *other = (const void *)&test_self;

	assert_true(sfi_within(dom, inner->entry->kind));
	assert_false(sfi_within(other, inner->entry->kind));
	assert_non_null(outer);
	assert_false(sfi_within(dom, "outer"));
	((struct sfi_entry *)outer->entry)->kind = "outer";
	assert_true(sfi_within(dom, "outer"));
	assert_false(sfi_within(dom, "out"));
	return x;
}

static int calls_in_again(int x)
{
	kernel_function = looks_out;
	return enter(drv_import) * x;
}

static void callbacks_are_known_from_deep_within(void **state)
{
	(void)state;
	assert_false(sfi_within(dom, "outer"));
	kernel_function = calls_in_again;
	assert_int_equal(enter(drv_import), 1);
	assert_false(sfi_within(dom, "outer"));
}

/* Nobody clears a gate: what is read of one that is entered has been set, the stack pointer by which a fault is told too. */
static void a_gate_is_entered_over_rubbish(void **state)
{
	struct sfi_gate g;

	(void)state;
	memset(&g, 0xa5, sizeof(g));
	assert_true(sfi_gate_enter(&g, &test_entry));
	assert_int_equal(g.cookie, SFI_GATE_COOKIE ^ sfi_addr(&g));
	assert_ptr_equal(g.domain, dom);
	assert_ptr_equal(g.entry, &test_entry);
	assert_int_equal(g.regs[SFI_GATE_SP], 0);
	sfi_gate_leave(&g);
	assert_int_equal(g.cookie, 0);
	assert_int_equal(sfi_domain_state(dom), SFI_LIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		INSIDE_TEST(a_gate_is_entered_over_rubbish),
		INSIDE_TEST(calls_and_returns),
		INSIDE_TEST(gate_is_found_while_it_lives),
		INSIDE_TEST(decoys_are_passed_over),
		INSIDE_TEST(import_returns_into_a_failed_domain),
		INSIDE_TEST(nested_gates_unwind_one_at_a_time),
		INSIDE_TEST(deeply_nested_gates),
		INSIDE_TEST(every_context_is_as_it_was),
		INSIDE_TEST(stale_frames_hold_no_gate),
		INSIDE_TEST(callbacks_are_known_from_deep_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
