// SPDX-License-Identifier: GPL-2.0-only
// The runtime's symbols as the ABI header defines them, for the tests of the
// pass alone: leaves are found in a hash of all chunks; the directory is filled
// when a right is given.
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLD __attribute__((preserve_most, used))

struct sfi_self __sfi_self;
unsigned long world_slow, world_grants, world_revokes, world_icalls, world_stacks;
uint64_t world_ip;

#define CHUNKS 256
static struct chunk {
	uint64_t number;
	bool used;
} chunks[CHUNKS];
/*
 * Leaf 0 stays zero; leaf 2 * N + 1 belongs to chunks[N]; the others say that all may be
 * written: who reads on at the end of a leaf is led astray.
 */
static uint8_t leaves[2 * CHUNKS + 1][SFI_LEAF_SLOTS] __attribute__((aligned(4096)));
static struct sfi_chunk known[CHUNKS]; /* what the directory may say of chunks[N] */
static const struct sfi_chunk nowhere = { 0, leaves[0] };
static jmp_buf *back;

static const struct sfi_chunk **dir_entry(uint64_t address)
{
	return &__sfi_self.dir[address >> SFI_CHUNK_SHIFT & (SFI_DIR_ENTRIES - 1)];
}

static void use(int n, uint64_t number)
{
	chunks[n] = (struct chunk){ number, true };
	known[n] = (struct sfi_chunk){ number << SFI_CHUNK_SHIFT, leaves[2 * n + 1] };
}

static uint8_t *find_leaf(uint64_t address, bool make)
{
	for (int n = 0; n < CHUNKS; n++) {
		if (!chunks[n].used && make)
			use(n, address >> SFI_CHUNK_SHIFT);
		if (chunks[n].used && chunks[n].number == address >> SFI_CHUNK_SHIFT) {
			if (make)
				*dir_entry(address) = &known[n];
			return leaves[2 * n + 1];
		}
	}
	if (make)
		abort();
	return leaves[0];
}

void world_init(void)
{
	memset(chunks, 0, sizeof(chunks));
	memset(leaves[0], 0, sizeof(leaves[0]));
	for (int n = 0; n < CHUNKS; n++) {
		memset(leaves[2 * n + 1], 0, sizeof(leaves[0]));
		memset(leaves[2 * n + 2], 0xff, sizeof(leaves[0]));
	}
	memset(&__sfi_self, 0, sizeof(__sfi_self));
	for (int n = 0; n < SFI_DIR_ENTRIES; n++)
		__sfi_self.dir[n] = &nowhere;
}

void world_allow(const void *p, size_t size, bool on)
{
	uint64_t slot = (uint64_t)p >> SFI_SLOT_SHIFT;
	uint64_t end = ((uint64_t)p + size + SFI_SLOT_SIZE - 1) >> SFI_SLOT_SHIFT;

	for (; slot != end; slot++)
		find_leaf(slot << SFI_SLOT_SHIFT, true)[slot & (SFI_LEAF_SLOTS - 1)] = on;
}

void world_mark(const void *p, uint8_t byte)
{
	find_leaf((uint64_t)p, true)[(uint64_t)p >> SFI_SLOT_SHIFT & (SFI_LEAF_SLOTS - 1)] = byte;
}

bool world_may_write(uint64_t p, uint64_t size)
{
	if (size && size - 1 > ~p)
		return false;
	for (uint64_t slot = p >> 3; size && slot <= (p + size - 1) >> 3; slot++)
		if (!(find_leaf(slot << 3, false)[slot & (SFI_LEAF_SLOTS - 1)] & SFI_RIGHT_WRITE))
			return false;
	return true;
}

void world_evict(const void *p)
{
	*dir_entry((uint64_t)p) = &nowhere;
}

bool world_violates(void (*call)(void *arg), void *arg)
{
	jmp_buf here;

	back = &here;
	if (setjmp(here)) {
		back = NULL;
		return true;
	}
	call(arg);
	back = NULL;
	return false;
}

static void violation(void)
{
	if (!back)
		abort();
	longjmp(*back, 1);
}

static void check(uint64_t p, uint64_t size)
{
	if (!world_may_write(p, size))
		violation();
}

COLD void sfi_guard(struct sfi_self *self, uint64_t p, uint64_t size)
{
	(void)self;
	world_slow++;
	world_ip = (uint64_t)__builtin_return_address(0);
	check(p, size);
}

void sfi_memcpy(struct sfi_self *self, void *to, const void *from, uint64_t size)
{
	(void)self;
	check((uint64_t)to, size);
	memcpy(to, from, size);
}

void sfi_memmove(struct sfi_self *self, void *to, const void *from, uint64_t size)
{
	(void)self;
	check((uint64_t)to, size);
	memmove(to, from, size);
}

void sfi_memset(struct sfi_self *self, void *to, uint32_t byte, uint64_t size)
{
	(void)self;
	check((uint64_t)to, size);
	memset(to, byte, size);
}

/* What a call of FN as a function of that type runs, or null. Defined by the test. */
extern const void *world_target(const void *fn, uint32_t type);

/* As in the runtime, a place gets to know the first function that is called there and is what runs. */
COLD const void *sfi_icall(struct sfi_self *self, const void *fn, struct sfi_site *site)
{
	const void *call = world_target(fn, site->type);
	static struct sfi_func known[64], *next = known;

	(void)self;
	world_icalls++;
	world_ip = (uint64_t)__builtin_return_address(0);
	if (!call)
		violation();
	if (call == fn && !site->known->type && next < known + 64) {
		*next = (struct sfi_func){ .addr = fn, .call = call, .type = site->type };
		site->known = next++;
	}
	return call;
}

COLD void sfi_stack(struct sfi_self *self)
{
	(void)self;
	world_stacks++;
}

static void local(uint64_t p, uint64_t size, bool on)
{
	if (p % SFI_SLOT_SIZE || size % SFI_SLOT_SIZE) {
		fprintf(stderr, "a local at %#lx of %lu bytes is not whole slots\n", p, size);
		exit(1);
	}
	world_allow((void *)p, size, on);
}

COLD void sfi_local_grant(struct sfi_self *self, uint64_t p, uint64_t size)
{
	(void)self;
	world_grants++;
	local(p, size, true);
}

COLD void sfi_local_revoke(struct sfi_self *self, uint64_t p, uint64_t size)
{
	(void)self;
	world_revokes++;
	local(p, size, false);
}

char sfi_abi_v4;
