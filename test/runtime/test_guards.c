// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guards: of stores, of memory functions, of indirect calls, of the stack's depth.
 */
#include "inside.h"

#include <pthread.h>

DRIVER int drv_memset(int x)
{
	sfi_memset(&test_self, (void *)(uintptr_t)store_at, 0, 64);
	barrier();
	return x;
}

static const void *call_target;
static const struct sfi_func nobody = { .addr = &nobody, .call = &nobody };
static struct sfi_site site;
static const void *call_result;

DRIVER int drv_icall(int x)
{
	call_result = sfi_icall(&test_self, call_target, &site);
	return x;
}

DRIVER int drv_recurse(int x)
{
	volatile char frame[256];

	frame[0] = (char)x;
	sfi_stack(&test_self);
	return x ? drv_recurse(x + 1) + frame[0] : 0;
}

DRIVER int drv_recurse_by_gate(int x)
{
	volatile char frame[256];

	frame[0] = (char)x;
	sfi_icall(&test_self, test_gate, &site);
	return x ? drv_recurse_by_gate(x + 1) + frame[0] : 0;
}

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

static void assert_wild_call(const void *target, u32 type, const char *why)
{
	call_target = target;
	site = (struct sfi_site){ &nobody, type };
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_non_null(strstr(test_report_line(dom), why));
	assert_non_null(strstr(test_report_line(dom), " by drv_icall+0x"));
	assert_int_equal(sfi_domain_count(dom, SFI_COUNT_icalls), 1);
}

static const void *led_to(const void *target, u32 type)
{
	call_target = target;
	site = (struct sfi_site){ &nobody, type };
	assert_int_equal(enter(drv_icall), 1);
	return call_result;
}

static void indirect_calls(void **state)
{
	(void)state;
	assert_ptr_equal(led_to(test_callback, 11), test_callback);
	assert_ptr_equal(site.known->addr, test_callback);
	assert_ptr_equal(site.known->call, test_callback);
	assert_ptr_equal(led_to(test_other_type, 22), test_other_type);
	assert_ptr_equal(site.known->addr, test_other_type);
	assert_int_equal(sfi_domain_count(dom, SFI_COUNT_icalls), 2);
}

/* A place that calls one and the other: it knows the first. */
static void a_place_knows_the_first(void **state)
{
	static const struct sfi_func first = { .addr = drv_icall, .call = drv_icall, .type = 11 };

	(void)state;
	site = (struct sfi_site){ &first, 11 };
	call_target = test_callback;
	assert_int_equal(enter(drv_icall), 1);
	assert_ptr_equal(call_result, test_callback);
	assert_ptr_equal(site.known, &first);
}

static void indirect_call_of_another_type(void **state)
{
	(void)state;
	assert_wild_call(test_callback, 22, ": a function of another type (test_callback)");
	assert_ptr_equal(site.known, &nobody);
}

/* It is the kernel that a gate is for. */
static void indirect_call_of_a_gate(void **state)
{
	(void)state;
	assert_ptr_equal(led_to(test_gate, 11), test_callback);
	/* Its stack is looked at each time. */
	assert_ptr_equal(site.known, &nobody);
}

static void indirect_call_of_a_gate_of_another_type(void **state)
{
	(void)state;
	assert_wild_call(test_gate, 22, ": a function of another type (test_gate)");
}

static struct sfi_self other_self;

/* Another module's table lists it, this one's does not. */
static void indirect_call_of_a_foreign_gate(void **state)
{
	static const struct sfi_func funcs[] = {
		{ drv_nothing, test_callback, 11, SFI_FUNC_GATE, "drv_nothing" }
	};
	static struct sfi_unit unit;
	static const struct sfi_unit *const units[] = { &unit };
	struct sfi_load load;
	struct sfi_domain *other;
	char why[64];

	(void)state;
	unit = test_unit;
	unit.self = &other_self;
	unit.funcs = funcs;
	unit.nr_funcs = ARRAY_SIZE(funcs);
	test_fill_load(&load, units);
	load.self = &other_self;
	assert_int_equal(sfi_domain_create(&load, &other, why, sizeof(why)), 0);
	assert_non_null(sfi_domain_func(other, drv_nothing));
	assert_wild_call(drv_nothing, 11, ": not a function of the driver's");
	sfi_domain_destroy(other);
}

static void indirect_call_of_a_kernel_function(void **state)
{
	(void)state;
	assert_ptr_equal(led_to(abs, 11), test_to_wrapper);
}

static void indirect_call_of_a_kernel_function_of_another_type(void **state)
{
	(void)state;
	assert_wild_call(abs, 22, ": a function of another type (abs)");
}

static void indirect_call_of_a_kernel_function_without_wrapper(void **state)
{
	(void)state;
	assert_wild_call(strlen, 33, ": a kernel function that has no wrapper (strlen)");
}

/* What leads to the wrapper is no target itself. */
static void indirect_call_of_a_detour(void **state)
{
	(void)state;
	assert_wild_call(test_to_wrapper, 11, ": a function of another type (test_to_wrapper)");
}

static void indirect_call_of_no_function(void **state)
{
	(void)state;
	call_target = (const void *)((const char *)test_callback + 1);
	site = (struct sfi_site){ &nobody, 11 };
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_non_null(
		strstr(test_report_line(dom), ": not a function of the driver's by drv_icall+0x"));
}

static void indirect_call_of_null(void **state)
{
	(void)state;
	call_target = NULL;
	site = (struct sfi_site){ &nobody, 11 };
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_report("indirect call of 0000000000000000: NULL", "drv_icall+0x");
}

/* Calls of functions that are no target at all have type 0 in the table. */
static void indirect_call_without_a_type(void **state)
{
	(void)state;
	call_target = test_callback;
	site = (struct sfi_site){ &nobody, 0 };
	assert_int_equal(enter(drv_icall), UNWOUND);
}

static int recurse_in_thread_result;

static void *recurse_in_thread(void *fn)
{
	recurse_in_thread_result = enter((int (*)(int x))fn);
	return NULL;
}

static void runs_out_of_stack(int (*fn)(int x), const char *by)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 1 << 17);
	assert_int_equal(pthread_create(&thread, &attr, recurse_in_thread, (void *)fn), 0);
	pthread_join(thread, NULL);
	assert_int_equal(recurse_in_thread_result, UNWOUND);
	assert_non_null(strstr(test_report_line(dom), "stack overflow ("));
	assert_non_null(strstr(test_report_line(dom), by));
}

static void runaway_recursion(void **state)
{
	(void)state;
	runs_out_of_stack(drv_recurse, "by drv_recurse+0x");
}

/* Each turn is an indirect call of the function's own gate. */
static void runaway_recursion_by_a_gate(void **state)
{
	(void)state;
	site = (struct sfi_site){ &nobody, 11 };
	runs_out_of_stack(drv_recurse_by_gate, "by drv_recurse_by_gate+0x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		INSIDE_TEST(wild_store),
		INSIDE_TEST(right_store),
		INSIDE_TEST(store_past_the_end_names_the_object),
		INSIDE_TEST(wild_memset_changes_nothing),
		INSIDE_TEST(memory_functions_work),
		INSIDE_TEST(indirect_calls),
		INSIDE_TEST(a_place_knows_the_first),
		INSIDE_TEST(indirect_call_of_another_type),
		INSIDE_TEST(indirect_call_of_no_function),
		INSIDE_TEST(indirect_call_of_a_gate),
		INSIDE_TEST(indirect_call_of_a_gate_of_another_type),
		INSIDE_TEST(indirect_call_of_a_foreign_gate),
		INSIDE_TEST(indirect_call_of_a_kernel_function),
		INSIDE_TEST(indirect_call_of_a_kernel_function_of_another_type),
		INSIDE_TEST(indirect_call_of_a_kernel_function_without_wrapper),
		INSIDE_TEST(indirect_call_of_a_detour),
		INSIDE_TEST(indirect_call_of_null),
		INSIDE_TEST(indirect_call_without_a_type),
		INSIDE_TEST(runaway_recursion),
		INSIDE_TEST(runaway_recursion_by_a_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
