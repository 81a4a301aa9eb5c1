// SPDX-License-Identifier: GPL-2.0-only
/*
 * The application of ./sfi demo: one long TCP transfer, and what each end sees
 * of it. Runs in the guest.
 *
 *	stream send ADDRESS PORT BYTES-PER-SECOND STOP	until file STOP exists
 *	stream receive PORT PROGRESS GAPS
 *
 * Both write what they have sent or received to stdout too, for a checksum. The
 * receiver keeps the number of bytes so far in file PROGRESS, and for each time
 * that it had nothing to read for a while adds a line "END LENGTH" to file GAPS:
 * both in milliseconds, END since the machine was started. At the end it prints,
 * to stderr, how many connections were made, and how many bytes came.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Worth noting; ms. */
#define GAP_MS 100
/* The sender's turns; ms. */
#define TURN_MS 20

static char buffer[1 << 16];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static void write_all(int fd, const char *bytes, size_t size)
{
	ssize_t n;

	for (; size; bytes += n, size -= n) {
		n = write(fd, bytes, size);
		if (n < 0)
			die("write");
	}
}

static void fill(char *bytes, size_t size)
{
	static uint64_t x = 0x9e3779b97f4a7c15ULL;
	size_t i;

	for (i = 0; i < size; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		bytes[i] = x;
	}
}

static int stream_send(const char *address, int port, long rate, const char *stop)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	size_t turn = rate * TURN_MS / 1000;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, address, &to.sin_addr);
	if (turn > sizeof(buffer))
		turn = sizeof(buffer);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die("connect");
	while (access(stop, F_OK)) {
		fill(buffer, turn);
		write_all(fd, buffer, turn);
		write_all(STDOUT_FILENO, buffer, turn);
		usleep(TURN_MS * 1000);
	}
	/* The receiver closes when it has read everything. */
	shutdown(fd, SHUT_WR);
	if (read(fd, buffer, 1))
		die("the end");
	return 0;
}

/* Whoever else wants to connect: not expected. */
static int accept_more(int listener)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	int n = 0;

	while (poll(&p, 1, 0) > 0 && accept(listener, NULL, NULL) >= 0)
		n++;
	return n;
}

static int stream_receive(int port, const char *progress, const char *gaps)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), connections = 1, out, fd;
	uint64_t last, now, bytes = 0;
	FILE *log = fopen(gaps, "w");
	char text[32];
	ssize_t n;

	out = open(progress, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (!log || out < 0 || bind(listener, (struct sockaddr *)&at, sizeof(at)) ||
	    listen(listener, 8))
		die("receive");
	fd = accept(listener, NULL, NULL);
	for (last = now_ms(); (n = read(fd, buffer, sizeof(buffer))) > 0; last = now) {
		now = now_ms();
		if (now - last >= GAP_MS) {
			fprintf(log, "%llu %llu\n", (unsigned long long)now,
				(unsigned long long)(now - last));
			fflush(log);
		}
		bytes += n;
		pwrite(out, text, snprintf(text, sizeof(text), "%llu\n", (unsigned long long)bytes), 0);
		write_all(STDOUT_FILENO, buffer, n);
	}
	if (n < 0)
		die("read");
	connections += accept_more(listener);
	fprintf(stderr, "connections %d bytes %llu\n", connections, (unsigned long long)bytes);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "send"))
		return stream_send(argv[2], atoi(argv[3]), atol(argv[4]), argv[5]);
	if (argc == 5 && !strcmp(argv[1], "receive"))
		return stream_receive(atoi(argv[2]), argv[3], argv[4]);
	fprintf(stderr, "stream: see its source for how to use it\n");
	return 2;
}
