// SPDX-License-Identifier: GPL-2.0-only
/*
 * What crosses a network card while its driver is restarted.
 *
 *	wire listen DEVICE MAC COUNT		frames to MAC that DEVICE receives are counted in file COUNT
 *	wire receive PORT			prints the number in each datagram
 *	wire send ADDRESS PORT STATE STOP	sends numbered datagrams until file STOP exists, and prints the
 *						number of each during which file STATE said "loading"
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Between two datagrams; few enough that all of an outage fit into the socket's share of the queue. */
#define TURN_US 20000

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

/* All that has waited in an outage comes at once. */
#define RECEIVE_BYTES (8 << 20)

static void receive(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	int bytes = RECEIVE_BYTES;
	unsigned int number;

	check(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)), "buffer");
	check(bind(fd, (struct sockaddr *)&at, sizeof(at)), "bind");
	for (;;) {
		check(recv(fd, &number, sizeof(number), 0), "receive");
		printf("%u\n", number);
		fflush(stdout);
	}
}

static bool loading(int state)
{
	char text[16] = "";

	check(pread(state, text, sizeof(text) - 1, 0), "state");
	return !strcmp(text, "loading\n");
}

static void send_all(const char *address, int port, const char *path, const char *stop)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	int state = check(open(path, O_RDONLY), path);
	unsigned int number;
	bool before;

	inet_pton(AF_INET, address, &to.sin_addr);
	check(connect(fd, (struct sockaddr *)&to, sizeof(to)), "connect");
	for (number = 1; access(stop, F_OK); number++) {
		before = loading(state);
		check(send(fd, &number, sizeof(number), 0), "send");
		if (before && loading(state)) {
			printf("%u\n", number);
			fflush(stdout);
		}
		usleep(TURN_US);
	}
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "listen")) {
		listen_for(argv[2], argv[3], argv[4]);
	} else if (argc == 3 && !strcmp(argv[1], "receive")) {
		receive(atoi(argv[2]));
	} else if (argc == 6 && !strcmp(argv[1], "send")) {
		send_all(argv[2], atoi(argv[3]), argv[4], argv[5]);
	} else {
		fprintf(stderr, "wire: see its source for how to use it\n");
		return 2;
	}
	return 0;
}
