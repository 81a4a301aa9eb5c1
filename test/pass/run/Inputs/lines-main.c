// SPDX-License-Identifier: GPL-2.0-only
// Looks the address of each violation and exception up in the unit's table.
#define _GNU_SOURCE
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#define CASES(X) \
	X(plain_store) X(second_store) X(in_inlined_code) X(in_loop) X(bad_read) X(division)
#define X(name) void name(volatile char *p);
CASES(X)
#undef X

/* Made global by the test. */
extern const struct sfi_unit unit __asm__("__sfi_unit");
extern int line;
extern long zero;
static sigjmp_buf back;
static uint64_t blamed;

const void *world_target(const void *fn, uint32_t type)
{
	(void)fn, (void)type;
	return NULL;
}

/* As the runtime does: greatest that is not above. */
static const struct sfi_line *look_up(uint64_t ip)
{
	const struct sfi_line *best = NULL;

	for (const struct sfi_line *l = unit.lines; l < unit.lines_end; l++)
		if ((uint64_t)l->ip <= ip && (!best || l->ip > best->ip))
			best = l;
	return best;
}

static void caught(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)info;
	blamed = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	siglongjmp(back, 1);
}

static void run(void *fn)
{
	((void (*)(char *))fn)((char *)64);
}

static unsigned long try(const char *name, void (*fn)(volatile char *p))
{
	const struct sfi_line *l;

	blamed = 0;
	zero = 0;
	if (!sigsetjmp(back, 1) && world_violates(run, fn))
		blamed = world_ip - 1;
	l = look_up(blamed);
	if (l && (int)l->line == line && !strcmp(l->file, "lines.c"))
		return 0;
	printf("%s: line %d, not %d\n", name, l ? (int)l->line : -1, line);
	return 1;
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = caught, .sa_flags = SA_SIGINFO };
	unsigned long wrong = 0;

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGFPE, &action, NULL);
	world_init();
	world_allow(&line, 4, true);
	world_allow(&zero, 8, true);
#define X(name) wrong += try(#name, name);
	CASES(X)
#undef X
	printf("%ld entries\n%s\n", (long)(unit.lines_end - unit.lines), wrong ? "wrong" : "right");
	return wrong != 0;
}
