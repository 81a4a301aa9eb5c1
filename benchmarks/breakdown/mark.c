// SPDX-License-Identifier: GPL-2.0-only
/* Runs in the guest: "mark begin", "mark end" tell count.c when to count. To the processor they are nothing. */
#include <string.h>

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "begin"))
		__asm__ volatile(".byte 0x0f, 0x1f, 0x80; .ascii \"bsfi\"");
	else if (argc == 2 && !strcmp(argv[1], "end"))
		__asm__ volatile(".byte 0x0f, 0x1f, 0x80; .ascii \"esfi\"");
	else
		return 2;
	return 0;
}
