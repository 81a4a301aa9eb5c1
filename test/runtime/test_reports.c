// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports: once for each failure, of the length that fits, with the rights around.
 */
#include "inside.h"

static struct device device;

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

static void silence_is_put_into_words(void **state)
{
	struct sfi_report r = { .what = SFI_SILENT, .why = "transmit stall", .detail = "queue 0" };

	(void)state;
	assert_true(sfi_report_and_fail(dom, &r));
	assert_non_null(strstr(test_report_line(dom), ": silent failure: transmit stall (queue 0)"));
	assert_int_equal(sfi_domain_state(dom), SFI_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		INSIDE_TEST(only_the_first_is_reported),
		INSIDE_TEST(again_after_recovery),
		INSIDE_TEST(report_is_cut_to_the_buffer),
		INSIDE_TEST(rights_row),
		INSIDE_TEST(silence_is_put_into_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
