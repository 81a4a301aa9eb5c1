// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU's emulator that counts the guest's instructions by where they are, exactly, between two marks
 * that the guest sets (mark.c). Counting is an addition in the translated code, once a block; nothing of the guest
 * changes, so that a run with the plugin executes the same instructions as one without.
 *
 * Arguments: out=FILE, and total=on for a line with the number of all instructions at each second mark, and nothing
 * else. Without, one line a block is appended to it,
 *
 *	ADDRESS INSTRUCTIONS TIMES LOOKUPS
 *
 * the first in 16 hexadecimal digits, then how many instructions the block has, how many times it was executed, and
 * how many instructions among them look up the rights directory as guards do. User space is one block at 0. Then
 * one line for each block of a module, and each page of memory that it has used,
 *
 *	memory ADDRESS PAGE LOADS BYTES
 *
 * how many times it has loaded from there, and how many bytes it has stored. Which pages are the rights table is for
 * others to know. The lines are closed by "end".
 */
#include "qemu_plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define KERNEL (1ULL << 63)
/* Where the kernel has modules: x86's MODULES_VADDR where the kernel's own place is random. */
#define MODULES 0xffffffffc0000000ULL
#define PAGE 4096ULL
#define BUCKETS (1U << 16)

struct block {
	struct block *next;
	uint64_t address, size, lookups;
	uint64_t times; /* by translated code */
};

struct use {
	struct use *next;
	const struct block *by;
	uint64_t page, loads, bytes;
};

EXPORT int qemu_plugin_version = 1;

static struct block *buckets[BUCKETS];
static struct use *uses[BUCKETS]; /* of memory since the mark, by block and page */
static bool counting, total_only;
static uint64_t user; /* or all, if no more is asked for */
static const char *out;

/* The block of that place and size: it may be translated again, or in another address space. */
static struct block *block_at(uint64_t address, uint64_t size)
{
	struct block **bucket = &buckets[(address ^ address >> 16) % BUCKETS], *b;

	for (b = *bucket; b; b = b->next)
		if (b->address == address && b->size == size)
			return b;
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->address = address;
	b->size = size;
	b->next = *bucket;
	*bucket = b;
	return b;
}

static struct use *use_of(const struct block *by, uint64_t page)
{
	struct use **bucket = &uses[(page / PAGE ^ (uintptr_t)by / sizeof(*by)) % BUCKETS], *u;

	for (u = *bucket; u; u = u->next)
		if (u->by == by && u->page == page)
			return u;
	u = calloc(1, sizeof(*u));
	if (!u)
		abort();
	u->by = by;
	u->page = page;
	u->next = *bucket;
	*bucket = u;
	return u;
}

/* One processor: nobody else is here at the same time. */
static void accessed(unsigned int cpu, uint32_t info, uint64_t address, void *by)
{
	struct use *u;

	(void)cpu;
	if (!counting)
		return;
	u = use_of(by, address & ~(PAGE - 1));
	if (qemu_plugin_mem_is_store(info))
		u->bytes += 1U << qemu_plugin_mem_size_shift(info);
	else
		u->loads++;
}

static void forget_uses(void)
{
	struct use *u;

	for (unsigned int i = 0; i < BUCKETS; i++) {
		while ((u = uses[i])) {
			uses[i] = u->next;
			free(u);
		}
	}
}

static void begin(unsigned int cpu, void *unused)
{
	struct block *b;

	(void)cpu;
	(void)unused;
	for (unsigned int i = 0; i < BUCKETS; i++)
		for (b = buckets[i]; b; b = b->next)
			b->times = 0;
	user = 0;
	forget_uses();
	counting = true;
}

static void end(unsigned int cpu, void *unused)
{
	FILE *f = fopen(out, "a");
	struct block *b;
	struct use *u;

	(void)cpu;
	(void)unused;
	counting = false;
	if (!f)
		abort();
	if (total_only) {
		fprintf(f, "%lu\n", user);
		fclose(f);
		return;
	}
	for (unsigned int i = 0; i < BUCKETS; i++)
		for (b = buckets[i]; b; b = b->next)
			if (b->times)
				fprintf(f, "%016lx %lu %lu %lu\n", b->address, b->size, b->times,
					b->lookups);
	fprintf(f, "%016x 1 %lu 0\n", 0, user);
	for (unsigned int i = 0; i < BUCKETS; i++)
		for (u = uses[i]; u; u = u->next)
			fprintf(f, "memory %016lx %016lx %lu %lu\n", u->by->address, u->page, u->loads,
				u->bytes);
	fprintf(f, "end\n");
	fclose(f);
}

/* mark.c's: nopl with an offset that no compiler makes. */
static const uint8_t marks[][7] = { { 0x0f, 0x1f, 0x80, 'b', 's', 'f', 'i' },
				    { 0x0f, 0x1f, 0x80, 'e', 's', 'f', 'i' } };

static bool is_mark(const struct qemu_plugin_insn *insn, int which)
{
	return qemu_plugin_insn_size(insn) == sizeof(marks[0]) &&
	       !memcmp(qemu_plugin_insn_data(insn), marks[which], sizeof(marks[0]));
}

/* and $0xfff8, reg: the offset of an entry of the directory, as guards compute it. Nothing else needs that mask. */
static bool is_lookup(const struct qemu_plugin_insn *insn)
{
	static const uint8_t mask[] = { 0xf8, 0xff, 0x00, 0x00 };
	const uint8_t *byte = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);

	if (size < 1 + sizeof(mask) || memcmp(byte + size - sizeof(mask), mask, sizeof(mask)))
		return false;
	if (size == 7 && byte[0] == 0x41) /* r8d and up */
		return byte[1] == 0x81 && (byte[2] & 0xf8) == 0xe0;
	return size == 6 ? byte[0] == 0x81 && (byte[1] & 0xf8) == 0xe0 : size == 5 && byte[0] == 0x25;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t address = qemu_plugin_tb_vaddr(tb), size = qemu_plugin_tb_n_insns(tb), lookups = 0;
	struct qemu_plugin_insn *insn;
	struct block *b;

	(void)id;
	for (size_t i = 0; i < size; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		lookups += is_lookup(insn);
		if (is_mark(insn, 0))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begin, QEMU_PLUGIN_CB_NO_REGS, NULL);
		if (is_mark(insn, 1))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end, QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
	if (total_only || !(address & KERNEL)) {
		qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &user, size);
		return;
	}
	b = block_at(address, size);
	b->lookups = lookups;
	for (size_t i = 0; address >= MODULES && i < size; i++)
		qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(tb, i), accessed, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, b);
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &b->times, 1);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	total_only = argc == 2 && !strcmp(argv[1], "total=on");
	if (argc != 1 + total_only || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "count: out=FILE, and total=on if no more is wanted\n");
		return 1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
