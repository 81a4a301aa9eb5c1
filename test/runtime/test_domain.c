// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains: which modules are refused and why, states, globals, questions.
 */
#include "support.h"

static const struct sfi_unit *one_unit[1];

/* What sfi_domain_create() says to a unit. */
static int create(const struct sfi_unit *unit, char *why, size_t size)
{
	struct sfi_domain *d = NULL;
	struct sfi_load load;
	int ret;

	one_unit[0] = unit;
	test_fill_load(&load, one_unit);
	ret = sfi_domain_create(&load, &d, why, size);
	if (!ret)
		test_domain_end(d);
	return ret;
}

static void refuses_what_does_not_match(void **state)
{
	static const struct sfi_func foreign[] = {
		{ .addr = strlen, .type = 1, .name = "strlen" }
	};
	static const struct sfi_func outside[] = {
		{ .addr = abs, .call = abs, .type = 1, .flags = SFI_FUNC_KERNEL, .name = "abs" }
	};
	struct sfi_unit unit = test_unit;
	char why[128];

	(void)state;
	assert_int_equal(create(&unit, why, sizeof(why)), 0);
	assert_string_equal(why, "");
	unit.abi++;
	assert_int_equal(create(&unit, why, sizeof(why)), -ENOEXEC);
	assert_string_equal(why, "built for ABI 5, this runtime is 4");
	unit = test_unit;
	unit.magic++;
	assert_int_equal(create(&unit, why, sizeof(why)), -ENOEXEC);
	unit = test_unit;
	unit.policy++;
	assert_int_equal(create(&unit, why, sizeof(why)), -ENOEXEC);
	assert_string_equal(
		why,
		"test.c: built with policy 0000000000005eee, this kernel's is 0000000000005eed");
	unit = test_unit;
	unit.self = (struct sfi_self *)why;
	assert_int_equal(create(&unit, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "test.c: belongs to another module");
	unit = test_unit;
	unit.funcs = foreign;
	unit.nr_funcs = 1;
	assert_int_equal(create(&unit, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "test.c: strlen is not in the module's code");
	unit.funcs = outside;
	assert_int_equal(create(&unit, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "test.c: abs is not in the module's code");
}

static void refuses_without_memory(void **state)
{
	char why[128];
	long budget;
	int ret = -ENOMEM;

	(void)state;
	for (budget = 0; ret; budget++) {
		sfi_port_alloc_budget = budget;
		ret = create(&test_unit, why, sizeof(why));
		sfi_port_alloc_budget = -1;
		if (ret) {
			assert_int_equal(ret, -ENOMEM);
			assert_string_equal(why, "no memory");
			assert_null(test_self.domain);
		}
		assert_true(budget < 50);
	}
	assert_true(budget > 8);
}

static void only_allowed_transitions(void **state)
{
	static const char *const rows[SFI_NR_STATES] = {
		/* loading live failed recovering dead */
		[SFI_LOADING] = ".yy.y",    [SFI_LIVE] = "..y.y", [SFI_FAILED] = "...yy",
		[SFI_RECOVERING] = "y...y", [SFI_DEAD] = "...y.",
	};
	struct sfi_domain *d = *state;
	u32 from, to;

	for (from = 0; from < SFI_NR_STATES; from++) {
		for (to = 0; to < SFI_NR_STATES; to++) {
			d->state = from;
			test_log_clear();
			assert_int_equal(sfi_domain_move(d, from, to), rows[from][to] == 'y');
			assert_int_equal(sfi_domain_state(d), rows[from][to] == 'y' ? to : from);
			assert_int_equal(test_logged[0] != '\0', rows[from][to] == 'y');
			/* Nor from a state that it is not in. */
			d->state = from;
			assert_false(sfi_domain_move(d, (from + 1) % SFI_NR_STATES, to));
		}
		d->state = from;
		assert_int_equal(sfi_closed(d), from != SFI_LOADING && from != SFI_LIVE);
	}
}

static void fails_once(void **state)
{
	struct sfi_domain *d = *state;

	sfi_port_now = 7;
	assert_true(sfi_domain_fail(d));
	sfi_port_now = 8;
	assert_false(sfi_domain_fail(d));
	sfi_internal_error(d, "not heard");
	/* The outage is counted from the first. */
	assert_int_equal(d->failed_ns, 7000000);
	assert_string_equal(test_logged, "live>failed recover ");
	assert_int_equal(d->violations, 0);
}

static void globals_come_back(void **state)
{
	struct sfi_domain *d = *state;
	static u64 other;

	assert_true(sfi_writable(d, sfi_addr(test_global), sizeof(test_global)));
	test_global[0] = 99;
	test_global[3] = 98;
	sfi_revoke(d, test_global, sizeof(test_global));
	sfi_grant(d, &other, 8);
	sfi_domain_reset(d);
	assert_int_equal(test_global[0], 1);
	assert_int_equal(test_global[3], 4);
	assert_true(sfi_writable(d, sfi_addr(test_global), sizeof(test_global)));
	assert_false(sfi_writable(d, sfi_addr(&other), 1));
}

static void answers_about_addresses(void **state)
{
	struct sfi_domain *d = *state;

	assert_ptr_equal(sfi_domain_of_text(sfi_addr(test_callback)), d);
	assert_null(sfi_domain_of_text(sfi_addr(strlen)));
	assert_null(sfi_domain_of_text(0));
	assert_ptr_equal(sfi_domain_of_ip(sfi_addr(test_callback), sfi_here()), d);
	assert_ptr_equal(sfi_domain_of_text(sfi_addr(test_gate)), d);
	/* Not in the driver yet, or no more. */
	assert_null(sfi_domain_of_ip(sfi_addr(test_gate), sfi_here()));
	assert_null(sfi_domain_of_ip(sfi_addr(sfi_onbehalf_begin),
				     sfi_here())); /* nobody's call is on this stack */
	assert_true(sfi_ip_on_behalf(sfi_addr(sfi_onbehalf_begin)));
	assert_false(sfi_ip_on_behalf(sfi_addr(sfi_onbehalf_end)));
	assert_int_equal(sfi_domain_line(d, sfi_addr(test_callback) + 3)->line, 100);
	assert_int_equal(sfi_domain_line(d, sfi_addr(test_gate))->line, 200);
	/* Before the first line of a function stands another function's last. */
	assert_int_equal(sfi_domain_line(d, sfi_addr(test_other_type))->line, 300);
	assert_null(sfi_domain_line(d, sfi_addr(strlen)));
	assert_ptr_equal(sfi_domain_entry(d, "ops__call"), &test_entry);
	assert_null(sfi_domain_entry(d, "ops__other"));
	assert_ptr_equal(sfi_domain_func(d, strlen)->addr, strlen);
	assert_null(sfi_domain_func(d, test_setup));
	assert_ptr_equal(sfi_domain_gate(d, test_gate), &test_entry);
	assert_null(sfi_domain_gate(d, test_callback));
	assert_int_equal(sfi_domain_unit_counts(d).stores, 7);
	assert_int_equal(sfi_domain_unit_counts(d).guards, 5);
	assert_string_equal(sfi_counter_name(SFI_COUNT_released), "released");
}

static void nothing_after_the_end(void **state)
{
	struct sfi_domain *d = *state;

	test_domain_end(d);
	assert_null(sfi_domain_of_text(sfi_addr(test_callback)));
	assert_false(sfi_domain_known(d));
	*state = test_domain_new();
}

static void many_domains_but_not_too_many(void **state)
{
	static struct sfi_domain *d[SFI_DOMAINS];
	static struct sfi_unit units[SFI_DOMAINS];
	struct sfi_self *selves = calloc(SFI_DOMAINS, sizeof(*selves));
	struct sfi_load load;
	char why[128];
	u32 i;
	int ret = 0;

	(void)state;
	assert_non_null(selves);
	for (i = 0; i < SFI_DOMAINS; i++) { /* one is there already */
		units[i] = test_unit;
		units[i].self = &selves[i];
		one_unit[0] = &units[i];
		test_fill_load(&load, one_unit);
		load.self = &selves[i];
		ret = sfi_domain_create(&load, &d[i], why, sizeof(why));
		assert_int_equal(ret, i < SFI_DOMAINS - 1 ? 0 : -ENOSPC);
	}
	assert_string_equal(why, "too many isolated modules");
	assert_int_equal(sfi_domains_end(), SFI_DOMAINS);
	for (i = 0; i < SFI_DOMAINS - 1; i++) {
		assert_true(sfi_domain_known(d[i]));
		sfi_domain_destroy(d[i]);
		assert_false(sfi_domain_known(d[i]));
	}
	free(selves);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_does_not_match),
		cmocka_unit_test(refuses_without_memory),
		TEST(only_allowed_transitions),
		TEST(fails_once),
		TEST(globals_come_back),
		TEST(answers_about_addresses),
		TEST(nothing_after_the_end),
		TEST(many_domains_but_not_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
