// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_misbehave_ctl NAME CONTEXT [control]: asks /dev/sfi_misbehave, by write, and for
 * the contexts that are reached so by ioctl as well. sfi_misbehave_ctl load FILE PARAMETERS: loads
 * the module, in one try. The exit status is 0 or the errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "sfi_misbehave_ioctl.h"

#define IA32_NR_IOCTL 54
#define SIGNAL_AFTER_US 20000

static int ioctl64(int fd)
{
	return ioctl(fd, SFI_MISBEHAVE_RUN, 0) ? errno : 0;
}

/* By the gate of processes of 32 bits, which is open to others too. */
static int ioctl32(int fd)
{
	int ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(IA32_NR_IOCTL), "b"(fd), "c"(SFI_MISBEHAVE_RUN), "d"(0)
			 : "memory", "r8", "r9", "r10", "r11");
	return -ret;
}

static void ignore(int number)
{
}

/* The driver waits for the signal. */
static int ioctl_signal(int fd)
{
	struct itimerval soon = { .it_value.tv_usec = SIGNAL_AFTER_US };

	signal(SIGALRM, ignore);
	setitimer(ITIMER_REAL, &soon, NULL);
	return ioctl64(fd);
}

static const struct {
	const char *context;
	int (*run)(int fd);
} by_ioctl[] = {
	{ "ioctl", ioctl64 },
	{ "compat", ioctl32 },
	{ "signal", ioctl_signal },
};

static int ask(int fd, int argc, char **argv)
{
	char line[80];
	size_t i;
	int n;

	n = snprintf(line, sizeof(line), "%s %s %s", argv[1], argv[2], argc > 3 ? argv[3] : "");
	if (write(fd, line, n) != n)
		return errno;
	for (i = 0; i < sizeof(by_ioctl) / sizeof(*by_ioctl); i++) {
		if (!strcmp(by_ioctl[i].context, argv[2]))
			return by_ioctl[i].run(fd);
	}
	return 0;
}

static int load(const char *file, const char *parameters)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	return fd < 0 || syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
}

static int ask_device(int argc, char **argv)
{
	int fd = open("/dev/sfi_misbehave", O_WRONLY);

	return fd < 0 ? errno : ask(fd, argc, argv);
}

int main(int argc, char **argv)
{
	int err;

	if (argc < 3) {
		fprintf(stderr, "usage: %s NAME CONTEXT [control] | load FILE PARAMETERS\n", argv[0]);
		return 255;
	}
	err = strcmp(argv[1], "load") ? ask_device(argc, argv) : load(argv[2], argc > 3 ? argv[3] : "");
	if (err)
		printf("%s\n", strerror(err));
	return err;
}
