// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uevents: what is ours, what is somebody else's, and what is forged.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

/* TEXT: strings, each ended by a zero byte, as sizeof counts them without its own. */
#define PARSE(e, text) parse(e, text, sizeof(text) - 1)

static enum event parse(struct uevent *e, const char *text, size_t size)
{
	memcpy(e->message, text, size);
	return uevent_parse(e, size);
}

static void test_a_state(void **unused)
{
	static struct uevent e;

	(void)unused;
	assert_int_equal(PARSE(&e, "change@/kernel/sfi/e1000\0ACTION=change\0"
				   "DEVPATH=/kernel/sfi/e1000\0SUBSYSTEM=sfi\0SFI_DOMAIN=e1000\0"
				   "SFI_STATE=dead\0SEQNUM=12\0"),
			 EVENT_STATE);
	assert_string_equal(e.domain, "e1000");
	assert_string_equal(e.state, "dead");
}

static void test_what_is_not_ours(void **unused)
{
	static struct uevent e;

	(void)unused;
	assert_int_equal(PARSE(&e, ""), EVENT_OTHER);
	assert_int_equal(PARSE(&e, "\0"), EVENT_OTHER);
	assert_int_equal(PARSE(&e, "x@y\0SUBSYSTEM=net\0SFI_DOMAIN=e1000\0SFI_STATE=dead\0"),
			 EVENT_OTHER);
	assert_int_equal(PARSE(&e, "x@y\0SUBSYSTEM=sfi\0SFI_DOMAIN=e1000\0"), EVENT_OTHER);
	/* Not ended: nothing behind the message may be read. */
	assert_int_equal(PARSE(&e, "x@y\0SUBSYSTEM=sfi\0SFI_DOMAIN=e1000\0SFI_STATE=dead"),
			 EVENT_OTHER);
	assert_int_equal(PARSE(&e, "add@/module/x\0ACTION=add\0SUBSYSTEM=module\0"), EVENT_OTHER);
}

static void test_a_module_that_goes(void **unused)
{
	static struct uevent e;

	(void)unused;
	assert_int_equal(PARSE(&e, "remove@/module/x\0ACTION=remove\0SUBSYSTEM=module\0"),
			 EVENT_UNKNOWN);
}

/* A socket of another family stands in for the kernel's: its sender is not the kernel. */
static void test_a_forged_event(void **unused)
{
	static const char text[] = "x@y\0SUBSYSTEM=sfi\0SFI_DOMAIN=e1000\0SFI_STATE=dead\0";
	static struct uevent e;
	int fds[2];

	(void)unused;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 0);
	assert_int_equal(write(fds[1], text, sizeof(text) - 1), sizeof(text) - 1);
	assert_int_equal(events_next(fds[0], &e), EVENT_OTHER);
	assert_int_equal(events_next(fds[0], &e), EVENT_NONE);
	assert_int_equal(errno, 0);
	close(fds[0]);
	close(fds[1]);
}

static void test_what_sysfs_says(void **unused)
{
	char root[256];
	struct record r;

	(void)unused;
	mkdir(test_path("sfi"), 0700);
	mkdir(test_path("sfi/e1000"), 0700);
	test_write("sfi/e1000/state", "dead\n");
	test_write("sfi/e1000/dead_why", "init failed\n");
	test_write("sfi/e1000/violations", "7\n");
	test_write("sfi/e1000/last_recovery_us", "99\n");
	test_write("sfi/e1000/last_report", "a\n b\n");
	strcpy(root, test_path("sfi"));

	assert_true(event_look(root, "e1000", NULL, &r));
	assert_string_equal(r.state, "dead");
	assert_string_equal(r.why, "init failed");
	assert_int_equal(r.violations, 7);
	assert_int_equal(r.recovery_us, 0);
	assert_string_equal(r.report, "a\n b");
	assert_false(r.past);
	assert_true(uptime_ms() - r.uptime_ms < 60000);
	assert_true(strlen(r.boot) == 36);
	assert_true(strlen(r.time) == strlen("2026-01-01T00:00:00.000Z"));
	record_free(&r);
	/* What it was when it was announced, not what it is now. */
	assert_true(event_look(root, "e1000", "live", &r));
	assert_string_equal(r.state, "live");
	assert_string_equal(r.why, "");
	assert_int_equal(r.recovery_us, 99);
	assert_true(r.past);
	record_free(&r);
	assert_true(event_look(root, "e1000", "dead", &r));
	assert_false(r.past);
	record_free(&r);
	assert_false(event_look(root, "nvme", NULL, &r));
	assert_false(event_look(root, "../sfi/e1000", NULL, &r));
	assert_false(event_look(root, "e1000/../e1000", NULL, &r));
}

/* It fails while the number of its violations is being read: the kernel closes it, then counts. */
static void *fails(void *violations)
{
	int fd = open(violations, O_WRONLY); /* a pipe: waits for the reader */

	test_write("sfi/e1000/state", "failed\n");
	unlink(violations);
	test_write("sfi/e1000/violations", "8\n");
	return fd >= 0 && write(fd, "8\n", 2) == 2 && close(fd) == 0 ? NULL : violations;
}

static void test_a_failure_meanwhile(void **unused)
{
	char root[256], violations[256];
	struct record r;
	pthread_t thread;
	void *wrong;

	(void)unused;
	strcpy(root, test_path("sfi"));
	strcpy(violations, test_path("sfi/e1000/violations"));
	test_write("sfi/e1000/state", "live\n");
	assert_int_equal(unlink(violations), 0);
	assert_int_equal(mkfifo(violations, 0600), 0);
	assert_int_equal(pthread_create(&thread, NULL, fails, violations), 0);
	assert_true(event_look(root, "e1000", NULL, &r));
	assert_int_equal(pthread_join(thread, &wrong), 0);
	assert_null(wrong);
	assert_string_equal(r.state, "failed");
	assert_int_equal(r.violations, 8);
	record_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_state),
		cmocka_unit_test(test_what_is_not_ours),
		cmocka_unit_test(test_a_module_that_goes),
		cmocka_unit_test(test_a_forged_event),
		cmocka_unit_test(test_what_sysfs_says),
		cmocka_unit_test(test_a_failure_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
