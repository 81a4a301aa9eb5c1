// SPDX-License-Identifier: GPL-2.0-only
/*
 * What applications see of a network card: a datagram socket that is bound to it
 * sends all the time, a packet socket waits on it. Prints the first error of
 * each, and ends when both have one.
 *
 *	sockets DEVICE ADDRESS
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int check(int ret, const char *what)
{
	if (ret >= 0)
		return ret;
	perror(what);
	exit(1);
}

static int datagram_socket(const char *device, const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	check(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, strlen(device)), "bind to device");
	inet_pton(AF_INET, address, &to.sin_addr);
	check(connect(fd, (struct sockaddr *)&to, sizeof(to)), "connect");
	return fd;
}

static int packet_socket(const char *device)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(0x88b5) };
	int fd = check(socket(AF_PACKET, SOCK_RAW, htons(0x88b5)), "packet socket");

	at.sll_ifindex = check(if_nametoindex(device) ?: -1, device);
	check(bind(fd, (struct sockaddr *)&at, sizeof(at)), "bind");
	return fd;
}

/* The error is the first one: it is printed. ECONNREFUSED is the other side's answer. */
static int note(int *seen, const char *who, int error)
{
	if (!*seen && error && error != ECONNREFUSED && error != EAGAIN) {
		*seen = error;
		printf("%s: %s\n", who, strerrorname_np(error));
		fflush(stdout);
	}
	return *seen;
}

int main(int argc, char **argv)
{
	int udp, raw, udp_error = 0, raw_error = 0;
	char byte;

	if (argc != 3)
		return 2;
	udp = datagram_socket(argv[1], argv[2]);
	raw = packet_socket(argv[1]);
	puts("ready");
	fflush(stdout);
	while (!udp_error || !raw_error) {
		note(&udp_error, "datagram", send(udp, "x", 1, MSG_DONTWAIT) < 0 ? errno : 0);
		note(&raw_error, "packet", recv(raw, &byte, 1, MSG_DONTWAIT) < 0 ? errno : 0);
		usleep(20000);
	}
	return 0;
}
