// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gates and what ends at them: every detector's report, unwinding past frames,
 * nested and stale gates, locks and counts put right, real faults sent to the
 * landing.
 */
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <ucontext.h>

static struct device device;
static struct packet packet;
static struct sfi_domain *dom;

#define UNWOUND (-1)
#define REFUSED (-2)

/* As the generator makes them: calls FN as a callback of the domain. */
static __attribute__((__noinline__)) int enter_entry(const struct sfi_entry *e, int x)
{
	struct sfi_gate g;
	int ret = UNWOUND;

	if (!sfi_gate_enter(&g, e))
		return REFUSED;
	if (!sfi_gate_save(&g))
		ret = ((int (*)(int))e->fn)(x);
	sfi_gate_leave(&g);
	return ret;
}

static int enter(int (*fn)(int x))
{
	struct sfi_entry e = test_entry;

	e.fn = fn;
	return enter_entry(&e, 1);
}

/* An import wrapper: comes back to its caller unless the domain has failed meanwhile. */
static __attribute__((__noinline__)) int import(int (*fn)(int x), int x)
{
	struct sfi_domain *d = sfi_import_enter(&test_self);
	int ret = fn(x);

	sfi_import_leave(d);
	return ret;
}

/* The whole first line, the driver's functions being in one section and lines being theirs. */
static void assert_report(const char *what, const char *by)
{
	const char *line = test_report_line(dom);
	char wanted[512];
	int n = snprintf(wanted, sizeof(wanted), "sfi: VIOLATION in test: %s by %s", what, by);

	if (strncmp(line, wanted, (size_t)n)) {
		print_error("report: %s\nwanted: %s\n", line, wanted);
		fail();
	}
	assert_int_equal(sfi_domain_state(dom), SFI_FAILED);
	assert_int_equal(dom->violations, 1);
	assert_int_equal(sfi_domain_inside(dom), 0);
}

static int setup(void **state)
{
	sfi_port_thread.irq_flags = 0x200;
	sfi_port_thread.preempt_count = 0;
	sfi_port_thread.rcu_depth = 0;
	sfi_port_thread.level = 0;
	if (test_setup(state))
		return -1;
	dom = *state;
	return 0;
}

/* === The driver's functions === */

DRIVER int drv_nothing(int x)
{
	return x + 41;
}

static u64 store_at;

DRIVER int drv_store(int x)
{
	sfi_guard(&test_self, store_at, 8);
	barrier();
	return x;
}

DRIVER int drv_memset(int x)
{
	sfi_memset(&test_self, (void *)(uintptr_t)store_at, 0, 64);
	barrier();
	return x;
}

static const void *call_target;
static u32 call_type;

DRIVER int drv_icall(int x)
{
	sfi_icall(&test_self, call_target, call_type);
	barrier();
	return x;
}

DRIVER int drv_recurse(int x)
{
	volatile char frame[256];

	frame[0] = (char)x;
	sfi_stack(&test_self);
	return x ? drv_recurse(x + 1) + frame[0] : 0;
}

static void (*wrapper)(void);

DRIVER int drv_wrapper(int x)
{
	wrapper();
	barrier();
	return x;
}

static int (*kernel_function)(int x);

DRIVER int drv_import(int x)
{
	x = import(kernel_function, x);
	barrier();
	return x;
}

/* === Gates === */

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

/* === Stores and calls === */

static void wild_store(void **state)
{
	(void)state;
	store_at = 8;
	assert_int_equal(enter(drv_store), UNWOUND);
	assert_report("wild store of size 8 at 0000000000000008 (NULL pointer)", "drv_store+0x");
	assert_string_equal(test_logged, "report:0 live>failed recover ");
}

static void right_store(void **state)
{
	(void)state;
	store_at = sfi_addr(&test_global[1]);
	assert_int_equal(enter(drv_store), 1);
	store_at = sfi_addr(&test_global[3]) + 1;
	assert_int_equal(enter(drv_store), UNWOUND);
}

static void store_past_the_end_names_the_object(void **state)
{
	char wanted[128], *p = aligned_alloc(8, 256);

	(void)state;
	sfi_acquire(dom, &type_memory, p, 96, NULL, 0, 0, 0, 0);
	store_at = sfi_addr(p) + 104;
	assert_int_equal(enter(drv_store), UNWOUND);
	snprintf(wanted, sizeof(wanted),
		 "wild store of size 8 at %016llx (8 bytes past the end of a memory of 96 bytes)",
		 (unsigned long long)store_at);
	assert_report(wanted, "drv_store+0x");
	free(p);
}

static void wild_memset_changes_nothing(void **state)
{
	u64 victim[8] = { 7, 7, 7, 7, 7, 7, 7, 7 };

	(void)state;
	sfi_grant(dom, victim, 32);
	store_at = sfi_addr(victim);
	assert_int_equal(enter(drv_memset), UNWOUND);
	assert_int_equal(victim[0], 7);
	assert_non_null(strstr(test_report_line(dom), "wild store of size 64"));
	assert_non_null(strstr(test_report_line(dom), "by drv_memset+0x"));
}

static void memory_functions_work(void **state)
{
	char *buf = aligned_alloc(8, 64), *expect = malloc(64);
	size_t from, to, n;

	(void)state;
	sfi_grant(dom, buf, 64);
	for (from = 0; from < 24; from++) {
		for (to = 0; to < 24; to++) {
			for (n = 0; n <= 40; n += from % 3 + 1) {
				size_t i;

				for (i = 0; i < 64; i++)
					buf[i] = expect[i] = (char)i;
				memmove(expect + to, expect + from, n);
				sfi_memmove(&test_self, buf + to, buf + from, n);
				assert_memory_equal(buf, expect, 64);
				memset(expect + from, (int)to | 0x80, n);
				sfi_memset(&test_self, buf + from, (u32)to | 0x80, n);
				assert_memory_equal(buf, expect, 64);
			}
		}
	}
	sfi_memcpy(&test_self, buf, "0123456789", 11);
	assert_string_equal(buf, "0123456789");
	free(buf);
	free(expect);
}

static void indirect_calls(void **state)
{
	(void)state;
	call_target = test_callback;
	call_type = 11;
	assert_int_equal(enter(drv_icall), 1);
	call_type = 33;
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_non_null(strstr(test_report_line(dom),
			       ": a function of another type (test_callback) by drv_icall+0x"));
	assert_int_equal(sfi_domain_count(dom, SFI_COUNT_icalls), 2);
}

static void indirect_call_of_a_gate(void **state)
{
	(void)state;
	call_target = test_gate;
	call_type = 11;
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_non_null(strstr(test_report_line(dom), ": a gate, which is for the kernel to call ("));
}

static void indirect_call_of_a_kernel_function(void **state)
{
	(void)state;
	call_target = strlen;
	call_type = 33;
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_non_null(strstr(test_report_line(dom),
			       ": a kernel function, whose arguments would not be checked (strlen)"));
}

static void indirect_call_of_no_function(void **state)
{
	(void)state;
	call_target = (const void *)((const char *)test_callback + 1);
	call_type = 11;
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_non_null(
		strstr(test_report_line(dom), ": not a function of the driver's by drv_icall+0x"));
}

static void indirect_call_of_null(void **state)
{
	(void)state;
	call_target = NULL;
	call_type = 11;
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_report("indirect call of 0000000000000000: NULL", "drv_icall+0x");
}

/* Calls of functions that are no target at all have type 0 in the table. */
static void indirect_call_without_a_type(void **state)
{
	(void)state;
	call_target = test_callback;
	call_type = 0;
	assert_int_equal(enter(drv_icall), UNWOUND);
}

static int recurse_in_thread_result;

static void *recurse_in_thread(void *unused)
{
	(void)unused;
	recurse_in_thread_result = enter(drv_recurse);
	return NULL;
}

static void runaway_recursion(void **state)
{
	pthread_attr_t attr;
	pthread_t thread;

	(void)state;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 1 << 17);
	assert_int_equal(pthread_create(&thread, &attr, recurse_in_thread, NULL), 0);
	pthread_join(thread, NULL);
	assert_int_equal(recurse_in_thread_result, UNWOUND);
	assert_non_null(strstr(test_report_line(dom), "stack overflow ("));
	assert_non_null(strstr(test_report_line(dom), "by drv_recurse+0x"));
}

/* === Arguments === */

static void *memory;

static void owned_null(void)
{
	sfi_check_owned(dom, NULL, T_DEVICE, &test_arg);
}
static void owned_foreign(void)
{
	sfi_check_owned(dom, &packet, T_DEVICE, &test_arg);
}
static void owned_type(void)
{
	sfi_check_owned(dom, &device, T_PACKET, &test_arg);
}
static void owned_interior(void)
{
	sfi_check_owned(dom, (char *)&device + 8, T_DEVICE, &test_arg);
}
static void owned_memory(void)
{
	sfi_check_owned(dom, test_global, T_DEVICE, &test_arg);
}
static void release_foreign(void)
{
	sfi_release(dom, &type_device, &packet, &test_arg);
}
static void release_interior(void)
{
	sfi_release(dom, &type_memory, (char *)memory + 16, &test_arg);
}
static void release_borrowed(void)
{
	sfi_borrow(dom, &type_packet, &packet);
	sfi_release(dom, &type_packet, &packet, &test_arg);
}
static void release_twice(void)
{
	sfi_release(dom, &type_memory, memory, &test_arg);
	sfi_release(dom, &type_memory, memory, &test_arg);
}
static void release_other_arguments(void)
{
	const u64 args[4] = { 0, 2, 0, 0 };

	sfi_release_args(dom, &type_memory, memory, args, 2, &test_arg);
}
static void release_busy(void)
{
	struct timer *t = (struct timer *)((char *)memory + 64);

	sfi_embed(dom, &type_timer, t, sizeof(*t), &test_arg);
	t->pending = true;
	sfi_release(dom, &type_memory, memory, &test_arg);
}
static void release_registered(void)
{
	sfi_acquire(dom, &type_registration, &device, 0, NULL, 0, 0, 0, 0);
	sfi_release(dom, &type_device, &device, &test_arg);
}
static void embed_foreign(void)
{
	sfi_embed(dom, &type_timer, &packet, 8, &test_arg);
}
static void unembed_nothing(void)
{
	sfi_unembed(dom, &type_timer, memory, 8, &test_arg);
}
static void write_past(void)
{
	sfi_check_writable(dom, memory, 129, &test_arg);
}
static void read_null(void)
{
	sfi_check_readable(dom, NULL, 1, &test_arg);
}
static void read_wrap(void)
{
	sfi_check_readable(dom, &packet, ~(size_t)0, &test_arg);
}
static void callback_foreign(void)
{
	sfi_check_callback(dom, drv_nothing, "ops__call", &test_arg);
}
static void callback_kind(void)
{
	sfi_check_callback(dom, test_gate, "ops__other", &test_arg);
}
static void constant_foreign(void)
{
	sfi_check_constant(dom, test_global, 8, &test_arg);
}
static void module_foreign(void)
{
	sfi_check_module(dom, (struct module *)&packet, &test_arg);
}
static void requirement(void)
{
	sfi_check_that(dom, false, &test_arg);
}
static void unlock_foreign(void)
{
	sfi_lock_dropped(dom, &packet, &test_arg);
}

#define ARG "argument p of kernel_function: "
static const struct {
	void (*call)(void);
	const char *report;
} arguments[] = {
	{ owned_null, ARG "is NULL" },
	{ owned_foreign, ARG "foreign object (not a device of this domain)" },
	{ owned_type, ARG "wrong type (a device, not a packet)" },
	{ owned_interior, ARG "interior pointer (8 bytes into a device)" },
	{ owned_memory, ARG "not an object (own memory of the driver, not a device)" },
	{ release_foreign, ARG "foreign object (not a device of this domain)" },
	{ release_interior, ARG "interior pointer (16 bytes into a memory)" },
	{ release_borrowed, ARG "only borrowed (the packet is the caller's)" },
	{ release_twice, ARG "double free (the memory was released already)" },
	{ release_other_arguments, ARG "other arguments (the memory was acquired with others)" },
	{ release_busy, ARG "frees memory that holds a live object (timer at offset 64)" },
	{ release_registered,
	  ARG "frees memory that holds a live object (registration at offset 0)" },
	{ embed_foreign, ARG "is not memory of the driver's own" },
	{ unembed_nothing, ARG "not an object (own memory of the driver, not a timer)" },
	{ write_past, ARG "not writable by the driver" },
	{ read_null, ARG "is NULL" },
	{ read_wrap, ARG "not an address of the kernel's" },
	{ callback_foreign, ARG "not a callback of the driver's" },
	{ callback_kind, ARG "a callback of another kind" },
	{ constant_foreign, ARG "not constant data of the driver's" },
	{ module_foreign, ARG "not the driver's module" },
	{ requirement, ARG "does not meet what is required of it" },
	{ unlock_foreign, ARG "not a lock that this context took" },
};

static void bad_arguments(void **state)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(arguments); i++) {
		memory = aligned_alloc(8, 128);
		memset(memory, 0, 128);
		sfi_acquire(dom, &type_memory, memory, 128, NULL, 0, 1, 0, 0);
		sfi_acquire(dom, &type_device, &device, 0, NULL, 0, 0, 0, 0);
		wrapper = arguments[i].call;
		assert_int_equal(enter(drv_wrapper), UNWOUND);
		assert_report(arguments[i].report, "drv_wrapper+0x");
		sfi_release_all(dom);
		free(memory);
		test_domain_end(dom);
		dom = test_domain_new();
		sfi_domain_move(dom, SFI_LOADING, SFI_LIVE);
		*state = dom;
	}
}

static void all_right(void)
{
	sfi_acquire(dom, &type_device, &device, 0, NULL, 0, 0, 0, 0);
	sfi_check_owned(dom, &device, T_DEVICE, &test_arg);
	sfi_check_writable(dom, test_global, sizeof(test_global), &test_arg);
	sfi_check_writable(dom, NULL, 0, &test_arg);
	sfi_check_readable(dom, NULL, 0, &test_arg);
	sfi_check_readable(dom, &packet, sizeof(packet), &test_arg);
	sfi_check_callback(dom, NULL, "ops__call", &test_arg);
	sfi_check_callback(dom, test_gate, "ops__call", &test_arg);
	sfi_check_callback(dom, strlen, "ops__call", &test_arg);
	sfi_check_constant(dom, NULL, 8, &test_arg);
	sfi_check_constant(dom, test_unit.funcs, sizeof(*test_unit.funcs), &test_arg);
	sfi_check_module(dom, NULL, &test_arg);
	sfi_check_module(dom, dom->module, &test_arg);
	sfi_check_that(dom, true, &test_arg);
}

static void right_arguments(void **state)
{
	(void)state;
	wrapper = all_right;
	assert_int_equal(enter(drv_wrapper), 1);
	assert_string_equal(test_logged, "");
}

static void bad_result(void **state)
{
	struct sfi_gate g;
	volatile int ret = 0;

	(void)state;
	assert_true(sfi_gate_enter(&g, &test_entry));
	if (!sfi_gate_save(&g)) {
		sfi_check_result(&g, true, 3);
		ret = 1;
		sfi_check_result(&g, false, 77);
		ret = 2;
	}
	sfi_gate_leave(&g);
	assert_int_equal(ret, 1);
	assert_report("result 77 of ops__call", "test_callback+0x0 [test] (callback.c:100)");
}

/* === Locks and counts === */

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
		sfi_lock_taken(dom, &locks[i], unlock, &test_arg);
	}
	sfi_lock_dropped(dom, &locks[1], &test_arg);
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
	assert_int_equal(dom->lock_map[0], 0);
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
	sfi_lock_taken(dom, &locks[0], unlock, &test_arg);
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
	sfi_lock_taken(dom, &locks[3], unlock, &test_arg);
	sfi_port_thread.level = 0;
	kernel_function = inner_locks;
	assert_int_equal(enter(drv_import), UNWOUND);
	assert_int_equal(nr_unlocked, 1);
	assert_int_equal(unlocked[0], 5);
	assert_int_equal(dom->lock_map[0], 1);
	sfi_locks_reset(dom);
	assert_int_equal(dom->lock_map[0], 0);
}

static int others_lock(int x)
{
	sfi_lock_dropped(dom, &locks[0], &test_arg);
	return x;
}

static void another_contexts_lock(void **state)
{
	(void)state;
	sfi_port_thread.level = 2;
	sfi_lock_taken(dom, &locks[0], unlock, &test_arg);
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
		sfi_lock_taken(dom, &locks[0], unlock, &test_arg);
	assert_string_equal(test_logged, "");
	nr_unlocked = 0;
	sfi_lock_taken(dom, &locks[1], unlock, &test_arg);
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

/* === The stack's rights === */

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

/* === Faults === */

static enum sfi_fault fault_kind;
static u64 fault_value;

/* As the host's hooks do it. */
static void redirect(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *regs = uc->uc_mcontext.gregs;
	u64 ip = (u64)regs[REG_RIP];
	struct sfi_domain *d = sfi_domain_of_ip(ip, (u64)regs[REG_RSP]);
	struct sfi_regs saved = { .ip = ip, .ax = 0xfeed };

	(void)sig;
	if (!d)
		abort();
	sfi_domain_set_regs(d, &saved);
	regs[REG_RDI] = (greg_t)(uintptr_t)d;
	regs[REG_RSI] = (greg_t)ip;
	regs[REG_RDX] = fault_kind;
	regs[REG_RCX] = (greg_t)(fault_value ? fault_value : sfi_addr(info->si_addr));
	regs[REG_R8] = 6;
	regs[REG_RIP] = (greg_t)(uintptr_t)sfi_landing;
}

DRIVER int drv_read_null(int x)
{
	int value;

	__asm__ volatile("mov 0x10, %0" : "=r"(value));
	return value + x;
}

DRIVER int drv_divide(int x)
{
	int zero = x - 1;

	__asm__ volatile("cltd; idivl %1" : "+a"(x) : "r"(zero) : "rdx", "cc");
	return x;
}

DRIVER int drv_copy_from_null(int x)
{
	u64 *to = test_global;

	sfi_memcpy(&test_self, to, (const void *)16, sizeof(test_global));
	barrier();
	return x;
}

static void catch_faults(bool on)
{
	struct sigaction sa = { .sa_sigaction = redirect, .sa_flags = SA_SIGINFO | SA_NODEFER };

	if (!on)
		sa = (struct sigaction){ .sa_handler = SIG_DFL };
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGFPE, &sa, NULL);
}

static int enter_faulting(int (*fn)(int x), enum sfi_fault kind, u64 value)
{
	int ret;

	fault_kind = kind;
	fault_value = value;
	catch_faults(true);
	ret = enter(fn);
	catch_faults(false);
	return ret;
}

static void null_read(void **state)
{
	char text[SFI_REPORT_SIZE];

	(void)state;
	assert_int_equal(enter_faulting(drv_read_null, SFI_FAULT_READ, 0), UNWOUND);
	assert_report("page fault reading 0000000000000010", "drv_read_null+0x");
	sfi_domain_last_report(dom, text, sizeof(text));
	assert_non_null(strstr(text, "rax 000000000000feed"));
	assert_non_null(strstr(text, "entry   : ops__call of test_callback"));
	assert_non_null(strstr(text, "context : task on CPU"));
}

static void divide_error(void **state)
{
	(void)state;
	assert_int_equal(enter_faulting(drv_divide, SFI_FAULT_DIVIDE, 0), UNWOUND);
	assert_report("divide error", "drv_divide+0x");
}

static void fault_in_a_copy_loop_is_the_callers(void **state)
{
	(void)state;
	assert_int_equal(enter_faulting(drv_copy_from_null, SFI_FAULT_READ, 0), UNWOUND);
	assert_non_null(strstr(test_report_line(dom), "page fault reading 0000000000000010"));
}

static void other_faults_by_name(void **state)
{
	static const struct {
		enum sfi_fault fault;
		const char *text;
	} faults[] = {
		{ SFI_FAULT_WRITE, "page fault writing 0000000000000abc" },
		{ SFI_FAULT_EXEC, "jump to 0000000000000abc" },
		{ SFI_FAULT_GP, "general protection fault" },
		{ SFI_FAULT_INVALID, "invalid opcode" },
		{ SFI_FAULT_OTHER, "exception 2748" },
		{ SFI_FAULT_HANG, "hang of 2748 ms" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		assert_int_equal(enter_faulting(drv_read_null, faults[i].fault, 0xabc), UNWOUND);
		assert_report(faults[i].text, "drv_read_null+0x");
		test_domain_end(dom);
		dom = test_domain_new();
		sfi_domain_move(dom, SFI_LOADING, SFI_LIVE);
		*state = dom;
	}
}

static void eviction_is_silent(void **state)
{
	(void)state;
	assert_int_equal(enter_faulting(drv_read_null, SFI_FAULT_EVICT, 0), UNWOUND);
	assert_string_equal(test_logged, "");
	assert_string_equal(test_report_line(dom), "");
}

/* === Reports === */

static void only_the_first_is_reported(void **state)
{
	(void)state;
	store_at = 8;
	assert_int_equal(enter(drv_store), UNWOUND);
	assert_int_equal(enter(drv_store), REFUSED);
	sfi_internal_error(dom, "later");
	assert_string_equal(test_logged, "report:0 live>failed recover ");
	assert_int_equal(dom->violations, 1);
}

static void again_after_recovery(void **state)
{
	(void)state;
	store_at = 8;
	enter(drv_store);
	assert_true(sfi_domain_move(dom, SFI_FAILED, SFI_RECOVERING));
	assert_int_equal(enter(drv_nothing), REFUSED);
	sfi_release_all(dom);
	sfi_domain_reset(dom);
	assert_true(sfi_domain_move(dom, SFI_RECOVERING, SFI_LOADING));
	assert_int_equal(enter(drv_nothing), 42);
	store_at = 9;
	assert_int_equal(enter(drv_store), UNWOUND);
	assert_int_equal(dom->violations, 2);
	assert_non_null(strstr(test_report_line(dom), "at 0000000000000009"));
}

static void report_is_cut_to_the_buffer(void **state)
{
	char text[16];

	(void)state;
	assert_int_equal(sfi_domain_last_report(dom, text, 0), 0);
	assert_int_equal(sfi_domain_last_report(dom, text, sizeof(text)), 0);
	store_at = 8;
	enter(drv_store);
	assert_int_equal(sfi_domain_last_report(dom, text, sizeof(text)), 15);
	assert_string_equal(text, "sfi: VIOLATION ");
}

static void rights_row(void **state)
{
	char text[SFI_REPORT_SIZE];

	(void)state;
	sfi_acquire(dom, &type_device, &device, 0, NULL, 0, 0, 0, 0);
	store_at = sfi_addr(&device);
	enter(drv_store);
	sfi_domain_last_report(dom, text, sizeof(text));
	/* An object begins at the address, not writable, and the two private fields are. */
	assert_non_null(strstr(text, "[o]"));
	assert_non_null(strstr(text, " w "));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, test_teardown)
	const struct CMUnitTest tests[] = {
		TEST(calls_and_returns),
		TEST(gate_is_found_while_it_lives),
		TEST(decoys_are_passed_over),
		TEST(import_returns_into_a_failed_domain),
		TEST(nested_gates_unwind_one_at_a_time),
		TEST(wild_store),
		TEST(right_store),
		TEST(store_past_the_end_names_the_object),
		TEST(wild_memset_changes_nothing),
		TEST(memory_functions_work),
		TEST(indirect_calls),
		TEST(indirect_call_of_no_function),
		TEST(indirect_call_of_a_gate),
		TEST(indirect_call_of_a_kernel_function),
		TEST(indirect_call_of_null),
		TEST(indirect_call_without_a_type),
		TEST(runaway_recursion),
		TEST(bad_arguments),
		TEST(right_arguments),
		TEST(bad_result),
		TEST(unwinding_drops_locks),
		TEST(returning_with_locks),
		TEST(returning_with_other_counts),
		TEST(only_locks_of_skipped_frames),
		TEST(another_contexts_lock),
		TEST(too_many_locks),
		TEST(unwinding_takes_locals_rights),
		TEST(object_on_an_unwound_stack_is_released),
		TEST(returning_with_a_busy_local),
		TEST(null_read),
		TEST(divide_error),
		TEST(fault_in_a_copy_loop_is_the_callers),
		TEST(other_faults_by_name),
		TEST(eviction_is_silent),
		TEST(only_the_first_is_reported),
		TEST(again_after_recovery),
		TEST(report_is_cut_to_the_buffer),
		TEST(rights_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
