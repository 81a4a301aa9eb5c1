// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel is a process of another (User Mode Linux): in place of
 * fault.c, hook.c, warn.c and watchdog.c, which need the processor's exceptions,
 * NMI and tracing. So exceptions in a driver are the kernel's end, as are its
 * hangs; guards, wrappers and the rights table are what they are elsewhere.
 * There is one CPU: when a recoverer runs, no driver does, unless it sleeps.
 */
#include "../kmod.h"

int sfi_fault_init(void)
{
	return 0;
}

void sfi_fault_exit(void)
{
}

int sfi_warn_init(void)
{
	return 0;
}

void sfi_warn_exit(void)
{
}

void sfi_warn_prepare(struct sfi_host *h)
{
}

int sfi_watchdog_init(void)
{
	return 0;
}

void sfi_watchdog_exit(void)
{
}

int sfi_watchdog_get(void)
{
	return 0;
}

void sfi_watchdog_put(void)
{
}

/* The process may have been stopped for some of it, and nobody looks. */
u64 sfi_charge(u64 passed)
{
	return 0;
}

bool sfi_watchdog_late(u64 *looked_at)
{
	*looked_at = 0;
	return false;
}

void sfi_watchdog_kick_all(void)
{
}

unsigned int sfi_watchdog_round(void)
{
	return 0;
}

bool sfi_watchdog_passed(unsigned int round)
{
	return true;
}
