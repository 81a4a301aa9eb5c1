// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guards: of stores, of memory functions, of indirect calls, of the stack's depth.
 */
#include "inside.h"

#include <pthread.h>
#include <sys/mman.h>

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

/* Sizes around those where another loop begins, and distances around the words that loops move. */
#define ROOM 700

static void memory_functions_work(void **state)
{
	static const size_t at[] = { 0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 64 };
	char *buf = aligned_alloc(8, ROOM + 4), *expect = malloc(ROOM + 4);
	size_t from, to, n, i;

	(void)state;
	sfi_grant(dom, buf, ROOM);
	for (from = 0; from < ARRAY_SIZE(at); from++) {
		for (to = 0; to < ARRAY_SIZE(at); to++) {
			for (n = 0; n <= 600; n += n == 140 ? 350 : 1) {
				for (i = 0; i < ROOM; i++)
					buf[i] = expect[i] = (char)(i * 7 + i / 256);
				memmove(expect + at[to], expect + at[from], n);
				sfi_memmove(&test_self, buf + at[to], buf + at[from], n);
				assert_memory_equal(buf, expect, ROOM);
				memset(expect + at[from], (int)to | 0x80, n);
				sfi_memset(&test_self, buf + at[from], (u32)to | 0x80, n);
				assert_memory_equal(buf, expect, ROOM);
			}
		}
	}
	sfi_memcpy(&test_self, buf, "0123456789", 11);
	assert_string_equal(buf, "0123456789");
	free(buf);
	free(expect);
}

/* What is copied ends where nothing can be read. */
static void copies_read_no_further(void **state)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *to = malloc(ROOM);
	size_t n;

	(void)state;
	assert_ptr_not_equal(pages, MAP_FAILED);
	memset(pages, 'x', 4096);
	assert_int_equal(mprotect(pages + 4096, 4096, PROT_NONE), 0);
	sfi_grant(dom, to, ROOM);
	for (n = 0; n <= 600; n++)
		sfi_memcpy(&test_self, to, pages + 4096 - n, n);
	assert_memory_equal(to, pages, 600);
	free(to);
	munmap(pages, 8192);
}

/* A function that the table does not list. What is asked for is looked for elsewhere if a place knows one. */
static const struct sfi_func first = { .addr = drv_icall, .call = drv_icall, .type = 11 };
static const struct sfi_func *knows = &nobody;

static void assert_wild_call(const void *target, u32 type, const char *why)
{
	call_target = target;
	site = (struct sfi_site){ knows, type };
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_non_null(strstr(test_report_line(dom), why));
	assert_non_null(strstr(test_report_line(dom), " by drv_icall+0x"));
	assert_int_equal(sfi_domain_count(dom, SFI_COUNT_icalls), 1);
}

static const void *led_to(const void *target, u32 type)
{
	call_target = target;
	site = (struct sfi_site){ knows, type };
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
	assert_ptr_equal(site.known, knows);
}

/* It is the kernel that a gate is for. */
static void indirect_call_of_a_gate(void **state)
{
	(void)state;
	assert_ptr_equal(led_to(test_gate, 11), test_callback);
	/* Its stack is looked at each time. */
	assert_ptr_equal(site.known, knows);
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
	site = (struct sfi_site){ knows, 11 };
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_non_null(
		strstr(test_report_line(dom), ": not a function of the driver's by drv_icall+0x"));
}

static void indirect_call_of_null(void **state)
{
	(void)state;
	call_target = NULL;
	site = (struct sfi_site){ knows, 11 };
	assert_int_equal(enter(drv_icall), UNWOUND);
	assert_report("indirect call of 0000000000000000: NULL", "drv_icall+0x");
}

/* Calls of functions that are no target at all have type 0 in the table. */
static void indirect_call_without_a_type(void **state)
{
	(void)state;
	call_target = test_callback;
	site = (struct sfi_site){ knows, 0 };
	assert_int_equal(enter(drv_icall), UNWOUND);
}

/* The same of a place that knows a function: all that is found sooner there is what was found before. */
#define WHERE_ONE_IS_KNOWN(test)					\
	static void test##_where_one_is_known(void **state)		\
	{								\
		knows = &first;						\
		test(state);						\
		knows = &nobody;					\
	}
WHERE_ONE_IS_KNOWN(indirect_call_of_another_type)
WHERE_ONE_IS_KNOWN(indirect_call_of_no_function)
WHERE_ONE_IS_KNOWN(indirect_call_of_a_gate)
WHERE_ONE_IS_KNOWN(indirect_call_of_a_gate_of_another_type)
WHERE_ONE_IS_KNOWN(indirect_call_of_a_foreign_gate)
WHERE_ONE_IS_KNOWN(indirect_call_of_a_kernel_function)
WHERE_ONE_IS_KNOWN(indirect_call_of_a_kernel_function_of_another_type)
WHERE_ONE_IS_KNOWN(indirect_call_of_a_kernel_function_without_wrapper)
WHERE_ONE_IS_KNOWN(indirect_call_of_a_detour)
WHERE_ONE_IS_KNOWN(indirect_call_of_null)
WHERE_ONE_IS_KNOWN(indirect_call_without_a_type)

/* All bits of a type count. */
static void indirect_call_of_hardly_another_type(void **state)
{
	(void)state;
	knows = &first;
	assert_wild_call(test_callback, 11 | 1U << 31, ": a function of another type (test_callback)");
	knows = &nobody;
}

/* Rows for the tests below: functions here and there in PLACES. */
static char places[12000];
static struct sfi_func rows[900];

/* A domain with the first N rows, of other_self. */
static struct sfi_domain *with_rows(u32 n)
{
	static struct sfi_unit unit;
	static const struct sfi_unit *const units[] = { &unit };
	struct sfi_domain *other;
	struct sfi_load load;
	char why[64];

	unit = test_unit;
	unit.self = &other_self;
	unit.funcs = rows;
	unit.nr_funcs = n;
	unit.nr_entries = 0;
	test_fill_load(&load, units);
	load.self = &other_self;
	load.text = sfi_addr(places);
	load.text_size = sizeof(places);
	assert_int_equal(sfi_domain_create(&load, &other, why, sizeof(why)), 0);
	return other;
}

/* Of many, most not where they are looked for first, hardly one needs the runtime's own search. */
static void each_of_many_functions_is_found(void **state)
{
	struct sfi_site place = { &first, 11 };
	struct sfi_domain *other;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		rows[i] = (struct sfi_func){ &places[13 * i], &places[i], 11, 0, "one of many" };
	other = with_rows(ARRAY_SIZE(rows));
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_ptr_equal(sfi_icall(&other_self, &places[13 * i], &place), &places[i]);
	assert_ptr_equal(place.known, &first);
	assert_in_range(sfi_domain_count(other, SFI_COUNT_icalls), 0, ARRAY_SIZE(rows) / 50);
	sfi_domain_destroy(other);
}

/* Three that belong into the last slot of the table: the first is there, the runtime finds the others. */
static void the_table_ends(void **state)
{
	struct sfi_site place = { &first, 11 };
	struct sfi_domain *other;
	u32 i, n = 0;

	(void)state;
	for (i = 0; n < 3; i++) {
		assert_in_range(i, 0, sizeof(places) - 1);
		if (((sfi_addr(&places[i]) * 0x9e3779b97f4a7c15ULL) >> 32 & 15) == 15)
			rows[n++] = (struct sfi_func){ &places[i], &places[i], 11, 0, "last" };
	}
	other = with_rows(n);
	for (i = 0; i < n; i++) {
		assert_ptr_equal(sfi_icall(&other_self, rows[i].addr, &place), rows[i].addr);
		assert_int_equal(sfi_domain_count(other, SFI_COUNT_icalls), i);
	}
	sfi_domain_destroy(other);
}

/* What a driver's compiler relies on: all registers but the result's and r11 (preserve_most). */
static bool icall_keeps_registers(struct sfi_site *place, u64 *result)
{
	u64 registers[7] = { 1, 2, 3, 4, 5, 6, 7 };
	register u64 rax __asm__("rax");

	/* Beside the red zone. */
	__asm__ volatile("lea -128(%%rsp), %%rsp\n\t"
			 "mov $0x1c, %%rcx\n\tmov $0x18, %%r8\n\tmov $0x19, %%r9\n\tmov $0x1a, %%r10\n\t"
			 "call sfi_icall\n\t"
			 "mov %%rcx, (%%rbx)\n\tmov %%r8, 8(%%rbx)\n\tmov %%r9, 16(%%rbx)\n\tmov %%r10, 24(%%rbx)\n\t"
			 "mov %%rdi, 32(%%rbx)\n\tmov %%rsi, 40(%%rbx)\n\tmov %%rdx, 48(%%rbx)\n\t"
			 "lea 128(%%rsp), %%rsp"
			 : "=r"(rax)
			 : "D"(&test_self), "S"(test_callback), "d"(place), "b"(registers)
			 : "rcx", "r8", "r9", "r10", "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
			   "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	*result = rax;
	return registers[0] == 0x1c && registers[1] == 0x18 && registers[2] == 0x19 &&
	       registers[3] == 0x1a && registers[4] == sfi_addr(&test_self) &&
	       registers[5] == sfi_addr(test_callback) && registers[6] == sfi_addr(place);
}

static int icalls_twice(int x)
{
	struct sfi_site place = { &nobody, 11 };
	u64 result;

	assert_true(icall_keeps_registers(&place, &result));
	assert_int_equal(result, sfi_addr(test_callback));
	assert_int_equal(sfi_domain_count(dom, SFI_COUNT_icalls), 1);
	place.known = &first;
	assert_true(icall_keeps_registers(&place, &result));
	assert_int_equal(result, sfi_addr(test_callback));
	assert_int_equal(sfi_domain_count(dom, SFI_COUNT_icalls), 1);
	return x;
}

static void registers_are_kept(void **state)
{
	(void)state;
	kernel_function = icalls_twice;
	assert_int_equal(enter(drv_import), 1);
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
	site = (struct sfi_site){ knows, 11 };
	runs_out_of_stack(drv_recurse_by_gate, "by drv_recurse_by_gate+0x");
}

WHERE_ONE_IS_KNOWN(runaway_recursion_by_a_gate)

int main(void)
{
	const struct CMUnitTest tests[] = {
		INSIDE_TEST(wild_store),
		INSIDE_TEST(right_store),
		INSIDE_TEST(store_past_the_end_names_the_object),
		INSIDE_TEST(wild_memset_changes_nothing),
		INSIDE_TEST(memory_functions_work),
		INSIDE_TEST(copies_read_no_further),
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
		INSIDE_TEST(indirect_call_of_another_type_where_one_is_known),
		INSIDE_TEST(indirect_call_of_no_function_where_one_is_known),
		INSIDE_TEST(indirect_call_of_a_gate_where_one_is_known),
		INSIDE_TEST(indirect_call_of_a_gate_of_another_type_where_one_is_known),
		INSIDE_TEST(indirect_call_of_a_foreign_gate_where_one_is_known),
		INSIDE_TEST(indirect_call_of_a_kernel_function_where_one_is_known),
		INSIDE_TEST(indirect_call_of_a_kernel_function_of_another_type_where_one_is_known),
		INSIDE_TEST(indirect_call_of_a_kernel_function_without_wrapper_where_one_is_known),
		INSIDE_TEST(indirect_call_of_a_detour_where_one_is_known),
		INSIDE_TEST(indirect_call_of_null_where_one_is_known),
		INSIDE_TEST(indirect_call_without_a_type_where_one_is_known),
		INSIDE_TEST(indirect_call_of_hardly_another_type),
		INSIDE_TEST(each_of_many_functions_is_found),
		INSIDE_TEST(the_table_ends),
		INSIDE_TEST(registers_are_kept),
		INSIDE_TEST(runaway_recursion),
		INSIDE_TEST(runaway_recursion_by_a_gate),
		INSIDE_TEST(runaway_recursion_by_a_gate_where_one_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
