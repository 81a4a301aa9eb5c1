// SPDX-License-Identifier: GPL-2.0-only
/*
 * withhold FILE ASKED GIVE: writes a page to FILE that is not there. When the kernel asks for it, the file ASKED is made;
 * the kernel gets it once there is a file GIVE. Until then the write() sleeps in the kernel, and no wake-up ends it.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096UL

static int faults;
static void *page;
static const char *asked, *give;

static void *giver(void *unused)
{
	struct uffdio_zeropage zero = { .range = { (unsigned long)page, PAGE } };
	struct pollfd wait = { .fd = faults, .events = POLLIN };
	struct uffd_msg message;

	(void)unused;
	if (poll(&wait, 1, -1) != 1 || read(faults, &message, sizeof(message)) != sizeof(message))
		err(1, "no fault");
	close(open(asked, O_CREAT | O_WRONLY, 0600));
	while (access(give, F_OK))
		usleep(100000);
	if (ioctl(faults, UFFDIO_ZEROPAGE, &zero))
		err(1, "UFFDIO_ZEROPAGE");
	return NULL;
}

int main(int argc, char **argv)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	pthread_t thread;
	int file;

	if (argc != 4)
		errx(2, "usage: withhold FILE ASKED GIVE");
	asked = argv[2];
	give = argv[3];
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	range.range.start = (unsigned long)page;
	range.range.len = PAGE;
	if (page == MAP_FAILED || faults < 0 || ioctl(faults, UFFDIO_API, &api) ||
	    ioctl(faults, UFFDIO_REGISTER, &range))
		err(1, "userfaultfd");
	if (pthread_create(&thread, NULL, giver, NULL))
		errx(1, "no thread");
	file = open(argv[1], O_WRONLY);
	if (file < 0)
		err(1, "%s", argv[1]);
	if (write(file, page, 16) < 0)
		warn("%s", argv[1]);
	return pthread_join(thread, NULL) != 0;
}
