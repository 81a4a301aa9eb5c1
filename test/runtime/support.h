/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the runtime share: a pretend module with its tables, object
 * types, and a record of what the runtime told its host.
 */
#ifndef SFI_TEST_SUPPORT_H
#define SFI_TEST_SUPPORT_H

/* cmocka wants these first, in this order. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "../../runtime/core/internal.h"

/* Functions of the pretend driver: their section is the domain's text. */
#define DRIVER __attribute__((__noinline__, used, section("driver_text")))
extern const char __start_driver_text[], __stop_driver_text[];

#define POLICY 0x5eedULL

/* Types 1 and up, in this order. */
enum { T_DEVICE = 1, T_PACKET, T_TIMER, T_MEMORY, T_REGISTRATION };
extern const struct sfi_type type_device, type_packet, type_timer, type_memory, type_registration;

struct device {
	char name[16];
	u64 owned_by_kernel[4];
	u64 private_1,
		private_2; /* fields the driver may write; the second until it is registered */
};

struct packet {
	u64 words[8];
};

struct timer {
	u64 words[4];
	bool pending; /* busy */
};

/* The module. */
extern struct sfi_self test_self;
extern u64 test_global[4];
extern const struct sfi_entry test_entry;
extern const struct sfi_unit test_unit;
extern const struct sfi_arg test_arg;
int test_callback(int x); /* the driver's function behind test_entry */
void test_other_type(void);
int test_gate(int x);	  /* what the kernel would see */
int test_to_wrapper(int x); /* what indirect calls of abs() run */

/* What happened, in order, as words separated by spaces; test_log_clear() between steps. */
void test_log(const char *format, ...) __printf(1, 2);
extern char test_logged[4096];
void test_log_clear(void);

/* xorshift: the next number of a sequence that is the same in every run. *STATE is not 0. */
static inline u64 test_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* The last report's first line, without the newline. */
const char *test_report_line(struct sfi_domain *d);

void test_fill_load(struct sfi_load *load, const struct sfi_unit *const *units);
struct sfi_domain *test_domain_new(void);
void test_domain_end(struct sfi_domain *d);

/* cmocka fixtures: *state is the domain, live. */
int test_setup(void **state);
int test_teardown(void **state);

#endif
