// SPDX-License-Identifier: GPL-2.0-only
/*
 * Going into the pretend driver and out of it again, and what it may do there
 * for more than one file of tests.
 */
#include "inside.h"

struct sfi_domain *dom;

/* As the generator makes them. */
static __attribute__((__noinline__)) int enter_entry(const struct sfi_entry *e, int x)
{
	SFI_DEFINE_GATE(g);
	int ret = UNWOUND;

	if (!sfi_gate_enter(&g, e))
		return REFUSED;
	if (!sfi_gate_save(&g))
		ret = ((int (*)(int))e->fn)(x);
	sfi_gate_leave(&g);
	return ret;
}

int enter(int (*fn)(int x))
{
	struct sfi_entry e = test_entry;

	e.fn = fn;
	return enter_entry(&e, 1);
}

__attribute__((__noinline__)) int import(int (*fn)(int x), int x)
{
	struct sfi_domain *d = sfi_import_enter(&test_self);
	int ret = fn(x);

	sfi_import_leave(d);
	return ret;
}

void assert_report(const char *what, const char *by)
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

int inside_setup(void **state)
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

DRIVER int drv_nothing(int x)
{
	return x + 41;
}

u64 store_at;

DRIVER int drv_store(int x)
{
	sfi_guard(&test_self, store_at, 8);
	barrier();
	return x;
}

void (*wrapper)(void);

DRIVER int drv_wrapper(int x)
{
	wrapper();
	barrier();
	return x;
}

int (*kernel_function)(int x);

DRIVER int drv_import(int x)
{
	x = import(kernel_function, x);
	barrier();
	return x;
}

void requirement(void)
{
	sfi_check_that(dom, false, &test_arg);
}
