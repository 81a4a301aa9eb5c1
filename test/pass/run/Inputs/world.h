/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A world for instrumented code, in user space: the runtime's symbols as the
 * ABI header defines them, over a model that keeps the rights once more, byte
 * by byte, so that table and model can be compared.
 */
#ifndef WORLD_H
#define WORLD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sfi/abi.h>

extern struct sfi_self __sfi_self;

/* Counts of the runtime's functions that were entered. */
extern unsigned long world_slow, world_grants, world_revokes, world_icalls, world_stacks;

/* Where the last violation's call comes from. */
extern uint64_t world_ip;

/* Makes the directory and the leaves; nothing may be written. */
void world_init(void);
/* Gives or takes the right to [P, P + SIZE), rounded outwards to slots. */
void world_allow(const void *p, size_t size, bool on);
/* BYTE of the table says what is with the slot of P. */
void world_mark(const void *p, uint8_t byte);
/* May all of [P, P + SIZE) be written? By the table, in the slow path's way. */
bool world_may_write(uint64_t p, uint64_t size);
/* Forgets the chunk's place in the directory: the fast path misses, the slow one does not. */
void world_evict(const void *p);

/* Calls CALL(ARG); true if it came to a violation, which ends the call. */
bool world_violates(void (*call)(void *arg), void *arg);

#endif
