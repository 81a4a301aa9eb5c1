/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Data of the kernel that inlines and macros of its headers read by name: the current task and CPU, the memory
 * map, static keys, module parameters' types.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/version.h>
#include <sfi/annotate.h>

SFI_DATA(system_state);
#ifndef CONFIG_UML
SFI_DATA(phys_base);
SFI_DATA(page_offset_base);
SFI_DATA(vmemmap_base);
SFI_DATA(nr_cpu_ids);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
SFI_DATA(pcpu_hot);
SFI_DATA(const_pcpu_hot);
#else
SFI_DATA(current_task);
SFI_DATA(cpu_number);
SFI_DATA(__preempt_count);
#endif
#endif

/* Referred to by module_param(); set through sysfs with the kernel's own code, in the module's memory. */
SFI_DATA(param_ops_byte);
SFI_DATA(param_ops_short);
SFI_DATA(param_ops_ushort);
SFI_DATA(param_ops_int);
SFI_DATA(param_ops_uint);
SFI_DATA(param_ops_long);
SFI_DATA(param_ops_ulong);
SFI_DATA(param_ops_charp);
SFI_DATA(param_ops_bool);
SFI_DATA(param_ops_string);
SFI_DATA(param_array_ops);
