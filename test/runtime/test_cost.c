// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hot paths cost, in instructions: a child process is single-stepped
 * through each of them. The bounds keep them from growing unnoticed; the
 * figures are those of the user-space port, whose gate saves pretend counts, and
 * whose counters are locked instructions where the kernel's are per-CPU ones.
 */
#include "support.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sfi_domain *dom;
static struct device device;
static struct packet packet;
static u64 granted;

/* Where counting begins and ends. Nothing in between but the call. */
static __attribute__((__noinline__, used)) void mark(void)
{
	__asm__ volatile("" ::: "memory");
}

static void do_nothing(void)
{
	mark();
	mark();
}

static void do_guard_hit(void)
{
	mark();
	sfi_guard(&test_self, granted, 8);
	mark();
}

/* The directory has the other chunk that wants this entry. */
static void do_guard_miss(void)
{
	sfi_guard(&test_self, granted + SFI_DIR_SPAN, 8);
	mark();
	sfi_guard(&test_self, granted, 8);
	mark();
}

static void do_icall(void)
{
	static const struct sfi_func nobody = { .addr = &nobody, .call = &nobody };
	static struct sfi_site site = { &nobody, 11 };

	mark();
	sfi_icall(&test_self, test_callback, &site);
	mark();
}

/* A place that knows one calls another. */
static void do_icall_again(void)
{
	static const struct sfi_func first = { .addr = &first, .call = &first, .type = 11 };
	static struct sfi_site site = { &first, 11 };

	mark();
	sfi_icall(&test_self, test_callback, &site);
	mark();
}

static void do_borrow(void)
{
	sfi_borrow(dom, &type_packet, &packet);
	sfi_unborrow(dom, &type_packet, &packet);
	mark();
	/* The record is the last one's. */
	sfi_borrow(dom, &type_packet, &packet);
	sfi_unborrow(dom, &type_packet, &packet);
	mark();
}

static void do_gate(void)
{
	SFI_DEFINE_GATE(g);

	mark();
	if (sfi_gate_enter(&g, &test_entry) && !sfi_gate_save(&g))
		sfi_gate_leave(&g);
	mark();
}

static void do_import(void)
{
	struct sfi_domain *d;

	mark();
	d = sfi_import_enter(&test_self);
	sfi_import_leave(d);
	mark();
}

static void do_owned(void)
{
	mark();
	sfi_check_owned(dom, &device, T_DEVICE, &test_arg);
	mark();
}

static void do_writable_2k(void)
{
	mark();
	sfi_check_writable(dom, (const void *)(uintptr_t)granted, 2048, &test_arg);
	mark();
}

static void do_grant_2k(void)
{
	mark();
	sfi_grant(dom, (const void *)(uintptr_t)granted, 2048);
	mark();
}

static void do_hot_object(void)
{
	mark();
	sfi_acquire(dom, &type_packet, &packet, 0, NULL, 0, 0, 0, 0);
	sfi_release(dom, &type_packet, &packet, &test_arg);
	mark();
}

/* With a record; beside as many as there are. */
static void do_recorded_object(void)
{
	void *memory = (void *)(uintptr_t)(granted + 2048);

	mark();
	sfi_acquire(dom, &type_memory, memory, 64, NULL, 0, 0, 0, 0);
	sfi_release(dom, &type_memory, memory, &test_arg);
	mark();
}

static void do_lock(void)
{
	static int lock;

	mark();
	sfi_lock_taken(dom, &lock, "lock", NULL, &test_arg);
	sfi_lock_dropped(dom, &lock, "lock", &test_arg);
	mark();
}

/* Instructions that FN executes between its two marks. */
static long count(void (*fn)(void))
{
	struct user_regs_struct regs;
	long n = 0;
	int marks = 0, status;
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	while (marks < 2) {
		assert_true(WIFSTOPPED(status));
		assert_int_equal(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &regs), 0);
		n += marks;
		marks += regs.rip == sfi_addr(mark);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return n;
}

static void costs(void **state)
{
	static const struct {
		const char *what;
		void (*fn)(void);
		long most;
	} paths[] = {
		{ "ownership check", do_owned, 20 },
		{ "import wrapper, enter and leave", do_import, 10 },
		{ "gate, enter, save and leave", do_gate, 80 },
		{ "guard's slow path, directory hit", do_guard_hit, 125 },
		{ "guard's slow path, directory miss", do_guard_miss, 235 },
		{ "indirect call, a place's first", do_icall, 100 },
		{ "indirect call of another", do_icall_again, 60 },
		{ "object borrowed and given back", do_borrow, 500 },
		{ "range check of 2 KiB", do_writable_2k, 145 },
		{ "grant of 2 KiB", do_grant_2k, 280 },
		{ "hot object, acquire and release", do_hot_object, 195 },
		{ "lock, taken and dropped", do_lock, 125 },
	};
	static u64 room[512] __attribute__((aligned(4096)));
	long empty;
	u32 i;

	dom = *state;
	granted = sfi_addr(room);
	sfi_grant(dom, (void *)(uintptr_t)(granted + SFI_DIR_SPAN), 8);
	sfi_grant(dom, room, sizeof(room));
	sfi_acquire(dom, &type_device, &device, 0, NULL, 0, 0, 0, 0);
	empty = count(do_nothing);
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		long n = count(paths[i].fn) - empty;

		print_message("%-36s %4ld instructions\n", paths[i].what, n);
		assert_in_range(n, 1, paths[i].most);
	}
}

/* The way is longer by the depth of a tree, not by the number of objects. */
static void objects_do_not_add_up(void **state)
{
	static u64 room[2][10000] __attribute__((aligned(4096)));
	long alone, crowded;
	u32 i;

	dom = *state;
	granted = sfi_addr(room[0]);
	do_recorded_object(); /* once without counting: the loader looks for malloc() and the like */
	alone = count(do_recorded_object);
	for (i = 0; i < ARRAY_SIZE(room[1]); i++)
		assert_non_null(sfi_acquire(dom, &type_memory, &room[1][i], 8, NULL, 0, 0, 0, 0));
	crowded = count(do_recorded_object);
	print_message("object with a record: %ld instructions alone, %ld beside 10,000\n", alone,
		      crowded);
	assert_in_range(alone, 1, 1200);
	assert_in_range(crowded, 1, alone + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(costs, test_setup, test_teardown),
		cmocka_unit_test_setup_teardown(objects_do_not_add_up, test_setup, test_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
