// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a program whose stores go wrong (Break.cpp), under each of many circumstances: to where, by how much, and
 * when a right is taken away. Each store that is come to asks here; none may be that has no right.
 *
 * Prints the numbers of runs, and how they ended.
 */
#define _GNU_SOURCE
#include "../pass/run/Inputs/world.h"

#include <random/kernel.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define SFI_PAGE 4096

extern const struct sfi_unit unit_program; /* named so by broken.sh */

void *break_target; /* null: to where they should */
int64_t break_shift;

/* What goes wrong, and by which call of the host; -1: from the beginning. */
static struct circumstance {
	int at;
	bool takes; /* a right is taken away; else it is the stores */
	void *target;
	int64_t shift;
} now;

/* How a run ended, as its exit status. */
enum outcome { RETURNED, VIOLATION, ESCAPE, NR_OUTCOMES };

static unsigned long calls;
static char *foreign; /* memory of somebody else */
static char static_data[64] = "of the host";

/* Objects that the host has been told of, oldest first; a ring. */
#define TOLD 16
static struct told {
	char *object;
	size_t size;
} told[TOLD];
static unsigned long nr_told;

const void *world_target(const void *fn, uint32_t type)
{
	(void)type;
	return fn;
}

/* A local's rights end with its frame, and who takes them away later takes another's: globals only. */
static bool is_global(const char *p)
{
	for (uint64_t n = 0; n < unit_program.nr_globals; n++) {
		const struct sfi_global *g = &unit_program.globals[n];

		if (p >= (char *)g->addr && p < (char *)g->addr + g->size)
			return true;
	}
	return false;
}

static void go_wrong(void)
{
	const struct told *t = &told[calls % TOLD];

	break_target = now.target;
	break_shift = now.shift;
	if (!t->object)
		t = &told[0];
	if (now.takes && t->object)
		world_allow(t->object, t->size, false);
}

void sfi_w_may(void)
{
	if ((long)calls++ == now.at)
		go_wrong();
}

void sfi_w_keep(void)
{
}

void sfi_w_expose(char *object, size_t size)
{
	if (is_global(object))
		told[nr_told++ % TOLD] = (struct told){ object, size };
	sfi_w_may();
}

/* A store to [P, P + SIZE) is next. LOCAL: the local that it is counted from. */
void ask(char *p, size_t size, char *local, size_t local_size)
{
	if (world_may_write((uint64_t)p, size))
		return;
	if (local && p >= local && size <= local_size && (size_t)(p - local) <= local_size - size)
		return;
	fprintf(stderr, "store of %zu bytes at %p without a right; called from %p\n", size,
		(void *)p, __builtin_return_address(0));
	_exit(ESCAPE);
}

static void run_program(void *sum)
{
	*(u64 *)sum = random_program.run();
}

/* In a process of its own: whatever is overwritten, it ends there. */
static void run_here(void)
{
	const struct itimerval limit = { .it_value = { .tv_usec = 300000 } };
	bool violates;
	u64 sum;

	setitimer(ITIMER_PROF, &limit, NULL);
	world_init();
	for (uint64_t n = 0; n < unit_program.nr_globals; n++)
		world_allow(unit_program.globals[n].addr, unit_program.globals[n].size, true);
	if (now.at < 0)
		go_wrong();
	violates = world_violates(run_program, &sum);
	for (int n = 0; n < SFI_PAGE; n++)
		if (foreign[n])
			_exit(ESCAPE);
	_exit(violates ? VIOLATION : RETURNED);
}

static unsigned long outcomes[NR_OUTCOMES], exceptions, hangs, wrong;

static void run(void)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		exit(1);
	if (!child)
		run_here();
	if (waitpid(child, &status, 0) != child)
		exit(1);
	if (WIFSIGNALED(status)) {
		if (WTERMSIG(status) == SIGPROF)
			hangs++;
		else
			exceptions++; /* by a read, or a jump: not what is tested here */
		return;
	}
	if (WEXITSTATUS(status) >= NR_OUTCOMES)
		exit(1);
	outcomes[WEXITSTATUS(status)]++;
	if (WEXITSTATUS(status) == ESCAPE && wrong++ < 5)
		printf("at call %d target %p, shift %ld, %s: a store without a right\n", now.at,
		       now.target, (long)now.shift,
		       now.takes ? "a right taken away" : "no right taken away");
}

static void run_all(void)
{
	static const int64_t shifts[] = { 8, -8, 3, 24, 200, 1l << 20, 1l << 40, -1l << 47 };
	static const int times[] = { -1, 0, 1, 2, 3, 5, 8, 20, 100 };
	void *const targets[] = { foreign + 128, static_data, (void *)run, (void *)16, (void *)(1ul << 63) };

	/* Some stores go wrong in any case; then that is all there is to see. */
	now = (struct circumstance){ .at = -1 };
	run();
	if (outcomes[VIOLATION])
		return;
	for (size_t t = 0; t < sizeof(times) / sizeof(times[0]); t++) {
		now = (struct circumstance){ .at = times[t], .takes = true };
		run();
		for (size_t n = 0; n < sizeof(shifts) / sizeof(shifts[0]); n++) {
			now = (struct circumstance){ .at = times[t], .shift = shifts[n] };
			run();
		}
		for (size_t n = 0; n < sizeof(targets) / sizeof(targets[0]); n++) {
			now = (struct circumstance){ .at = times[t], .target = targets[n] };
			run();
		}
	}
}

int main(void)
{
	foreign = mmap(NULL, SFI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (foreign == MAP_FAILED)
		return 1;
	run_all();
	printf("%lu returned, %lu violations, %lu exceptions, %lu hangs, %lu escapes\n", outcomes[RETURNED],
	       outcomes[VIOLATION], exceptions, hangs, outcomes[ESCAPE]);
	return wrong != 0;
}
