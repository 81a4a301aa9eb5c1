// SPDX-License-Identifier: GPL-2.0-only
/*
 * listen DEVICE MAC COUNT: frames to MAC that DEVICE receives are counted in file COUNT.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netpacket/packet.h>
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

/* Sees what the card lets pass, and does not ask it for more. */
static void listen_for(const char *device, const char *mac, const char *path)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) }, from;
	int fd = check(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), "packet socket");
	int out = check(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644), path), count = 0;
	const struct ether_addr *address = ether_aton(mac);
	char frame[2048], text[16];
	socklen_t size;

	at.sll_ifindex = check(if_nametoindex(device) ?: -1, device);
	check(bind(fd, (struct sockaddr *)&at, sizeof(at)), "bind");
	for (;;) {
		pwrite(out, text, snprintf(text, sizeof(text), "%d\n", count), 0);
		do {
			size = sizeof(from);
			check(recvfrom(fd, frame, sizeof(frame), 0, (struct sockaddr *)&from, &size), "listen");
		} while (from.sll_pkttype == PACKET_OUTGOING || memcmp(frame, address, ETH_ALEN));
		count++;
	}
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: listen DEVICE MAC COUNT\n");
		return 2;
	}
	listen_for(argv[1], argv[2], argv[3]);
	return 0;
}
