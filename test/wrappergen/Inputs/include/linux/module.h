/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a module's own code refers to, so that it compiles here. */
#ifndef LINUX_MODULE_H
#define LINUX_MODULE_H

#define KBUILD_MODNAME "toy"
#define THIS_MODULE ((struct module *)0)
#define __init
#define __exit
#define module_init(f) int (*init_of_module)(void) = f
#define module_exit(f) void (*exit_of_module)(void) = f
#define MODULE_DESCRIPTION(text) extern int module_description
#define MODULE_LICENSE(text) extern int module_license

#endif
