// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real faults, sent to the landing as the host's hooks do it.
 */
#include "inside.h"

#include <signal.h>
#include <ucontext.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		INSIDE_TEST(null_read),
		INSIDE_TEST(divide_error),
		INSIDE_TEST(fault_in_a_copy_loop_is_the_callers),
		INSIDE_TEST(other_faults_by_name),
		INSIDE_TEST(eviction_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
