/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel that a random program is a driver of.
 */
#ifndef RANDOM_KERNEL_H
#define RANDOM_KERNEL_H

#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* Neither does anything; the policy says that one may take rights away. */
#ifdef RANDOM_BOUND /* as if the pass had bound the calls, in the world of test/exhaust/ */
void sfi_w_may(void);
void sfi_w_keep(void);
#define random_may_revoke sfi_w_may
#define random_keeps sfi_w_keep
#else
void random_may_revoke(void);
void random_keeps(void);
#endif

struct random_ops {
	u64 (*run)(void); /* a checksum of what it did */
};
extern const struct random_ops random_program;

#endif
