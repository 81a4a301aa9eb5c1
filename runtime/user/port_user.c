// SPDX-License-Identifier: GPL-2.0-only
/*
 * The port to user space, the parts that are not inline.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../core/internal.h"

__thread struct sfi_port_thread sfi_port_thread = { .irq_flags = 0x200 };
u64 sfi_port_now;
long sfi_port_alloc_budget = -1;

/* === Memory === */

static bool within_budget(void)
{
	long left = READ_ONCE(sfi_port_alloc_budget);

	if (left < 0)
		return true;
	if (!left)
		return false;
	WRITE_ONCE(sfi_port_alloc_budget, left - 1);
	return true;
}

void *sfi_port_alloc(size_t size)
{
	return within_budget() ? calloc(1, size) : NULL;
}

void sfi_port_free(void *p)
{
	free(p);
}

/* What is behind a table is not zero, as it may be by chance: who goes too far does not get away with it. */
#define BEHIND 64

void *sfi_port_alloc_table(size_t size)
{
	void *p;

	if (!within_budget() || posix_memalign(&p, 64, size + BEHIND))
		return NULL;
	memset((char *)p + size, 0xff, BEHIND);
	return memset(p, 0, size);
}

void sfi_port_free_table(void *p)
{
	free(p);
}

#define ARENA_LEAVES (1UL << 18)
static u8 *arena;
static pthread_once_t arena_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t arena_mutex = PTHREAD_MUTEX_INITIALIZER;
static size_t arena_used;
static void *arena_free; /* chained by their first word */

static void map_arena(void)
{
	void *p = mmap(NULL, ARENA_LEAVES * SFI_LEAF_SLOTS, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		abort();
	arena = p;
}

u64 sfi_port_leaf_base(void)
{
	pthread_once(&arena_once, map_arena);
	return sfi_addr(arena);
}

void *sfi_port_alloc_leaf(void)
{
	void *leaf = NULL;

	if (!within_budget())
		return NULL;
	pthread_once(&arena_once, map_arena);
	pthread_mutex_lock(&arena_mutex);
	if (arena_free) {
		leaf = arena_free;
		arena_free = *(void **)leaf;
	} else if (arena_used < ARENA_LEAVES) {
		leaf = arena + arena_used++ * SFI_LEAF_SLOTS;
	}
	pthread_mutex_unlock(&arena_mutex);
	return leaf ? memset(leaf, 0, SFI_LEAF_SLOTS) : NULL;
}

void sfi_port_free_leaf(void *leaf)
{
	pthread_mutex_lock(&arena_mutex);
	*(void **)leaf = arena_free;
	arena_free = leaf;
	pthread_mutex_unlock(&arena_mutex);
}

/* === Threads === */

__thread unsigned int sfi_port_cpu;

static u64 cpus_in_use; /* a bit for each; atomic */
static_assert(SFI_PORT_CPUS == 64, "a bit of a word for each");
static pthread_key_t cpu_key;
static pthread_once_t threads_once = PTHREAD_ONCE_INIT;

/* A thread ends. Its CPU keeps what it has counted, for the next one. */
static void give_cpu_back(void *cpu)
{
	sfi_port_cpu = 0;
	__atomic_fetch_and(&cpus_in_use, ~(1ULL << ((uintptr_t)cpu - 1)), __ATOMIC_RELEASE);
}

static void die(const char *why)
{
	sfi_port_print("sfi: %s\n", why);
	abort();
}

static void init_threads(void)
{
	if (pthread_key_create(&cpu_key, give_cpu_back) ||
	    syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0))
		die("threads cannot be set up");
}

unsigned int sfi_port_choose_cpu(void)
{
	u64 used = __atomic_load_n(&cpus_in_use, __ATOMIC_RELAXED);

	pthread_once(&threads_once, init_threads);
	do {
		if (!~used)
			die("more threads than CPUs");
	} while (!__atomic_compare_exchange_n(&cpus_in_use, &used, used | (used + 1), false,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	sfi_port_cpu = 1 + (unsigned int)__builtin_ctzll(~used);
	pthread_setspecific(cpu_key, (void *)(uintptr_t)sfi_port_cpu);
	return sfi_port_cpu;
}

void sfi_port_barrier_all(void)
{
	pthread_once(&threads_once, init_threads);
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0))
		die("no membarrier()");
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void sfi_port_stack_bounds(u64 sp, u64 *low, u64 *high)
{
	struct sfi_port_thread *t = &sfi_port_thread;
	pthread_attr_t attr;
	void *stack;
	size_t size;

	(void)sp;
	if (!t->stack_high) {
		if (pthread_getattr_np(pthread_self(), &attr) ||
		    pthread_attr_getstack(&attr, &stack, &size))
			abort();
		pthread_attr_destroy(&attr);
		t->stack_low = sfi_addr(stack);
		t->stack_high = t->stack_low + size;
	}
	*low = t->stack_low;
	*high = t->stack_high;
}

void sfi_port_gate_restore(const struct sfi_gate *g)
{
	sfi_port_thread.irq_flags = g->irq_flags;
	sfi_port_thread.preempt_count = g->preempt_count;
	sfi_port_thread.rcu_depth = g->rcu_depth;
}

void sfi_port_gate_describe(const struct sfi_gate *g, char *buf, size_t size)
{
	int n = 0;

	if (sfi_port_thread.irq_flags != g->irq_flags)
		n += sfi_port_snprintf(buf, size, "interrupts %s, ",
				       sfi_port_thread.irq_flags ? "on" : "off");
	if (sfi_port_thread.preempt_count != g->preempt_count)
		n += sfi_port_snprintf(buf + n, size - (size_t)n, "preempt count %+d, ",
				       (int)(sfi_port_thread.preempt_count - g->preempt_count));
	if (sfi_port_thread.rcu_depth != g->rcu_depth)
		n += sfi_port_snprintf(buf + n, size - (size_t)n, "RCU nesting %+d, ",
				       sfi_port_thread.rcu_depth - g->rcu_depth);
	if (n > 2)
		buf[n - 2] = '\0';
}

/* === Traces and words === */

unsigned int sfi_port_trace(const struct sfi_domain *d, u64 *ips, unsigned int max)
{
	void *entries[32];
	int n = backtrace(entries, ARRAY_SIZE(entries)), i;
	unsigned int k = 0;

	for (i = 0; i < n && sfi_addr(entries[i]) - d->text >= d->text_size; i++)
		;
	for (; i < n && k < max; i++)
		ips[k++] = sfi_addr(entries[i]);
	return k;
}

u64 sfi_port_blame(const struct sfi_domain *d)
{
	u64 ip;

	return sfi_port_trace(d, &ip, 1) ? ip : 0;
}

/* As the kernel's scnprintf(): what was written, not what would have been. */
int sfi_port_snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list ap;
	int n;

	if (!size)
		return 0;
	va_start(ap, format);
	n = vsnprintf(buf, size, format, ap);
	va_end(ap);
	return (size_t)n < size ? n : (int)size - 1;
}

void sfi_port_print(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
}

int sfi_port_symbol(char *buf, size_t size, const struct sfi_domain *d, u64 ip)
{
	Dl_info info;

	if (!dladdr((void *)(uintptr_t)ip, &info) || !info.dli_sname)
		return sfi_port_snprintf(buf, size, "0x%llx", (unsigned long long)ip);
	return sfi_port_snprintf(buf, size, "%s+0x%llx%s%s%s", info.dli_sname,
				 (unsigned long long)(ip - sfi_addr(info.dli_saddr)),
				 ip - d->text < d->text_size ? " [" : "",
				 ip - d->text < d->text_size ? d->name : "",
				 ip - d->text < d->text_size ? "]" : "");
}

int sfi_port_describe(char *buf, size_t size, u64 addr)
{
	u64 low, high;

	sfi_port_stack_bounds(sfi_here(), &low, &high);
	return sfi_port_snprintf(buf, size, "%s",
				 addr >= low && addr < high ? "this stack, not a granted local"
							    : "unknown");
}

int sfi_port_context(char *buf, size_t size)
{
	static const char *const levels[] = { "task", "hardirq", "softirq" };

	return sfi_port_snprintf(buf, size, "%s on CPU %u", levels[sfi_port_thread.level],
				 sfi_port_this_cpu());
}

void sfi_port_lost(struct sfi_domain *d)
{
	sfi_port_print("sfi: %s: no gate on this stack to return to\n", d->name);
	abort();
}

/* === Hooks: a program that does not define them does not care === */

__attribute__((weak)) void sfi_port_failed(struct sfi_domain *d)
{
	(void)d;
}

__attribute__((weak)) void sfi_port_state_changed(struct sfi_domain *d, unsigned int from,
						  unsigned int to)
{
	(void)d;
	(void)from;
	(void)to;
}

__attribute__((weak)) void sfi_port_report(struct sfi_domain *d, const struct sfi_report *r,
					   const char *text)
{
	(void)d;
	(void)r;
	sfi_port_print("%s", text);
}
