// SPDX-License-Identifier: GPL-2.0-only
/*
 * sfi_misbehave_ctl NAME CONTEXT [control]: asks /dev/sfi_misbehave.
 * sfi_misbehave_ctl load FILE PARAMETERS: loads the module, in one try. The exit status is 0 or
 * the errno.
 */
#include <stdio.h>
#include <string.h>

#include "ask.h"

int main(int argc, char **argv)
{
	int err;

	if (argc < 3) {
		fprintf(stderr, "usage: %s NAME CONTEXT [control] | load FILE PARAMETERS\n", argv[0]);
		return 255;
	}
	err = strcmp(argv[1], "load") ? ask(argv[1], argv[2], argc > 3) :
					load_module(argv[2], argc > 3 ? argv[3] : "");
	if (err)
		printf("%s\n", strerror(err));
	return err;
}
