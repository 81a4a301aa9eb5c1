// SPDX-License-Identifier: GPL-2.0-only
/* Uses /dev/sfi_sample in every way it knows; for sample.sh. Prints PASS and FAIL lines. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sfi_sample_ioctl.h"

static int device;

static void test(const char *what, int good)
{
	printf("%s: sfi_sample: %s\n", good ? "PASS" : "FAIL", what);
}

/* Writes TEXT, and reads back as much. True if that is EXPECTED. */
static int passes(const char *text, const char *expected)
{
	char buffer[64];
	size_t size = strlen(text), got = 0;
	ssize_t n;

	if (write(device, text, size) != (ssize_t)size)
		return 0;
	while (got < size && (n = read(device, buffer + got, size - got)) > 0)
		got += n;
	return got == size && !memcmp(buffer, expected, size);
}

static int set_mode(__u32 mode)
{
	return ioctl(device, SFI_SAMPLE_SET_MODE, &mode);
}

static void test_modes(void)
{
	test("copies", !set_mode(SFI_SAMPLE_COPY) && passes("Hello", "Hello"));
	test("makes capitals", !set_mode(SFI_SAMPLE_UPPER) && passes("Hello", "HELLO"));
	test("rotates letters", !set_mode(SFI_SAMPLE_ROT13) && passes("Hello", "Uryyb"));
	test("refuses an unknown mode", set_mode(SFI_SAMPLE_NR_MODES) == -1 && errno == EINVAL);
	test("refuses a bad pointer",
	     ioctl(device, SFI_SAMPLE_SET_MODE, (void *)8) == -1 && errno == EFAULT);
	set_mode(SFI_SAMPLE_COPY);
}

static void test_poll(void)
{
	struct pollfd poller = { .fd = device, .events = POLLIN };

	test("has nothing to read at first", poll(&poller, 1, 0) == 0);
	test("can be written", write(device, "x", 1) == 1);
	test("wakes who waits to read", poll(&poller, 1, 5000) == 1 && (poller.revents & POLLIN));
}

static void test_stats(void)
{
	struct sfi_sample_stats before, after;
	__u32 period = 20;

	test("takes a period", !ioctl(device, SFI_SAMPLE_SET_PERIOD, &period));
	test("gives statistics", !ioctl(device, SFI_SAMPLE_GET_STATS, &before));
	usleep(500000);
	test("gives them again", !ioctl(device, SFI_SAMPLE_GET_STATS, &after));
	test("has a timer that ticks", after.ticks > before.ticks);
	test("counts bytes", after.bytes_in > 0);
	test("forgets", !ioctl(device, SFI_SAMPLE_RESET) &&
			!ioctl(device, SFI_SAMPLE_GET_STATS, &after) && !after.bytes_in);
}

int main(void)
{
	device = open("/dev/sfi_sample", O_RDWR);
	test("opens", device >= 0);
	if (device < 0)
		return 1;
	test_modes();
	test_poll();
	test_stats();
	test("closes", !close(device));
	return 0;
}
