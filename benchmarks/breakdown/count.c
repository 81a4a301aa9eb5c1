// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU's emulator that counts the guest's instructions by where they are, exactly, between two marks
 * that the guest sets (mark.c). Counting is an addition in the translated code, once a block; nothing of the guest
 * changes, so that a run with the plugin executes the same instructions as one without.
 *
 * Argument: out=FILE. At each second mark one line a block is appended to it,
 *
 *	ADDRESS INSTRUCTIONS TIMES LOOKUPS
 *
 * the first in 16 hexadecimal digits, then how many instructions the block has, how many times it was executed, and
 * how many instructions among them look up the rights directory as guards do. User space is one block at 0. The
 * lines are closed by "end".
 */
#include "qemu_plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define KERNEL (1ULL << 63)
#define BUCKETS (1U << 16)

struct block {
	struct block *next;
	uint64_t address, size, lookups;
	uint64_t times; /* by translated code */
};

EXPORT int qemu_plugin_version = 1;

static struct block *buckets[BUCKETS];
static uint64_t user;
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

static void begin(unsigned int cpu, void *unused)
{
	struct block *b;

	(void)cpu;
	(void)unused;
	for (unsigned int i = 0; i < BUCKETS; i++)
		for (b = buckets[i]; b; b = b->next)
			b->times = 0;
	user = 0;
}

static void end(unsigned int cpu, void *unused)
{
	FILE *f = fopen(out, "a");
	struct block *b;

	(void)cpu;
	(void)unused;
	if (!f)
		abort();
	for (unsigned int i = 0; i < BUCKETS; i++)
		for (b = buckets[i]; b; b = b->next)
			if (b->times)
				fprintf(f, "%016lx %lu %lu %lu\n", b->address, b->size, b->times,
					b->lookups);
	fprintf(f, "%016x 1 %lu 0\nend\n", 0, user);
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

/* mov table(,index,8), reg: what guards look up the directory with. Little else looks like it. */
static bool is_lookup(const struct qemu_plugin_insn *insn)
{
	const uint8_t *byte = qemu_plugin_insn_data(insn);

	return qemu_plugin_insn_size(insn) == 8 && (byte[0] & 0xf8) == 0x48 && byte[1] == 0x8b &&
	       (byte[2] & 0xc7) == 0x04 && (byte[3] & 0xc7) == 0xc5;
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
	if (!(address & KERNEL)) {
		qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &user, size);
		return;
	}
	b = block_at(address, size);
	b->lookups = lookups;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &b->times, 1);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "count: one argument, out=FILE\n");
		return 1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
