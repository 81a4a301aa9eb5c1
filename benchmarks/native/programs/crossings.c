// SPDX-License-Identifier: GPL-2.0-only
/*
 * Crossings, the driver's side: functions for the kernel to call, which do nothing, and
 * loops that call the kernel. That a call is made at all is seen to by the other side,
 * which is another unit's.
 */
#include <bench/kernel.h>

static void nothing(struct thing *thing)
{
}

static void nothing_hot(struct visitor *visitor)
{
}

static void lend(void *buffer)
{
}

static void take(struct parcel *parcel)
{
	parcel_send(parcel);
}

const struct crossing_ops crossings = {
	.nothing = nothing,
	.borrow = nothing,
	.borrow_hot = nothing_hot,
	.lend = lend,
	.take = take,
};

static void run_nothing(struct thing *thing, u64 turns)
{
	while (turns--)
		bench_nothing(turns);
}

static void run_owned(struct thing *thing, u64 turns)
{
	while (turns--)
		thing_touch(thing);
}

static void run_owned_two(struct thing *thing, u64 turns)
{
	while (turns--)
		thing_touch_two(thing, thing);
}

static void run_buffer(struct thing *thing, u64 turns)
{
	while (turns--)
		bench_fill(thing->of_driver, sizeof(thing->of_driver));
}

/* A packet's life in a driver: it comes, a word is written, it goes. */
static void run_parcel(struct thing *thing, u64 turns)
{
	while (turns--) {
		struct parcel *parcel = parcel_make();

		parcel->words[0] = turns;
		parcel_send(parcel);
	}
}

static void run_object(struct thing *thing, u64 turns)
{
	while (turns--)
		thing_drop(thing_make());
}

const struct import imports[] = {
	{ "nothing", { run_nothing } },
	{ "owned", { run_owned } },
	{ "owned-two", { run_owned_two } },
	{ "buffer", { run_buffer } },
	{ "parcel", { run_parcel } },
	{ "object", { run_object } },
	{ NULL, { NULL } },
};
