/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the unit tests of sfid's parts have in common: records, files, and what
 * was said.
 */
#ifndef SFI_TEST_AGENT_H
#define SFI_TEST_AGENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sfid.h"

/* All messages since said_clear(), each ended by a newline. */
extern char said[8192];
void said_clear(void);

/* A record of e1000 in boot "b", SECONDS after that. */
struct record record_of(const char *state, long long seconds);

/* A file in a folder of this test's own. The path is valid until the next call. */
const char *test_path(const char *name);
void test_write(const char *name, const char *text);
/* Contents of a file. Free with free(). */
char *test_read(const char *name);

#endif
