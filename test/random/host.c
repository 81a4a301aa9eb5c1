// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs one random program, which is linked in: as a driver, with -DISOLATED, else as
 * it is. Prints its checksum.
 */
#include <stdio.h>

#include <random/kernel.h>

void random_may_revoke(void)
{
}

void random_keeps(void)
{
}

#ifdef ISOLATED
#include <sfi/runtime.h>

#include "types.h"

/* The linker makes the bounds; the unit is given this name by run.sh. */
extern const char __start_driver_text[], __stop_driver_text[];
extern struct sfi_self __sfi_self;
extern const struct sfi_unit unit_program;
static const struct sfi_unit *const units[] = { &unit_program };

/* None of these programs does anything wrong. */
void sfi_port_failed(struct sfi_domain *d)
{
	printf("the domain of %s failed\n", d->name);
	fflush(stdout);
	_Exit(1);
}

static int start(void)
{
	const struct sfi_load load = {
		.name = "program",
		.module = (struct module *)&__sfi_self,
		.self = &__sfi_self,
		.units = units,
		.nr_units = ARRAY_SIZE(units),
		.policy = SFI_POLICY_HASH,
		.text = (u64)(uintptr_t)__start_driver_text,
		.text_size = (u64)(__stop_driver_text - __start_driver_text),
	};
	struct sfi_domain *d;
	char why[128];

	if (sfi_domain_create(&load, &d, why, sizeof(why))) {
		fprintf(stderr, "no domain: %s\n", why);
		return 1;
	}
	sfi_domain_move(d, SFI_LOADING, SFI_LIVE);
	return 0;
}
#else
static int start(void)
{
	return 0;
}
#endif

int main(void)
{
	if (start())
		return 1;
	printf("%#lx\n", random_program.run());
	return 0;
}
