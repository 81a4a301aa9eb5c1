// SPDX-License-Identifier: GPL-2.0-only
/* Asking /dev/sfi_misbehave: by write, and for the contexts that are reached otherwise by what leads there. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "ask.h"
#include "sfi_misbehave_ioctl.h"

#define IA32_NR_IOCTL 54
#define SIGNAL_EVERY_US 2000

static int ioctl64(int fd, bool control)
{
	return ioctl(fd, SFI_MISBEHAVE_RUN, 0) ? errno : 0;
}

/* By the gate of processes of 32 bits, which is open to others too. */
static int ioctl32(int fd, bool control)
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

/* The driver waits for a signal; one may come before the call does. */
static int ioctl_signal(int fd, bool control)
{
	struct itimerval often = { { .tv_usec = SIGNAL_EVERY_US }, { .tv_usec = SIGNAL_EVERY_US } };
	struct itimerval never = { 0 };
	int ret;

	signal(SIGALRM, ignore);
	setitimer(ITIMER_REAL, &often, NULL);
	ret = ioctl64(fd, control);
	setitimer(ITIMER_REAL, &never, NULL);
	return ret;
}

/* An address more and less for the loopback interface: notifiers are told. */
static int change_address(int fd, bool control)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct ifreq ifr = { .ifr_name = "lo:1" };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	memcpy(&ifr.ifr_addr, &address, sizeof(address));
	ret = ioctl(sock, SIOCSIFADDR, &ifr) ? errno : 0;
	ifr.ifr_flags = 0;
	if (!ret && ioctl(sock, SIOCSIFFLAGS, &ifr))
		ret = errno;
	close(sock);
	/* Whether it was is not seen by the result. A driver that has come back does not know. */
	if (!ret && control && ioctl(fd, SFI_MISBEHAVE_HAS_RUN, 0))
		ret = errno;
	return ret;
}

static const struct {
	const char *context;
	int (*run)(int fd, bool control);
} otherwise[] = {
	{ "ioctl", ioctl64 },
	{ "compat", ioctl32 },
	{ "signal", ioctl_signal },
	{ "notifier", change_address },
};

int ask(const char *name, const char *context, bool control)
{
	int fd = open("/dev/sfi_misbehave", O_WRONLY | O_CLOEXEC), n, ret = 0;
	char line[80];
	size_t i;

	if (fd < 0)
		return errno;
	n = snprintf(line, sizeof(line), "%s %s %s", name, context, control ? "control" : "");
	if (write(fd, line, n) != n)
		ret = errno;
	for (i = 0; !ret && i < sizeof(otherwise) / sizeof(*otherwise); i++) {
		if (!strcmp(otherwise[i].context, context))
			ret = otherwise[i].run(fd, control);
	}
	close(fd);
	return ret;
}

int load_module(const char *file, const char *parameters)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return errno;
	ret = syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
	close(fd);
	return ret;
}
