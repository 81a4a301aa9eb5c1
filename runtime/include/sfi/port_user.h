/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The port to user space, for tests, fuzzing and native benchmarks: threads for
 * CPUs, a simulated interrupt flag, preempt count and RCU nesting per thread.
 * What is not inline is in user/port_user.c.
 */
#ifndef SFI_PORT_USER_H
#define SFI_PORT_USER_H

#include <bsd/sys/tree.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sfi/port_swap.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

struct sfi_domain;
struct sfi_gate;
struct sfi_report;
struct module;

/* The kernel's names for the compiler's facilities. */
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SFI_PORT_NO_ASAN __attribute__((no_sanitize("address")))
#endif
#endif
#ifndef SFI_PORT_NO_ASAN
#define SFI_PORT_NO_ASAN
#endif
#define noinline __attribute__((__noinline__))
#define __weak __attribute__((__weak__))
#define __noreturn __attribute__((__noreturn__))
#define __printf(a, b) __attribute__((format(printf, a, b)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ volatile("" ::: "memory")
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define static_assert _Static_assert
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
/* As the kernel's: what is read after is read after. */
#define smp_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
/* And what was written before is seen before. */
#define smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))

/* Doubly linked lists with the kernel's names; only what the core uses. */
struct list_head {
	struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	entry->prev = head->prev;
	entry->next = head;
	head->prev->next = entry;
	head->prev = entry;
}

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
}

static inline int list_empty(const struct list_head *head)
{
	return head->next == head;
}

#define list_entry(p, type, member) container_of(p, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_for_each_entry(pos, head, member)					\
	for (pos = list_entry((head)->next, __typeof__(*pos), member);		\
	     &pos->member != (head);						\
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))

/* Red-black trees with the kernel's names, made of libbsd's. */
struct rb_node {
	union {
		RB_ENTRY(rb_node) entry;
		struct {
			struct rb_node *rb_left, *rb_right;
		};
	};
};

struct rb_root {
	union {
		struct rb_node *rbh_root; /* libbsd's name */
		struct rb_node *rb_node;
	};
};

/* The core finds the place of a node itself: nobody asks for this order. */
static inline int rb_by_address(const struct rb_node *a, const struct rb_node *b)
{
	return a < b ? -1 : a > b;
}

RB_GENERATE_INTERNAL(rb_root, rb_node, entry, rb_by_address, static inline)

#undef RB_ROOT /* libbsd's has another meaning */
#define RB_ROOT ((struct rb_root){ .rb_node = NULL })

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	RB_SET(node, parent, entry);
	*link = node;
}

static inline void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	rb_root_RB_INSERT_COLOR(root, node);
}

static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	RB_REMOVE(rb_root, root, node);
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	return RB_NEXT(rb_root, NULL, (struct rb_node *)node);
}

static inline struct rb_node *rb_prev(const struct rb_node *node)
{
	return RB_PREV(rb_root, NULL, (struct rb_node *)node);
}

#define SFI_EXPORT(name) _Static_assert(1, #name)
#define __percpu

/* ThreadSanitizer takes an unaligned word for no atomic access: it gets bytes. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SFI_PORT_BYTEWISE 1
#endif
#endif
#ifndef SFI_PORT_BYTEWISE
#define SFI_PORT_BYTEWISE 0
#endif

typedef pthread_mutex_t sfi_port_lock_t;

static inline void sfi_port_lock_init(sfi_port_lock_t *lock)
{
	pthread_mutex_init(lock, NULL);
}

static inline u64 sfi_port_lock(sfi_port_lock_t *lock)
{
	pthread_mutex_lock(lock);
	return 0;
}

static inline void sfi_port_unlock(sfi_port_lock_t *lock, u64 flags)
{
	(void)flags;
	pthread_mutex_unlock(lock);
}

/* Waits for nobody, and may be asked with any lock held. */
static inline bool sfi_port_lock_is_free(sfi_port_lock_t *lock)
{
	if (pthread_mutex_trylock(lock))
		return false;
	pthread_mutex_unlock(lock);
	return true;
}

typedef pthread_mutex_t sfi_port_mutex_t;
#define SFI_PORT_MUTEX(name) pthread_mutex_t name = PTHREAD_MUTEX_INITIALIZER
#define sfi_port_mutex_lock(m) pthread_mutex_lock(m)
#define sfi_port_mutex_unlock(m) pthread_mutex_unlock(m)

/* Memory; sfi_port_alloc_budget makes allocations fail: that many succeed, negative: all. */
extern long sfi_port_alloc_budget;
void *sfi_port_alloc(size_t size);
void sfi_port_free(void *p);
void *sfi_port_alloc_table(size_t size);
void sfi_port_free_table(void *p);

/* Leaves come from one reserved range of the address space, so that stores to them can be counted. */
void *sfi_port_alloc_leaf(void);
void sfi_port_free_leaf(void *leaf);
u64 sfi_port_leaf_base(void);

static inline bool sfi_port_grantable(u64 first, u64 last)
{
	(void)last;
	return first >= 4096;
}

static inline bool sfi_port_readable(u64 first, u64 last)
{
	(void)first;
	(void)last;
	return true;
}

#define SFI_PORT_CPUS 64
/* A thread has a CPU of its own, from when it needs one to its end; 1 is CPU 0, 0: it has none yet. */
extern __thread unsigned int sfi_port_cpu;
unsigned int sfi_port_choose_cpu(void);
static inline unsigned int sfi_port_this_cpu(void)
{
	return (likely(sfi_port_cpu) ? sfi_port_cpu : sfi_port_choose_cpu()) - 1;
}

#define sfi_port_cpu_alloc(type) ((type *)sfi_port_alloc_table(SFI_PORT_CPUS * sizeof(type)))
#define sfi_port_cpu_free(p) sfi_port_free_table(p)
/* One instruction, as in the kernel: nobody else writes the counter. */
static inline void sfi_port_inc(u64 *counter)
{
#if SFI_PORT_BYTEWISE
	/* It knows no other way for threads to know of each other. */
	__atomic_fetch_add(counter, 1, __ATOMIC_RELEASE);
#else
	__asm__ volatile("incq %0" : "+m"(*counter));
#endif
}

#define sfi_port_cpu_inc(p, field) sfi_port_inc(&(p)[sfi_port_this_cpu()].field)
#define sfi_port_cpu_add(p, field, n) \
	__atomic_add_fetch(&(p)[sfi_port_this_cpu()].field, n, __ATOMIC_RELAXED)
#define sfi_port_cpu_get(p, field) READ_ONCE((p)[sfi_port_this_cpu()].field)
#if SFI_PORT_BYTEWISE
#define sfi_port_cpu_swap(p, field, value) \
	__atomic_exchange_n(&(p)[sfi_port_this_cpu()].field, value, __ATOMIC_ACQ_REL)
#else
#define sfi_port_cpu_swap(p, field, value) \
	SFI_PORT_SWAP(&(p)[sfi_port_this_cpu()].field, value)
#endif
#define sfi_port_cpu_of(p, cpu) (&(p)[cpu])
#define sfi_port_for_each_cpu(cpu) for ((cpu) = 0; (cpu) < SFI_PORT_CPUS; (cpu)++)

/* What a kernel context has, for this thread. Tests change it as a driver would. */
struct sfi_port_thread {
	u64 irq_flags; /* 0x200: interrupts on */
	u32 preempt_count;
	s32 rcu_depth;
	u32 level; /* 0 task, 1 hard interrupt, 2 softirq */
	u64 stack_low, stack_high;
};

extern __thread struct sfi_port_thread sfi_port_thread;
extern u64 sfi_port_now; /* pretend jiffies */

static inline u64 sfi_port_context_id(void)
{
	return (u64)(uintptr_t)&sfi_port_thread + sfi_port_thread.level;
}

static inline u64 sfi_port_ns(void)
{
	return READ_ONCE(sfi_port_now) * 1000000;
}

#define sfi_port_gate_save(g) do {				\
	(g)->irq_flags = sfi_port_thread.irq_flags;		\
	(g)->preempt_count = sfi_port_thread.preempt_count;	\
	(g)->rcu_depth = sfi_port_thread.rcu_depth;		\
	(g)->entered = READ_ONCE(sfi_port_now);			\
	(g)->switches = 0;					\
} while (0)
#define sfi_port_gate_differs(g)				\
	((sfi_port_thread.irq_flags ^ (g)->irq_flags) |		\
	 (sfi_port_thread.preempt_count ^ (g)->preempt_count) |	\
	 (u32)(sfi_port_thread.rcu_depth ^ (g)->rcu_depth))

/* The sanitizer sees to that itself: what resumes is a function that does not return. */
#define sfi_port_skip_frames(g)
void sfi_port_gate_restore(const struct sfi_gate *g);
void sfi_port_gate_describe(const struct sfi_gate *g, char *buf, size_t size);
void sfi_port_stack_bounds(u64 sp, u64 *low, u64 *high);
u64 sfi_port_blame(const struct sfi_domain *d);
unsigned int sfi_port_trace(const struct sfi_domain *d, u64 *ips, unsigned int max);
void sfi_port_barrier_all(void);
#define sfi_port_relax() sched_yield()
int sfi_port_snprintf(char *buf, size_t size, const char *format, ...) __printf(3, 4);
void sfi_port_print(const char *format, ...) __printf(1, 2);
int sfi_port_symbol(char *buf, size_t size, const struct sfi_domain *d, u64 ip);
int sfi_port_describe(char *buf, size_t size, u64 addr);
int sfi_port_context(char *buf, size_t size);
void sfi_port_lost(struct sfi_domain *d);

/* Hooks: see port_kernel.h. Weak here, so that a test may see what comes. */
void sfi_port_failed(struct sfi_domain *d);
void sfi_port_state_changed(struct sfi_domain *d, unsigned int from, unsigned int to);
void sfi_port_report(struct sfi_domain *d, const struct sfi_report *r, const char *text);

#endif
