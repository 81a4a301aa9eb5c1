// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* Imports of every sort, for ../coverage.test. */
#include <linux/toy.h>

void __fentry__(void);
void toy_undeclared(void);

const void *const imports[] = {
	__fentry__, &toy_count, &toy_limit, toy_handle, toy_length, toy_map, toy_note, toy_print, toy_trylock, toy_undeclared, toy_wait,
};
