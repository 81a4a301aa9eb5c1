/* SPDX-License-Identifier: GPL-2.0-only */
/* Bugs for the planter's tests. */
_Bool sfi_plant_hit(unsigned int id);
void *sfi_plant_victim(void);
static __attribute__((noinline, used)) void sfi_plant_bug_wild(void)
{
	*(long *)sfi_plant_victim() = 1;
}
static __attribute__((noinline, used)) void sfi_plant_bug_quiet(void) { }
