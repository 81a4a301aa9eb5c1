// SPDX-License-Identifier: GPL-2.0-only
/*
 * tls listen			accepts connections to port 4433
 * tls connect ADDRESS		connects there, and asks the kernel to encrypt what is sent
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tls.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOL_TLS
#define SOL_TLS 282
#endif
#ifndef TCP_ULP
#define TCP_ULP 31
#endif

int main(int argc, char **argv)
{
	struct tls12_crypto_info_aes_gcm_128 keys = {
		.info = { .version = TLS_1_2_VERSION, .cipher_type = TLS_CIPHER_AES_GCM_128 },
	};
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(4433) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (argc < 3) {
		if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1)) {
			perror("listen");
			return 1;
		}
		for (;;)
			accept(fd, NULL, NULL);
	}
	inet_pton(AF_INET, argv[2], &at.sin_addr);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at))) {
		perror("connect");
		return 1;
	}
	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls"))) {
		perror("TCP_ULP");
		return 1;
	}
	if (setsockopt(fd, SOL_TLS, TLS_TX, &keys, sizeof(keys))) {
		perror("TLS_TX");
		return 1;
	}
	return 0;
}
