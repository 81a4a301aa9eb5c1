// SPDX-License-Identifier: GPL-2.0-only
// Members of an array's elements, the array behind other members: the address has a constant part
// before its variable index. Guards are folded and share lookups by where stores lie to one another.
struct cell {
	unsigned int a, b;
};

struct ring {
	unsigned long head;
	struct cell cells[64];
};

static void set(struct ring *r, long k, long j)
{
	r[k].cells[j].b = 1;
	r[k].cells[j].a = 2;
}

void once(struct ring *r, long j)
{
	set(r, 0, j);
}

/* Unrolled when the guards are placed: 0 is what is left of K. */
void twice(struct ring *r, long j)
{
	for (int k = 0; k < 2; k++) {
		r[k].cells[j].b = 1;
		r[k].cells[j].a = 2;
	}
}

void apart(struct ring *r, long j, long other)
{
	r->cells[j].a = 1;
	if (other)
		r->cells[j + 8].a = 1;
}
