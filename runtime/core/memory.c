// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory a domain holds, and what becomes of one that wants too much.
 *
 * Counted is what the objects of types with SFI_MEMORY have, and for each that
 * has a record the record, so that many small ones count too. Each CPU keeps its
 * own sum and adds it to the domain's when it is worth it: the domain's is wrong
 * by less than SFI_MEMORY_BATCH for each CPU.
 *
 * Over its limit, a domain is refused: allocations fail. One that asks REFUSALS
 * times nevertheless, or that holds twice its limit, by what cannot be refused
 * (packets that it is given), fails.
 */
#include "object.h"

#define REFUSALS 1000

void sfi_memory_flush(struct sfi_domain *d)
{
	__atomic_fetch_add(&d->memory_held, sfi_port_cpu_swap(d->cpu, memory, 0), __ATOMIC_RELAXED);
}

void sfi_memory_reset(struct sfi_domain *d)
{
	int cpu;

	sfi_port_for_each_cpu(cpu)
		WRITE_ONCE(sfi_port_cpu_of(d->cpu, cpu)->memory, 0);
	WRITE_ONCE(d->memory_held, 0);
	WRITE_ONCE(d->memory_refused, 0);
}

static void report(struct sfi_domain *d)
{
	struct sfi_report r = { .what = SFI_MEMORY };

	sfi_port_snprintf(r.detail, sizeof(r.detail),
			  "%llu KiB held, limit %llu KiB, %u allocations refused",
			  (unsigned long long)(sfi_memory_held(d) >> 10),
			  (unsigned long long)(READ_ONCE(d->memory_limit) >> 10),
			  READ_ONCE(d->memory_refused));
	sfi_report_and_fail(d, &r);
}

bool sfi_refuse_memory(struct sfi_domain *d)
{
	if (__atomic_add_fetch(&d->memory_refused, 1, __ATOMIC_RELAXED) >= REFUSALS)
		report(d);
	return false;
}
SFI_EXPORT(sfi_refuse_memory);

u64 sfi_memory_held(const struct sfi_domain *d)
{
	s64 sum = READ_ONCE(d->memory_held);
	int cpu;

	sfi_port_for_each_cpu(cpu)
		sum += READ_ONCE(sfi_port_cpu_of(d->cpu, cpu)->memory);
	return sum > 0 ? (u64)sum : 0;
}

void sfi_memory_judge(struct sfi_domain *d)
{
	u64 limit = READ_ONCE(d->memory_limit);

	if (limit && sfi_memory_held(d) / 2 > limit)
		report(d);
}
