// SPDX-License-Identifier: GPL-2.0-only
/*
 * What wrappers check: each wrong argument has its report, right ones pass.
 */
#include "inside.h"

static struct device device;
static struct packet packet;

static void *memory;

static void owned_null(void)
{
	sfi_check_owned(dom, NULL, T_DEVICE, &test_arg);
}
static void owned_foreign(void)
{
	sfi_check_owned(dom, &packet, T_DEVICE, &test_arg);
}
static void owned_type(void)
{
	sfi_check_owned(dom, &device, T_PACKET, &test_arg);
}
static void owned_interior(void)
{
	sfi_check_owned(dom, (char *)&device + 8, T_DEVICE, &test_arg);
}
static void owned_memory(void)
{
	sfi_check_owned(dom, test_global, T_DEVICE, &test_arg);
}
static void release_foreign(void)
{
	sfi_release(dom, &type_device, &packet, &test_arg);
}
static void release_interior(void)
{
	sfi_release(dom, &type_memory, (char *)memory + 16, &test_arg);
}
static void release_borrowed(void)
{
	sfi_borrow(dom, &type_packet, &packet);
	sfi_release(dom, &type_packet, &packet, &test_arg);
}
static void release_borrowed_record(void)
{
	sfi_borrow(dom, &type_device, &packet);
	sfi_release(dom, &type_device, &packet, &test_arg);
}
static void release_other_arguments_while_borrowed(void)
{
	const u64 args[4] = { 0, 2, 0, 0 };

	sfi_borrow(dom, &type_device, &packet);
	sfi_acquire(dom, &type_device, &packet, 0, NULL, 0, 1, 0, 0);
	sfi_release_args(dom, &type_device, &packet, args, 2, &test_arg);
}
static void release_twice(void)
{
	sfi_release(dom, &type_memory, memory, &test_arg);
	sfi_release(dom, &type_memory, memory, &test_arg);
}
/* The next task_struct begins within one, by its size: the kernel allocates less. */
static void release_twice_behind_another(void)
{
	void *next = (char *)memory + 16;

	sfi_acquire(dom, &type_memory, next, 8, NULL, 0, 0, 0, 0);
	sfi_release(dom, &type_memory, next, &test_arg);
	sfi_release(dom, &type_memory, next, &test_arg);
}
static void release_other_arguments(void)
{
	const u64 args[4] = { 0, 2, 0, 0 };

	sfi_release_args(dom, &type_memory, memory, args, 2, &test_arg);
}
static void release_busy(void)
{
	struct timer *t = (struct timer *)((char *)memory + 64);

	sfi_embed(dom, &type_timer, t, sizeof(*t), &test_arg);
	t->pending = true;
	sfi_release(dom, &type_memory, memory, &test_arg);
}
/* One that has no record. */
static bool always_busy(const void *obj)
{
	(void)obj;
	return true;
}
static const struct sfi_type type_busy = {
	.name = "busy",
	.id = 63,
	.hot = true,
	.size = 16,
	.busy = always_busy,
};
static const struct sfi_type *const busy_types[] = { &type_busy };
static void release_busy_hot(void)
{
	sfi_types_register(busy_types, 1, NULL);
	sfi_embed(dom, &type_busy, (char *)memory + 112, 16, &test_arg);
	sfi_release(dom, &type_memory, memory, &test_arg);
}
/* Another object at the same address, before the memory in the order of types. */
static void release_below(void)
{
	sfi_acquire(dom, &type_device, &packet, 0, NULL, 0, 0, 0, 0);
	sfi_acquire(dom, &type_memory, &packet, sizeof(packet), NULL, 0, 0, 0, 0);
	sfi_release(dom, &type_memory, &packet, &test_arg);
}
static void release_registered(void)
{
	sfi_acquire(dom, &type_registration, &device, 0, NULL, 0, 0, 0, 0);
	sfi_release(dom, &type_device, &device, &test_arg);
}
static void release_registered_at_end(void)
{
	sfi_acquire(dom, &type_registration, (char *)memory - 1, 0, NULL, 0, 0, 0, 0);
	sfi_acquire(dom, &type_registration, (char *)memory + 127, 0, NULL, 0, 0, 0, 0);
	sfi_release(dom, &type_memory, memory, &test_arg);
}
static void unlock_nothing(void *lock)
{
	(void)lock;
}
static void release_locked(void)
{
	sfi_lock_taken(dom, (char *)memory + 127, "a lock", unlock_nothing, &test_arg);
	sfi_lock_taken(dom, (char *)memory + 128, "a lock behind", unlock_nothing, &test_arg);
	sfi_release(dom, &type_memory, memory, &test_arg);
}
static void embed_foreign(void)
{
	sfi_embed(dom, &type_timer, &packet, 8, &test_arg);
}
static bool never_sound(const void *obj)
{
	/* The driver cannot change any more what is looked at. */
	assert_false(sfi_writable(dom, sfi_addr(obj), 1));
	return false;
}
static void release_unsound(void *obj)
{
	(void)obj;
	fail_msg("recovery follows what was never sound");
}
static const struct sfi_type type_unsound = {
	.name = "unsound",
	.id = 61,
	.hot = true,
	.size = 16,
	.sound = never_sound,
	.release = release_unsound,
};
static const struct sfi_type *const unsound_types[] = { &type_unsound };
static void embed_unsound(void)
{
	sfi_types_register(unsound_types, 1, NULL);
	sfi_embed(dom, &type_unsound, memory, 16, &test_arg);
}
static void unembed_nothing(void)
{
	sfi_unembed(dom, &type_timer, memory, 8, &test_arg);
}
static void write_past(void)
{
	sfi_check_writable(dom, memory, 129, &test_arg);
}
/* Of words, what is aligned is looked at where the wrapper is. */
static void write_word_before(void)
{
	sfi_check_writable(dom, (char *)memory - 8, 8, &test_arg);
}
static void write_half_before(void)
{
	sfi_check_writable(dom, (char *)memory - 4, 4, &test_arg);
}
static void write_word_across(void)
{
	sfi_check_writable(dom, (char *)memory + 124, 8, &test_arg);
}
static void write_half_across(void)
{
	sfi_check_writable(dom, (char *)memory + 126, 4, &test_arg);
}
static void read_null(void)
{
	sfi_check_readable(dom, NULL, 1, &test_arg);
}
static void read_wrap(void)
{
	sfi_check_readable(dom, &packet, ~(size_t)0, &test_arg);
}
static const struct sfi_type type_bytes = { .name = "bytes", .id = 62, .memory_bytes = 16 };
static void read_beyond(void)
{
	sfi_acquire(dom, &type_bytes, &packet.words[2], 16, NULL, 0, 0, 0, 0);
	sfi_check_extent(dom, &packet.words[3], 9, &test_arg);
}
static void callback_foreign(void)
{
	sfi_check_callback(dom, drv_nothing, "ops__call", &test_arg);
}
static void callback_kind(void)
{
	sfi_check_callback(dom, test_gate, "ops__other", &test_arg);
}
static void callback_kernels(void)
{
	assert_true(sfi_is_kernel_function(dom, abs, "abs"));
	assert_false(sfi_is_kernel_function(dom, abs, "strlen"));
	assert_false(sfi_is_kernel_function(dom, test_gate, "abs"));
	assert_false(sfi_is_kernel_function(dom, NULL, "abs"));
	sfi_check_callback(dom, abs, "ops__other", &test_arg);
}
static void constant_foreign(void)
{
	sfi_check_constant(dom, test_global, 8, &test_arg);
}
static void module_foreign(void)
{
	sfi_check_module(dom, (struct module *)&packet, &test_arg);
}
static void unlock_foreign(void)
{
	sfi_lock_dropped(dom, &packet, "lock", &test_arg);
}

#define ARG "argument p of kernel_function: "
static const struct {
	void (*call)(void);
	const char *report;
} arguments[] = {
	{ owned_null, ARG "is NULL" },
	{ owned_foreign, ARG "foreign object (not a device of this domain)" },
	{ owned_type, ARG "wrong type (a device, not a packet)" },
	{ owned_interior, ARG "interior pointer (8 bytes into a device)" },
	{ owned_memory, ARG "not an object (own memory of the driver, not a device)" },
	{ release_foreign, ARG "foreign object (not a device of this domain)" },
	{ release_other_arguments_while_borrowed,
	  ARG "other arguments (the device was acquired with others)" },
	{ release_interior, ARG "interior pointer (16 bytes into a memory)" },
	{ release_borrowed, ARG "only borrowed (the packet is the caller's)" },
	{ release_borrowed_record, ARG "only borrowed (the device is the caller's)" },
	{ release_twice_behind_another, ARG "double free (the memory was released already)" },
	{ release_twice, ARG "double free (the memory was released already)" },
	{ release_other_arguments, ARG "other arguments (the memory was acquired with others)" },
	{ release_busy, ARG "frees memory that holds a live object (timer at offset 64)" },
	{ release_busy_hot, ARG "frees memory that holds a live object (busy at offset 112)" },
	{ release_below, ARG "frees memory that holds a live object (device at offset 0)" },
	{ release_registered,
	  ARG "frees memory that holds a live object (registration at offset 0)" },
	{ release_registered_at_end,
	  ARG "frees memory that holds a live object (registration at offset 127)" },
	{ release_locked, ARG "frees memory that holds a held lock (a lock at offset 127)" },
	{ embed_foreign, ARG "is not memory of the driver's own" },
	{ embed_unsound, ARG "does not meet what is required of it" },
	{ unembed_nothing, ARG "not an object (own memory of the driver, not a timer)" },
	{ write_past, ARG "not writable by the driver" },
	{ write_word_before, ARG "not writable by the driver" },
	{ write_half_before, ARG "not writable by the driver" },
	{ write_word_across, ARG "not writable by the driver" },
	{ write_half_across, ARG "not writable by the driver" },
	{ read_null, ARG "is NULL" },
	{ read_wrap, ARG "not an address of the kernel's" },
	{ read_beyond, ARG "reaches beyond its memory" },
	{ callback_foreign, ARG "not a callback of the driver's" },
	{ callback_kind, ARG "a callback of another kind" },
	{ callback_kernels, ARG "not a kernel function for this slot" },
	{ constant_foreign, ARG "not constant data of the driver's" },
	{ module_foreign, ARG "not the driver's module" },
	{ requirement, ARG "does not meet what is required of it" },
	{ unlock_foreign, ARG "not a lock that this context took" },
};

static void bad_arguments(void **state)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(arguments); i++) {
		memory = aligned_alloc(8, 128);
		memset(memory, 0, 128);
		sfi_acquire(dom, &type_memory, memory, 128, NULL, 0, 1, 0, 0);
		sfi_acquire(dom, &type_device, &device, 0, NULL, 0, 0, 0, 0);
		wrapper = arguments[i].call;
		assert_int_equal(enter(drv_wrapper), UNWOUND);
		assert_report(arguments[i].report, "drv_wrapper+0x");
		sfi_release_all(dom);
		free(memory);
		test_domain_end(dom);
		dom = test_domain_new();
		sfi_domain_move(dom, SFI_LOADING, SFI_LIVE);
		*state = dom;
	}
	sfi_types_unregister(unsound_types, 1);
	sfi_types_unregister(busy_types, 1);
}

static void all_right(void)
{
	sfi_acquire(dom, &type_device, &device, 0, NULL, 0, 0, 0, 0);
	sfi_check_owned(dom, &device, T_DEVICE, &test_arg);
	sfi_check_writable(dom, test_global, sizeof(test_global), &test_arg);
	sfi_check_writable(dom, &test_global[3], 8, &test_arg);
	sfi_check_writable(dom, (char *)&test_global[3] + 4, 4, &test_arg);
	sfi_check_writable(dom, (char *)&test_global[2] + 4, 8, &test_arg);
	sfi_check_writable(dom, NULL, 0, &test_arg);
	sfi_check_readable(dom, NULL, 0, &test_arg);
	sfi_check_readable(dom, &packet, sizeof(packet), &test_arg);
	sfi_check_callback(dom, NULL, "ops__call", &test_arg);
	sfi_check_callback(dom, test_gate, "ops__call", &test_arg);
	sfi_check_constant(dom, NULL, 8, &test_arg);
	sfi_check_constant(dom, test_unit.funcs, sizeof(*test_unit.funcs), &test_arg);
	sfi_check_module(dom, NULL, &test_arg);
	sfi_check_module(dom, dom->module, &test_arg);
	sfi_check_that(dom, true, &test_arg);
	/* Up to the end of memory, of what is no memory, and with something in between. */
	sfi_acquire(dom, &type_bytes, &packet.words[2], 16, NULL, 0, 0, 0, 0);
	sfi_acquire(dom, &type_registration, &packet.words[3], 0, NULL, 0, 0, 0, 0);
	sfi_check_extent(dom, &packet.words[2], 16, &test_arg);
	sfi_check_extent(dom, (char *)&packet.words[3] + 1, 7, &test_arg);
	sfi_check_extent(dom, &packet.words[4], 64, &test_arg);
	sfi_check_extent(dom, &packet.words[1], 64, &test_arg);
	sfi_release(dom, &type_registration, &packet.words[3], &test_arg);
	sfi_release(dom, &type_bytes, &packet.words[2], &test_arg);
	/* Neighbours are not inside. */
	sfi_acquire(dom, &type_memory, &packet.words[2], 16, NULL, 0, 0, 0, 0);
	sfi_acquire(dom, &type_registration, (char *)&packet.words[2] - 1, 0, NULL, 0, 0, 0, 0);
	sfi_acquire(dom, &type_registration, &packet.words[4], 0, NULL, 0, 0, 0, 0);
	sfi_release(dom, &type_memory, &packet.words[2], &test_arg);
}

static void right_arguments(void **state)
{
	(void)state;
	wrapper = all_right;
	assert_int_equal(enter(drv_wrapper), 1);
	assert_string_equal(test_logged, "");
}

static void bad_result(void **state)
{
	SFI_DEFINE_GATE(g);
	volatile int ret = 0;

	(void)state;
	assert_true(sfi_gate_enter(&g, &test_entry));
	if (!sfi_gate_save(&g)) {
		sfi_check_result(&g, true, 3);
		ret = 1;
		sfi_check_result(&g, false, 77);
		ret = 2;
	}
	sfi_gate_leave(&g);
	assert_int_equal(ret, 1);
	assert_report("result 77 of ops__call", "test_callback+0x0 [test] (callback.c:100)");
}

static void hold_again(void)
{
	u64 flags;

	sfi_embedded_hold(dom, &type_timer, memory, &flags);
}

/* As netconsole does, when the kernel prints a warning about what it is given. */
static void is_called_by_who_makes_an_object_busy(void **state)
{
	u64 flags;

	(void)state;
	memory = aligned_alloc(8, 128);
	memset(memory, 0, 128);
	sfi_acquire(dom, &type_memory, memory, 128, NULL, 0, 0, 0, 0);
	sfi_embed(dom, &type_timer, memory, sizeof(struct timer), &test_arg);
	assert_true(sfi_embedded_hold(dom, &type_timer, memory, &flags));
	wrapper = hold_again;
	assert_int_equal(enter(drv_wrapper), UNWOUND);
	assert_string_equal(
		test_report_line(dom),
		"sfi: VIOLATION in test: internal error: called from within a call that makes an object busy");
	sfi_embedded_let_go(dom, flags);
	assert_true(sfi_embedded_hold(dom, &type_timer, memory, &flags));
	sfi_embedded_let_go(dom, flags);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		INSIDE_TEST(bad_arguments),
		INSIDE_TEST(right_arguments),
		INSIDE_TEST(bad_result),
		INSIDE_TEST(is_called_by_who_makes_an_object_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
