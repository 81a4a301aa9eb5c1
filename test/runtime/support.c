// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pretend module and the host's hooks of the runtime's tests.
 */
#include "support.h"

struct sfi_self test_self;
u64 test_global[4] = { 1, 2, 3, 4 };
char test_logged[4096];
static size_t logged;

void test_log(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	logged += (size_t)vsnprintf(test_logged + logged, sizeof(test_logged) - logged, format, ap);
	va_end(ap);
	assert_true(logged < sizeof(test_logged));
}

void test_log_clear(void)
{
	logged = 0;
	test_logged[0] = '\0';
}

/* === Types === */

static void release_packet(void *obj)
{
	test_log("packet:%c ", (int)((struct packet *)obj)->words[0]);
}

static void release_timer(void *obj)
{
	((struct timer *)obj)->pending = false;
	test_log("timer ");
}

static bool timer_busy(const void *obj)
{
	return ((const struct timer *)obj)->pending;
}

static const struct sfi_field device_fields[] = {
	{ .offset = offsetof(struct device, private_1), .size = 8 },
	{ .offset = offsetof(struct device, private_2), .size = 8, .until = T_REGISTRATION },
	{ .size = 0 },
};
const struct sfi_type type_device = {
	.name = "device",
	.id = T_DEVICE,
	.size = sizeof(struct device),
	.fields = device_fields,
};
const struct sfi_type type_packet = {
	.name = "packet",
	.id = T_PACKET,
	.hot = true,
	.size = sizeof(struct packet),
	.release = release_packet,
};
const struct sfi_type type_timer = {
	.name = "timer",
	.id = T_TIMER,
	.size = sizeof(struct timer),
	.release = release_timer,
	.busy = timer_busy,
};
const struct sfi_type type_memory = { .name = "memory", .id = T_MEMORY };
const struct sfi_type type_registration = { .name = "registration", .id = T_REGISTRATION };
static const struct sfi_type *const all_types[] = {
	&type_device, &type_packet, &type_timer, &type_memory, &type_registration,
};

/* === The module === */

static int test_behaviour_none(int x)
{
	return x;
}
int (*test_behaviour)(int x) = test_behaviour_none;

DRIVER int test_callback(int x)
{
	return test_behaviour(x) + 1;
}

DRIVER int test_gate(int x)
{
	return x;
}

DRIVER int test_to_wrapper(int x)
{
	return -x;
}

DRIVER void test_other_type(void)
{
	barrier();
}

const struct sfi_arg test_arg = { .function = "kernel_function", .parameter = "p" };
const struct sfi_entry test_entry = {
	.fn = test_callback,
	.gate = test_gate,
	.self = &test_self,
	.name = "test_callback",
	.kind = "ops__call",
};
static const struct sfi_func funcs[] = {
	{ test_callback, test_callback, 11, 0, "test_callback" },
	{ test_gate, test_callback, 11, SFI_FUNC_GATE, "test_gate" },
	{ test_other_type, test_other_type, 22, 0, "test_other_type" },
	{ test_to_wrapper, NULL, 0, 0, "test_to_wrapper" },
	{ abs, test_to_wrapper, 11, SFI_FUNC_KERNEL, "abs" },
	{ strlen, NULL, 33, SFI_FUNC_KERNEL, "strlen" },
};
static const struct sfi_global globals[] = { { test_global, sizeof(test_global), "test_global" } };
static const struct sfi_line lines[] = {
	{ (const char *)test_other_type + 1, "drivers/test/other.c", 300, 1 },
	{ (const char *)test_callback, "drivers/test/callback.c", 100, 1 },
	{ (const char *)test_gate, "drivers/test/gate.c", 200, 1 },
};
const struct sfi_unit test_unit = {
	.magic = SFI_UNIT_MAGIC,
	.abi = SFI_ABI_VERSION,
	.policy = POLICY,
	.self = &test_self,
	.name = "test.c",
	.funcs = funcs,
	.entries = &test_entry,
	.globals = globals,
	.lines = lines,
	.lines_end = lines + ARRAY_SIZE(lines),
	.nr_funcs = ARRAY_SIZE(funcs),
	.nr_entries = 1,
	.nr_globals = ARRAY_SIZE(globals),
	.stores = 7,
	.guards = 5,
};

/* === Hooks === */

void sfi_port_failed(struct sfi_domain *d)
{
	assert_int_equal(sfi_domain_state(d), SFI_FAILED);
	test_log("recover ");
}

void sfi_port_state_changed(struct sfi_domain *d, unsigned int from, unsigned int to)
{
	(void)d;
	test_log("%s>%s ", sfi_state_name(from), sfi_state_name(to));
}

void sfi_port_report(struct sfi_domain *d, const struct sfi_report *r, const char *text)
{
	(void)d;
	assert_non_null(strchr(text, '\n'));
	test_log("report:%u ", r->what);
}

/* === Fixtures === */

const char *test_report_line(struct sfi_domain *d)
{
	static char text[SFI_REPORT_SIZE];

	sfi_domain_last_report(d, text, sizeof(text));
	*strchrnul(text, '\n') = '\0';
	return text;
}

void test_fill_load(struct sfi_load *load, const struct sfi_unit *const *units)
{
	*load = (struct sfi_load){
		.name = "test",
		.module = (struct module *)&test_self,
		.self = &test_self,
		.units = units,
		.nr_units = 1,
		.policy = POLICY,
		.text = sfi_addr(__start_driver_text),
		.text_size = (u64)(__stop_driver_text - __start_driver_text),
		.rodata = sfi_addr(funcs),
		.rodata_size = sizeof(funcs),
	};
}

struct sfi_domain *test_domain_new(void)
{
	static const struct sfi_unit *const units[] = { &test_unit };
	struct sfi_domain *d = NULL;
	struct sfi_load load;
	char why[128];

	test_fill_load(&load, units);
	assert_int_equal(sfi_domain_create(&load, &d, why, sizeof(why)), 0);
	return d;
}

void test_domain_end(struct sfi_domain *d)
{
	sfi_domain_destroy(d);
	memset(&test_self, 0, sizeof(test_self));
}

int test_setup(void **state)
{
	struct sfi_domain *d;

	if (sfi_types_register(all_types, ARRAY_SIZE(all_types), NULL))
		return -1;
	d = test_domain_new();
	sfi_domain_move(d, SFI_LOADING, SFI_LIVE);
	test_log_clear();
	*state = d;
	return 0;
}

int test_teardown(void **state)
{
	test_domain_end(*state);
	sfi_types_unregister(all_types, ARRAY_SIZE(all_types));
	return 0;
}
