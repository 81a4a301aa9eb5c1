// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program for the guest: does to /dev/sfi_sample what a shell cannot. Built
 * statically; used by smoke.sh. Exit status: 0, or 1 with the reason on stderr,
 * or 2 for wrong usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sfi_sample_ioctl.h"

#define DEVICE "/dev/sfi_sample"

static int fail(const char *what)
{
	fprintf(stderr, "sfi_sample_ctl: %s: %s\n", what, strerror(errno));
	return 1;
}

static int set(int fd, unsigned long command, const char *text)
{
	__u32 value = strtoul(text, NULL, 0);

	return ioctl(fd, command, &value) ? fail("set") : 0;
}

static int reset(int fd)
{
	return ioctl(fd, SFI_SAMPLE_RESET) ? fail("reset") : 0;
}

static int print_stats(int fd)
{
	struct sfi_sample_stats s;

	if (ioctl(fd, SFI_SAMPLE_GET_STATS, &s))
		return fail("stats");
	printf("in=%llu out=%llu ticks=%llu rate=%llu mode=%u period=%u waiting=%u,%u\n",
	       s.bytes_in, s.bytes_out, s.ticks, s.rate, s.mode, s.period_ms, s.waiting_in,
	       s.waiting_out);
	return 0;
}

/* Prints "r", "w" or "rw": what the device is ready for within 100 ms. */
static int print_poll(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	if (poll(&p, 1, 100) < 0)
		return fail("poll");
	printf("%s%s\n", p.revents & POLLIN ? "r" : "", p.revents & POLLOUT ? "w" : "");
	return 0;
}

/* Blocks in poll() until there is something to read; fails after 5 s. */
static int wait_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int ret = poll(&p, 1, 5000);

	if (ret == 0)
		errno = ETIMEDOUT;
	return ret == 1 ? 0 : fail("wait");
}

/* Calls that must fail, each with its own error. The device must be empty. */
static int errors(int fd)
{
	void *bad_address = (void *)strtoul("16", NULL, 10); /* the compiler would object to a constant */
	char byte;
	int nonblocking = open(DEVICE, O_RDWR | O_NONBLOCK);

	if (nonblocking < 0)
		return fail("open");
	if (read(nonblocking, &byte, 1) != -1 || errno != EAGAIN)
		return fail("read of an empty device, expected EAGAIN");
	if (write(fd, bad_address, 4) != -1 || errno != EFAULT)
		return fail("write from a bad address, expected EFAULT");
	if (ioctl(fd, SFI_SAMPLE_GET_STATS, bad_address) != -1 || errno != EFAULT)
		return fail("stats to a bad address, expected EFAULT");
	if (ioctl(fd, _IO('S', 99)) != -1 || errno != ENOTTY)
		return fail("unknown command, expected ENOTTY");
	if (lseek(fd, 0, SEEK_SET) != -1 || errno != ESPIPE)
		return fail("seek, expected ESPIPE");
	close(nonblocking);
	return 0;
}

static int wrong_usage(void)
{
	fputs("usage: sfi_sample_ctl stats | poll | wait | errors | reset | mode N | period MS\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	int fd;

	fd = open(DEVICE, O_RDWR);
	if (fd < 0)
		return fail("open");
	if (argc == 3 && !strcmp(command, "mode"))
		return set(fd, SFI_SAMPLE_SET_MODE, argv[2]);
	if (argc == 3 && !strcmp(command, "period"))
		return set(fd, SFI_SAMPLE_SET_PERIOD, argv[2]);
	if (argc != 2)
		return wrong_usage();
	if (!strcmp(command, "stats"))
		return print_stats(fd);
	if (!strcmp(command, "poll"))
		return print_poll(fd);
	if (!strcmp(command, "wait"))
		return wait_readable(fd);
	if (!strcmp(command, "errors"))
		return errors(fd);
	if (!strcmp(command, "reset"))
		return reset(fd);
	return wrong_usage();
}
