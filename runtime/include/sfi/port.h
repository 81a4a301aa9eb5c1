/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything the runtime's core needs from its surroundings goes through the
 * sfi_port_* names of one of these two headers; the core includes no other
 * header of the kernel or of a C library. The kernel side is completed by
 * core/port_kernel.c and by kmod/ (the hooks at the end of port_kernel.h), the
 * user-space side by user/port_user.c.
 */
#ifndef SFI_PORT_H
#define SFI_PORT_H

#ifdef __KERNEL__
#include <sfi/port_kernel.h>
#else
#include <sfi/port_user.h>
#endif

#endif
