// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only process of the kernel that is a program: loads the modules that its
 * arguments name, in their order, and switches the machine off. A module that
 * measures does so while it is loaded. An argument that is no file is a network
 * device, which is given an address. Static, and of the C library it uses only
 * what needs none of its state.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *text)
{
	(void)!write(STDOUT_FILENO, text, strlen(text));
}

/* True: loaded. */
static int load(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && !syscall(SYS_finit_module, fd, "", 0) && !close(fd);
}

/* True: device NAME is 10.0.0.1, and asks nobody for the addresses of neighbours. */
static int configure(const char *name)
{
	struct ifreq request = { .ifr_flags = 0 };
	struct sockaddr_in *address = (struct sockaddr_in *)&request.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), failed;

	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl(0x0a000001) } };
	failed = ioctl(fd, SIOCSIFADDR, &request);
	request.ifr_flags = IFF_UP | IFF_NOARP;
	failed |= ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
	return !failed;
}

/*
 * On the host this is another process: should the kernel that it belongs to be
 * gone, nothing that follows is to be done there. host.c ends it before that.
 */
static void stay_inside(void)
{
	if (getpid() != 1)
		_exit(1);
}

int main(int argc, char **argv)
{
	int i;

	stay_inside();
	mount("none", "/dev", "devtmpfs", 0, "");
	for (i = 1; i < argc; i++) {
		stay_inside();
		if (access(argv[i], F_OK) ? configure(argv[i]) : load(argv[i]))
			continue;
		say("@failed|");
		say(argv[i]);
		say("\n");
		break;
	}
	if (i == argc)
		say("@done\n");
	stay_inside();
	reboot(RB_POWER_OFF);
	return 1;
}
