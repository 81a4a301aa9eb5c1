// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's functions. A unit of its own, without the plugin in every build, so
 * that no caller knows what is behind a call.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include <bench/kernel.h>

/*
 * Aligned as kmalloc()'s and the page allocator's memory of that size: to the next power of two. Where a program's
 * memory lies in the chunks of the rights directory is then not for the address space's layout to say, which is
 * another in each run.
 */
void *bench_alloc(size_t size)
{
	size_t align = 4096;
	void *p;

	while (align < size)
		align *= 2;
	return posix_memalign(&p, align, size) ? NULL : memset(p, 0, size);
}

void bench_free(void *memory)
{
	free(memory);
}

/* Both kinds come from a few that are used in turn, as from an allocator's cache. */
#define SPARE 64
static struct thing things[SPARE];
static struct parcel parcels[SPARE];
static unsigned int next_thing, next_parcel;

struct thing *thing_make(void)
{
	return &things[next_thing++ % SPARE];
}

void thing_drop(struct thing *thing)
{
	thing->of_kernel[0]++;
}

struct parcel *parcel_make(void)
{
	return &parcels[next_parcel++ % SPARE];
}

void parcel_send(struct parcel *parcel)
{
	parcel->words[1]++;
}

void bench_nothing(u64 number)
{
	(void)number;
}

void thing_touch(struct thing *thing)
{
	(void)thing;
}

void thing_touch_two(struct thing *thing, struct thing *other)
{
	(void)thing;
	(void)other;
}

void bench_fill(void *buffer, size_t size)
{
	(void)buffer;
	(void)size;
}

/* As the kernel's on processors without a fast "rep movsb", and as the runtime's: what is compared is the check. */
void *kernel_memcpy(void *to, const void *from, size_t size)
{
	void *ret = to;
	size_t words = size / 8, bytes = size % 8;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
	return ret;
}

void *kernel_memset(void *to, int byte, size_t size)
{
	void *ret = to;
	size_t words = size / 8, bytes = size % 8;
	u64 pattern = 0x0101010101010101ULL * (u8)byte;

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(pattern) : "memory");
	return ret;
}
