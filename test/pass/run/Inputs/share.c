// SPDX-License-Identifier: GPL-2.0-only
// Instrumented: several guards of one object, with calls in between that may do
// anything to its rights.
#include <stdint.h>

void sfi_w_thing_free(int number, char *p);

struct object {
	uint64_t a[16];
	uint32_t b, c;
	uint64_t d[45];
};

void apart(char *p)
{
	struct object *o = (struct object *)p;

	o->a[0] = 1;
	sfi_w_thing_free(0, p);
	o->c = 2;
	sfi_w_thing_free(1, p);
	o->d[40] = 3;
}

void backwards(char *p)
{
	struct object *o = (struct object *)p;

	o->d[40] = 1;
	sfi_w_thing_free(0, p);
	o->b = 2;
	o->c = 3;
	sfi_w_thing_free(1, p);
	o->a[0] = 4;
}

void looped(char *p)
{
	struct object *o = (struct object *)p;

	for (int n = 0; n < 4; n++) {
		o->a[3] = n;
		sfi_w_thing_free(n, p);
	}
}

void stepped(char *p)
{
	struct object *o = (struct object *)p;

#pragma clang loop unroll(disable)
	for (int n = 0; n < 4; n++) {
		((volatile uint64_t *)o->a)[n * 4] = n;
		sfi_w_thing_free(n, p);
	}
}

void branched(char *p)
{
	struct object *o = (struct object *)p;

	o->a[0] = 1;
	sfi_w_thing_free(0, p);
	if (o->a[1])
		o->d[0] = 2;
	else
		o->d[44] = 3;
}
