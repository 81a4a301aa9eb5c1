// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into the kernel that is a program. It saves the vector registers of
 * its processes into a buffer of a fixed size, which Linux refuses to load them
 * from where the processor has more of them (AMX). It is told that the host
 * cannot do that: then it takes the call that is older, and enough for init.c.
 * And its processes are to end when it does: they would go on as the host's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/ptrace.h>
#include <sys/types.h>

#define OLD_SETOPTIONS 21 /* what it asks for, of the same meaning */
#define PUBLIC __attribute__((visibility("default")))

static long (*next)(int request, pid_t pid, void *address, void *data);

__attribute__((constructor)) static void find(void)
{
	*(void **)&next = dlsym(RTLD_NEXT, "ptrace");
}

PUBLIC long ptrace(enum __ptrace_request request, ...)
{
	void *address, *data;
	va_list list;
	pid_t pid;

	va_start(list, request);
	pid = va_arg(list, pid_t);
	address = va_arg(list, void *);
	data = va_arg(list, void *);
	va_end(list);
	if ((request == PTRACE_GETREGSET || request == PTRACE_SETREGSET) && address == (void *)NT_X86_XSTATE) {
		errno = EINVAL;
		return -1;
	}
	if (request == PTRACE_SETOPTIONS || request == OLD_SETOPTIONS)
		data = (void *)((unsigned long)data | PTRACE_O_EXITKILL);
	return next(request, pid, address, data);
}
