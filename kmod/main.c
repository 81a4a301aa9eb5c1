// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi.ko: the runtime of isolated drivers, and its parameters.
 */
#include <linux/module.h>

#include "kmod.h"

unsigned int sfi_restart_max = 5;
module_param_named(restart_max, sfi_restart_max, uint, 0644);
MODULE_PARM_DESC(restart_max, "restarts of a driver in one window, then it is left dead (at most 64)");

unsigned int sfi_restart_window_s = 10;
module_param_named(restart_window_s, sfi_restart_window_s, uint, 0644);
MODULE_PARM_DESC(restart_window_s, "length of the window, in seconds");

unsigned int sfi_hang_ms = 2000;
module_param_named(hang_ms, sfi_hang_ms, uint, 0644);
MODULE_PARM_DESC(hang_ms, "how long a call into a driver may run without sleeping, in milliseconds of CPU time; 0: for ever");

unsigned int sfi_hang_soft_ms = 1000;
module_param_named(hang_soft_ms, sfi_hang_soft_ms, uint, 0644);
MODULE_PARM_DESC(hang_soft_ms, "the same, to be reported only; 0: any");

unsigned int sfi_irq_percent = 60;
module_param_named(irq_percent, sfi_irq_percent, uint, 0644);
MODULE_PARM_DESC(irq_percent, "share of a CPU that a driver's interrupt handlers may take, in percent; 0: no limit");

unsigned int sfi_irq_window_ms = 1000;
module_param_named(irq_window_ms, sfi_irq_window_ms, uint, 0644);
MODULE_PARM_DESC(irq_window_ms, "over how long that is measured, in milliseconds");

unsigned int sfi_irq_cost_us = 10;
module_param_named(irq_cost_us, sfi_irq_cost_us, uint, 0644);
MODULE_PARM_DESC(irq_cost_us, "most that the kernel's own part of an interrupt counts, in microseconds");

unsigned int sfi_call_soft_ms = 20000;
module_param_named(call_soft_ms, sfi_call_soft_ms, uint, 0644);
MODULE_PARM_DESC(call_soft_ms, "time that a call into a driver may take before it is reported, in milliseconds; 0: any");

unsigned int sfi_call_hard_ms = 120000;
module_param_named(call_hard_ms, sfi_call_hard_ms, uint, 0644);
MODULE_PARM_DESC(call_hard_ms, "time that a call into a driver may take before the driver is stopped; 0: any");

unsigned int sfi_cpu_soft_ms = 10000;
module_param_named(cpu_soft_ms, sfi_cpu_soft_ms, uint, 0644);
MODULE_PARM_DESC(cpu_soft_ms, "CPU time that a call into a driver may take before it is reported; 0: any");

unsigned int sfi_cpu_hard_ms = 60000;
module_param_named(cpu_hard_ms, sfi_cpu_hard_ms, uint, 0644);
MODULE_PARM_DESC(cpu_hard_ms, "CPU time that a call into a driver may take before the driver is stopped; 0: any");

unsigned int sfi_growth_objects = 100;
module_param_named(growth_objects, sfi_growth_objects, uint, 0644);
MODULE_PARM_DESC(growth_objects, "objects that a driver may hold more at the end of a period; 0: any");

unsigned int sfi_growth_kb = 256;
module_param_named(growth_kb, sfi_growth_kb, uint, 0644);
MODULE_PARM_DESC(growth_kb, "KiB that a driver may hold more at the end of a period; 0: any");

unsigned int sfi_growth_period_s = 60;
module_param_named(growth_period_s, sfi_growth_period_s, uint, 0644);
MODULE_PARM_DESC(growth_period_s, "length of that period, in seconds");

unsigned int sfi_growth_periods = 10;
module_param_named(growth_periods, sfi_growth_periods, uint, 0644);
MODULE_PARM_DESC(growth_periods, "periods in a row that are a leak, if the driver is not called more often");

bool sfi_growth_recovers;
module_param_named(growth_recovers, sfi_growth_recovers, bool, 0644);
MODULE_PARM_DESC(growth_recovers, "a driver that leaks is restarted, not only reported");

unsigned int sfi_memory_percent = 25;
module_param_named(memory_percent, sfi_memory_percent, uint, 0644);
MODULE_PARM_DESC(memory_percent, "share of the machine's memory that a driver loaded from now on may hold, in percent; 0: all");

static int __init sfi_init(void)
{
	int err;

	err = sfi_sysfs_init();
	if (err)
		return err;
	err = sfi_watchdog_init();
	if (err)
		goto sysfs;
	err = sfi_fault_init();
	if (err)
		goto watchdog;
	err = sfi_warn_init();
	if (err)
		goto fault;
	err = sfi_patrol_init();
	if (err)
		goto warn;
	err = sfi_load_init();
	if (err)
		goto patrol;
	return 0;

patrol:
	sfi_patrol_exit();
warn:
	sfi_warn_exit();
fault:
	sfi_fault_exit();
watchdog:
	sfi_watchdog_exit();
sysfs:
	sfi_sysfs_exit();
	return err;
}

static void __exit sfi_exit(void)
{
	sfi_load_exit();
	sfi_patrol_exit();
	sfi_warn_exit();
	sfi_fault_exit();
	sfi_watchdog_exit();
	sfi_sysfs_exit();
}

module_init(sfi_init);
module_exit(sfi_exit);

MODULE_DESCRIPTION("Alcove: isolation and recovery of drivers");
MODULE_LICENSE("GPL");
