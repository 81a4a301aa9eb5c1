/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the tests of what happens inside a driver: a call through a gate, and how it ends.
 */
#ifndef SFI_TEST_INSIDE_H
#define SFI_TEST_INSIDE_H

#include "support.h"

/* The test's domain: live, and no call inside. */
extern struct sfi_domain *dom;

/* As cmocka's fixture; the context is as in a task that may sleep. */
int inside_setup(void **state);

/* Runs tests; each gets a domain of its own. */
#define INSIDE_TEST(name) cmocka_unit_test_setup_teardown(name, inside_setup, test_teardown)

/* Calls FN(1) as a callback of the domain. Returns its result, or one of these. */
int enter(int (*fn)(int x));
#define UNWOUND (-1)
#define REFUSED (-2)

/* An import wrapper around FN(X): comes back to its caller unless the domain has failed meanwhile. */
int import(int (*fn)(int x), int x);

/*
 * There was one violation: its report begins with WHAT and names the driver's function BY. The
 * functions being in one section, lines are theirs.
 */
void assert_report(const char *what, const char *by);

/* The driver's functions: returns x + 41; stores 8 bytes at store_at; calls wrapper(); calls kernel_function(x). */
int drv_nothing(int x);
int drv_store(int x);
int drv_wrapper(int x);
int drv_import(int x);
extern u64 store_at;
extern void (*wrapper)(void);
extern int (*kernel_function)(int x);

/* For wrapper: a violation. */
void requirement(void);

#endif
