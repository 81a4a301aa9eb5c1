// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the shapes of a family as a module of LLVM's IR, one function each.
 *
 * usage: emit FAMILY EXTRA PART PARTS: every PARTS-th, from number PART on; with EXTRA more operations than usual.
 *        emit: the families' names
 */
#include "shape.h"

#include <stdio.h>
#include <stdlib.h>

static int part, parts;
static unsigned long number;

static const char head[] =
	"target datalayout = \"e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128\"\n"
	"target triple = \"x86_64-unknown-linux-gnu\"\n"
	"%sfi_self = type { [8192 x ptr], ptr, ptr }\n"
	"@__sfi_self = extern_weak hidden global %sfi_self\n"
	"@cell = external global ptr\n"
	"declare void @sfi_w_may(ptr)\n"
	"declare void @sfi_w_keep(ptr)\n"
	"declare i1 @sfi_w_choose(ptr)\n"
	"declare void @sfi_w_expose(ptr, ptr)\n"
	"declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)\n"
	"declare ptr @llvm.stacksave.p0()\n"
	"declare void @llvm.stackrestore.p0(ptr)\n"
	"define internal void @loud(ptr %p) noinline {\n  call void @sfi_w_may(ptr @__sfi_self)\n  ret void\n}\n"
	"define internal void @quiet(ptr %p) noinline {\n  call void @sfi_w_keep(ptr @__sfi_self)\n  ret void\n}\n";

/* Makes the store OP of the function that comes next. */
static void emit_helper(const struct family *f, const struct op *op)
{
	printf("define internal void @h%lu_%d(ptr %%p, i%d %%value) noinline {\n"
	       "  %%at = getelementptr i8, ptr %%p, i64 %d\n"
	       "  store i%d %%value, ptr %%at, align 1\n  ret void\n}\n",
	       number, (int)(op - f->ops), 8 * op->size, op->offset, 8 * op->size);
}

static void emit_helpers(const struct family *f, const struct shape *s)
{
	unsigned int used = 0;

	for (int b = 0; b < s->nr_blocks; b++)
		for (int n = 0; n < s->blocks[b].nr_ops; n++)
			used |= 1u << s->blocks[b].ops[n];
	for (int n = 0; n < f->nr_ops; n++)
		if (f->ops[n].helped && used >> n & 1)
			emit_helper(f, &f->ops[n]);
}

/* The block that is being written. */
static char here[16];

/* VALUE into OP's bytes, which begin at %tT, one behind the other. */
static void emit_loop(const struct op *op, long value, int t)
{
	printf("  br label %%w%d\nw%d:\n"
	       "  %%i%d = phi i64 [ 0, %%%s ], [ %%j%d, %%w%d ]\n"
	       "  %%e%d = getelementptr i8, ptr %%t%d, i64 %%i%d\n"
	       "  store i%d %ld, ptr %%e%d, align 1\n"
	       "  %%j%d = add i64 %%i%d, %d\n"
	       "  %%d%d = icmp eq i64 %%j%d, %d\n"
	       "  br i1 %%d%d, label %%x%d, label %%w%d\nx%d:\n",
	       t, t, t, here, t, t, t, t, t, 8 * op->size, value, t, t, t, op->size, t, t, op->times * op->size, t, t, t, t);
	sprintf(here, "x%d", t);
}

/* ID is what each byte that is written is afterwards. */
static void emit_store(const struct family *f, const struct op *op, int id)
{
	static const char *const objects[] = { "%p", "%q", "%local", "%dynamic" };
	static int temporary;
	unsigned long value = id * 0x0101010101010101ul;

	if (op->size < 8)
		value &= (1ul << 8 * op->size) - 1;
	if (op->helped) {
		printf("  call void @h%lu_%d(ptr %%p, i%d %ld)\n", number, (int)(op - f->ops), 8 * op->size, (long)value);
		return;
	}
	printf("  %%t%d = getelementptr i8, ptr %s, i64 %d\n", ++temporary, objects[op->object], op->offset);
	if (op->times) {
		emit_loop(op, (long)value, temporary);
		return;
	}
	if (op->size & (op->size - 1) || op->size > 8) {
		printf("  call void @llvm.memset.p0.i64(ptr %%t%d, i8 %d, i64 %d, i1 false)\n", temporary, id, op->size);
		return;
	}
	printf("  store i%d %ld, ptr %%t%d, align %d\n", 8 * op->size, (long)value, temporary,
	       f->claims && op->offset % op->size == 0 ? op->size : 1);
}

static void emit_op(const struct family *f, const struct op *op, int id)
{
	switch (op->kind) {
	case STORE:
		emit_store(f, op, id);
		return;
	case MAY:
		printf("  call void @sfi_w_may(ptr @__sfi_self)\n");
		return;
	case KEEP:
		printf("  call void @sfi_w_keep(ptr @__sfi_self)\n");
		return;
	case LOUD:
		printf("  call void @loud(ptr %%p)\n");
		return;
	case QUIET:
		printf("  call void @quiet(ptr %%p)\n");
		return;
	case DEFINE:
		printf("  %%q = load ptr, ptr @cell\n");
		return;
	case EXPOSE:
		printf("  call void @sfi_w_expose(ptr @__sfi_self, ptr %%local)\n");
		return;
	case SCOPE:
		printf("  %%saved = call ptr @llvm.stacksave.p0()\n  %%dynamic = alloca i64, i64 %%n\n");
		return;
	case LEAVE:
		printf("  call void @llvm.stackrestore.p0(ptr %%saved)\n");
		return;
	}
	abort();
}

static void emit_shape(const struct family *f, const struct shape *s)
{
	int id = 0;

	if (number % parts != (unsigned long)part) {
		number++;
		return;
	}
	emit_helpers(f, s);
	printf("define void @f%lu(ptr %%p, i64 %%n) {\n", number);
	for (int b = 0; b < s->nr_blocks; b++) {
		const struct block *block = &s->blocks[b];

		printf("b%d:\n", b);
		sprintf(here, "b%d", b);
		if (b == 0)
			printf("  %%local = alloca [%d x i8], align 8\n", LOCAL_SIZE);
		for (int n = 0; n < block->nr_ops; n++)
			emit_op(f, &f->ops[block->ops[n]], ++id);
		if (block->next[0] < 0)
			printf("  ret void\n");
		else if (block->next[1] < 0)
			printf("  br label %%b%d\n", block->next[0]);
		else
			printf("  %%c%d = call i1 @sfi_w_choose(ptr @__sfi_self)\n  br i1 %%c%d, label %%b%d, label %%b%d\n", b, b,
			       block->next[1], block->next[0]);
	}
	printf("}\n");
	number++;
}

int main(int argc, char **argv)
{
	const struct family *f = argc == 5 ? find_family(argv[1]) : NULL;

	if (argc == 1)
		print_families();
	if (!f)
		return argc == 1 ? 0 : 2;
	part = atoi(argv[3]);
	parts = atoi(argv[4]);
	fputs(head, stdout);
	each_shape(f, atoi(argv[2]), emit_shape);
	return 0;
}
