// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration: defaults, a driver's file over the common one, and each thing
 * that can be wrong, said with file and line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static struct config config;

static int set_up(void **unused)
{
	(void)unused;
	said_clear();
	mkdir(test_path("drivers.d"), 0700);
	unlink(test_path("sfid.conf"));
	unlink(test_path("drivers.d/e1000.conf"));
	unlink(test_path("drivers.d/8139too.conf"));
	return 0;
}

static bool load(bool required)
{
	return config_load(&config, test_path("sfid.conf"), required);
}

static void test_defaults(void **unused)
{
	const struct policy *p;

	(void)unused;
	assert_true(load(false));
	p = config_policy(&config, "e1000");
	assert_int_equal(p->restarts, 3);
	assert_int_equal(p->reloads, 0);
	assert_int_equal(p->delay_s, 10);
	assert_int_equal(p->delay_max_s, 300);
	assert_int_equal(p->calm_s, 600);
	assert_string_equal(p->module, "");
	assert_string_equal(p->hook, "");
	assert_int_equal(p->hook_timeout_s, 10);
	assert_string_equal(config.history_file, "/var/lib/sfi/history.jsonl");
	assert_int_equal(config.history_records, 1000);
	config_free(&config);
	assert_false(load(true));
	assert_non_null(strstr(said, "sfid.conf: cannot be read"));
}

/* The file that is installed says what holds without it. */
static void test_the_installed_file(void **unused)
{
	(void)unused;
	assert_true(config_load(&config, SFID_EXAMPLE, true));
	assert_int_equal(config.policy.restarts, 3);
	assert_int_equal(config.policy.delay_s, 10);
	assert_int_equal(config.history_records, 1000);
	config_free(&config);
}

static void test_a_driver_of_its_own(void **unused)
{
	(void)unused;
	test_write("sfid.conf", "restarts = 5; hook = \"/bin/true\";\nhistory_records = 50;\n");
	test_write("drivers.d/e1000.conf", "# ours\nreloads = 2;\nhook = \"\";\nmodule = \"/bin/sh\";");
	test_write("drivers.d/8139too.conf", "restarts = 0;");
	test_write("drivers.d/notes.txt", "not a configuration");
	assert_true(load(true));
	assert_int_equal(config_policy(&config, "e1000")->restarts, 5);
	assert_int_equal(config_policy(&config, "e1000")->reloads, 2);
	assert_string_equal(config_policy(&config, "e1000")->hook, "");
	assert_string_equal(config_policy(&config, "e1000")->module, "/bin/sh");
	assert_int_equal(config_policy(&config, "8139too")->restarts, 0);
	assert_string_equal(config_policy(&config, "8139too")->hook, "/bin/true");
	assert_int_equal(config_policy(&config, "other")->reloads, 0);
	assert_string_equal(config_policy(&config, "other")->module, "");
	assert_int_equal(config.history_records, 50);
	config_free(&config);
}

/* TEXT in file NAME is refused with a message that has WHAT in it. */
static void refused(const char *name, const char *text, const char *what)
{
	set_up(NULL);
	test_write(name, text);
	assert_false(load(false));
	if (!strstr(said, what))
		fail_msg("said: %s", said);
}

static void test_what_is_wrong(void **unused)
{
	(void)unused;
	refused("sfid.conf", "\nrestarts = ;\n", "sfid.conf:2: syntax error");
	refused("sfid.conf", "restarts = 1;\nrestarts = 2;\n", "sfid.conf:2: ");
	refused("sfid.conf", "\n\nrestrats = 1;\n", "sfid.conf:3: there is no setting 'restrats'");
	refused("sfid.conf", "restarts = -1;", "sfid.conf:1: restarts is a whole number from 0 to 1000");
	refused("sfid.conf", "restarts = 1001;", "sfid.conf:1: restarts is a whole number");
	refused("sfid.conf", "restarts = 1.5;", "sfid.conf:1: restarts is a whole number");
	refused("sfid.conf", "restarts = \"1\";", "sfid.conf:1: restarts is a whole number");
	refused("sfid.conf", "calm_s = 0;", "sfid.conf:1: calm_s is a whole number from 1 to");
	refused("sfid.conf", "hook = 1;", "sfid.conf:1: hook is the absolute name of a file, in quotes");
	refused("sfid.conf", "hook = \"x\";", "sfid.conf:1: hook is the absolute name");
	refused("sfid.conf", "hook = \"/none\";", "sfid.conf:1: hook: /none: No such file");
	refused("sfid.conf", "hook = \"/etc/passwd\";", "sfid.conf:1: hook: /etc/passwd: Permission denied");
	refused("sfid.conf", "history_file = \"\";", "sfid.conf:1: history_file is the absolute name");
	refused("sfid.conf", "module = \"/bin/sh\";",
		"sfid.conf:1: module belongs in a driver's file, drivers.d/NAME.conf");
	refused("drivers.d/e1000.conf", "\nhistory_records = 10;",
		"drivers.d/e1000.conf:2: history_records belongs in sfid.conf");
	refused("drivers.d/e1000.conf", "module = \"/none.ko\";",
		"drivers.d/e1000.conf:1: module: /none.ko: No such file");
	refused("drivers.d/e1000.conf", "= 1", "drivers.d/e1000.conf:1: syntax error");
}

static void test_everything_wrong_is_said(void **unused)
{
	(void)unused;
	test_write("sfid.conf", "restarts = -1;\nfoo = 1;\n");
	test_write("drivers.d/e1000.conf", "bar = 1;");
	assert_false(load(true));
	assert_non_null(strstr(said, "sfid.conf:1: "));
	assert_non_null(strstr(said, "sfid.conf:2: "));
	assert_non_null(strstr(said, "e1000.conf:1: "));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(defaults),	     TEST(the_installed_file),	     TEST(a_driver_of_its_own),
		TEST(what_is_wrong), TEST(everything_wrong_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
