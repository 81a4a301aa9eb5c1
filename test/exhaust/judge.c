// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the shapes of a family, instrumented, and judges what they do: with every right in turn taken away from the
 * beginning, and at every call that may, on every way through the function. What should come of it is said by a
 * plain interpretation of the shape, in which each store asks for its right when it is made:
 *
 *  - a violation there is one here, and no other is; it is found at the latest where it is made, and not before
 *    the last call before it;
 *  - at each call, and at the end, memory is as it would be; after a violation it has no more than the stores from
 *    the last call up to the one that was wrong;
 *  - when the function has returned there are no rights to its locals.
 *
 * So no store is made through a right that an earlier call has taken away, and none that was never there. What may
 * happen on other CPUs between a guard and its store (docs/decisions/005, 012) is not enumerated: here rights change
 * in calls only, as they do in the pass's own model.
 *
 * usage: judge FAMILY EXTRA PART PARTS, as for emit, whose functions are linked in.
 */
#define _GNU_SOURCE
#include "shape.h"
#include "../pass/run/Inputs/world.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MAX_CHOICES 4	/* on the way through one function; then it is left */
#define MAX_REVOCATIONS 4
#define MAX_EVENTS 256
#define OBJECT_SIZE 128 /* of which stores reach at most 80 */
#define NR_OBJECTS 3	/* of the parameter, and two that the other pointer points to in turn */
#define UNTOUCHED 0xee
#define STACK 1024	/* bytes that a function, and what it calls, may need */

typedef void (*function)(char *p, size_t n);

/* === A situation: what a run is made under === */

static struct situation {
	int object, slot; /* the right that is missing, or taken away; slot -1: none. LOCAL_OBJECT: the local's */
	int at;		  /* by which call that may; -1: from the beginning */
	bool choices[MAX_CHOICES];
	char *objects[NR_OBJECTS];
} now;
#define LOCAL_OBJECT NR_OBJECTS

/* === What should come of it === */

struct event {
	bool is_store; /* else a call */
	int object, offset, size, id;
};

static struct {
	struct event events[MAX_EVENTS];
	int nr_events;
	bool violates; /* the last event is the store that must not be made */
	int choices;   /* made; one more than MAX_CHOICES: it was left there */
	int revocations;
	bool exposed, gone, alive;
	int other; /* object that the other pointer points to */
	int turn;  /* and the next one */
} want;

static bool may_store(const struct op *op, int object)
{
	unsigned long first, last;

	if (op->object == DYNAMIC)
		return want.alive;
	if (op->object == LOCAL && op->offset + op->size > LOCAL_SIZE)
		return false;
	if (!want.gone || object != now.object || now.slot < 0)
		return true;
	first = object == LOCAL_OBJECT ? op->offset : (unsigned long)now.objects[object] + op->offset;
	last = first + op->size - 1;
	if (object != LOCAL_OBJECT) {
		first -= (unsigned long)now.objects[object] & ~7ul;
		last -= (unsigned long)now.objects[object] & ~7ul;
	}
	return first >> 3 > (unsigned long)now.slot || last >> 3 < (unsigned long)now.slot;
}

static void note(struct event e)
{
	if (want.nr_events == MAX_EVENTS)
		abort();
	want.events[want.nr_events++] = e;
}

static void want_call(bool may, bool exposes)
{
	note((struct event){ .is_store = false });
	want.turn = !want.turn;
	want.exposed |= exposes;
	if (may && want.revocations++ == now.at && (now.object != LOCAL_OBJECT || want.exposed))
		want.gone = true;
}

/* OP's store, or one of several. False if the function ends there. */
static bool want_store(const struct op *op, int object, int id)
{
	note((struct event){ true, op->object == DYNAMIC ? LOCAL_OBJECT : object, op->offset, op->size, id });
	want.violates = !may_store(op, object);
	return !want.violates;
}

/* False if the function ends here. */
static bool want_op(const struct op *op, int id)
{
	int object = op->object == PARAM ? 0 : op->object == OTHER ? 1 + want.other : LOCAL_OBJECT;
	struct op one = *op;

	switch (op->kind) {
	case STORE:
		for (int n = 1; n < op->times; n++, one.offset += one.size)
			if (!want_store(&one, object, id))
				return false;
		return want_store(&one, object, id);
	case DEFINE:
		want.other = want.turn;
		return true;
	case SCOPE:
	case LEAVE:
		want.alive = op->kind == SCOPE;
		return true;
	default:
		want_call(op->kind == MAY || op->kind == LOUD || op->kind == EXPOSE, op->kind == EXPOSE);
		return true;
	}
}

static void interpret(const struct family *f, const struct shape *s)
{
	int first_id[MAX_BLOCKS] = { 1 };

	memset(&want, 0, sizeof(want));
	want.gone = now.at < 0;
	for (int b = 1; b < s->nr_blocks; b++)
		first_id[b] = first_id[b - 1] + s->blocks[b - 1].nr_ops;
	for (int b = 0; b >= 0;) {
		const struct block *block = &s->blocks[b];

		for (int n = 0; n < block->nr_ops; n++)
			if (!want_op(&f->ops[block->ops[n]], first_id[b] + n))
				return;
		if (block->next[1] < 0) {
			b = block->next[0];
			continue;
		}
		want_call(false, false);
		if (want.choices++ == MAX_CHOICES)
			return;
		b = block->next[now.choices[want.choices - 1]];
	}
}

/* === What comes of it === */

void *cell;
static const struct family *family;
static const struct shape *shape;
static function under_test;
static jmp_buf leave;
static int at_event;	/* number of the next one */
static int choices, revocations, turn;
static char *local;
static const char *complaint;
static unsigned long runs, violations, functions, tried, wrong;
static char *stack_low;

const void *world_target(const void *fn, uint32_t type)
{
	(void)fn, (void)type;
	return NULL;
}

static void complain(const char *what)
{
	if (!complaint)
		complaint = what;
}

static void fill_objects(void)
{
	for (int n = 0; n < NR_OBJECTS; n++)
		memset(now.objects[n], UNTOUCHED, OBJECT_SIZE);
}

/* Is memory as after the events from FIRST up to, without, LAST? */
static bool is_memory(int first, int last)
{
	static unsigned char expected[NR_OBJECTS][OBJECT_SIZE];

	memset(expected, UNTOUCHED, sizeof(expected));
	for (int n = first; n < last; n++) {
		const struct event *e = &want.events[n];

		if (e->object < NR_OBJECTS)
			memset(&expected[e->object][e->offset], e->id, e->size);
	}
	for (int n = 0; n < NR_OBJECTS; n++)
		if (memcmp(expected[n], now.objects[n], OBJECT_SIZE))
			return false;
	return true;
}

/* The stores up to the next call, or the end, have been made. */
static void expect_stores(bool is_end)
{
	int first = at_event;

	while (at_event < want.nr_events && want.events[at_event].is_store)
		at_event++;
	if ((at_event == want.nr_events) != is_end)
		complain(is_end ? "it ended early" : "a call that should not be come to");
	else if (is_end && want.violates)
		complain("no violation");
	else if (!is_memory(first, at_event))
		complain("at a call or the end, memory is not what it should be");
	at_event++;
	fill_objects();
}

static void take_away(void)
{
	char *object = now.object == LOCAL_OBJECT ? local : now.objects[now.object];

	if (now.slot >= 0 && object)
		world_allow((char *)((unsigned long)object & ~7ul) + 8 * now.slot, 8, false);
}

static void called(bool may)
{
	expect_stores(false);
	turn = !turn;
	cell = now.objects[1 + turn];
	if (may && revocations++ == now.at)
		take_away();
}

void sfi_w_may(void *self)
{
	(void)self;
	called(true);
}

void sfi_w_keep(void *self)
{
	(void)self;
	called(false);
}

void sfi_w_expose(void *self, char *p)
{
	(void)self;
	local = p;
	called(true);
}

bool sfi_w_choose(void *self)
{
	(void)self;
	called(false);
	if (complaint || choices == MAX_CHOICES)
		longjmp(leave, 1);
	return now.choices[choices++];
}

static void call(void *arg)
{
	(void)arg;
	if (setjmp(leave))
		return;
	stack_low = (char *)(((unsigned long)__builtin_frame_address(0) & ~7ul) - STACK);
	under_test(now.objects[0], 2);
	expect_stores(true);
}

/* A violation was found: at the right time? */
static void judge_violation(void)
{
	int first = at_event, last = first;

	while (last < want.nr_events && want.events[last].is_store)
		last++;
	if (last != want.nr_events || !want.violates) {
		complain("a violation, too early or of nothing");
		return;
	}
	/* The last one is wrong; of those before it some may be left to be made. */
	for (last--; last > first && !is_memory(first, last); last--)
		;
	if (!is_memory(first, last))
		complain("a violation, but after stores that should not have been made");
}

/* Locals' rights: none after a return; taken back after a violation, as the unwinder does. */
static void judge_stack(bool left)
{
	for (char *p = stack_low; !left && p < stack_low + STACK; p += 8)
		if (world_may_write((unsigned long)p, 8)) {
			complain("rights to a local are left");
			break;
		}
	world_allow(stack_low, STACK, false);
}

static void print_situation(void)
{
	printf("f%lu of family %s: %s\n", functions - 1, family->name, complaint);
	print_shape(family, shape);
	printf("  object %d at %p, slot %d gone at call %d; choices", now.object, (void *)now.objects[0], now.slot, now.at);
	for (int n = 0; n < MAX_CHOICES; n++)
		printf(" %d", now.choices[n]);
	printf("\n");
}

static void run(void)
{
	bool violates, locals = false;

	for (int n = 0; n < family->nr_ops; n++)
		locals |= family->ops[n].kind == EXPOSE || family->ops[n].kind == SCOPE;
	at_event = choices = revocations = turn = 0;
	complaint = local = NULL;
	cell = now.objects[1];
	for (int n = 0; n < NR_OBJECTS; n++)
		world_allow(now.objects[n], OBJECT_SIZE, true);
	fill_objects();
	if (now.at < 0)
		take_away();
	violates = world_violates(call, NULL);
	if (violates)
		judge_violation();
	if (locals)
		judge_stack(violates || want.choices > MAX_CHOICES);
	runs++;
	violations += violates;
	if (complaint && wrong++ < 20)
		print_situation();
}

/* All ways through the function. */
static void run_choices(void)
{
	memset(now.choices, 0, sizeof(now.choices));
	for (;;) {
		int last;

		interpret(family, shape);
		/* Without the revocation it is the run that it was with none. */
		if (now.at < 0 || want.revocations > now.at)
			run();
		for (last = want.choices < MAX_CHOICES ? want.choices : MAX_CHOICES; last && now.choices[last - 1]; last--)
			now.choices[last - 1] = false;
		if (!last)
			return;
		now.choices[last - 1] = true;
	}
}

static void run_places(void)
{
	bool has_local = false, has_other = false;

	for (int n = 0; n < family->nr_ops; n++) {
		has_local |= family->ops[n].kind == EXPOSE;
		has_other |= family->ops[n].kind == DEFINE;
	}
	now.object = 0, now.slot = -1, now.at = -1;
	run_choices();
	for (now.at = -1; now.at < MAX_REVOCATIONS; now.at++)
		for (now.object = 0; now.object <= LOCAL_OBJECT; now.object++) {
			if (now.object == LOCAL_OBJECT ? !has_local : has_local || (now.object == 0) == has_other)
				continue;
			/* Nobody can take the right to what nobody knows of. */
			if (now.object == LOCAL_OBJECT && now.at < 0)
				continue;
			/* One more where objects do not begin with a slot. */
			for (now.slot = 0; now.slot <= family->slots; now.slot++)
				run_choices();
		}
}

static int part, parts;
static char *memory;

static void judge_shape(const struct family *f, const struct shape *s)
{
	const size_t chunk = 1ul << SFI_CHUNK_SHIFT;
	/* Within a leaf; across the edge of two; not at a slot's begin. */
	char *const places[] = { memory + 4096, memory + chunk - 8, memory + 8192 + 4 };
	char name[32];

	if (functions++ % parts != (unsigned long)part)
		return;
	tried++;
	family = f;
	shape = s;
	snprintf(name, sizeof(name), "f%lu", functions - 1);
	under_test = (function)dlsym(RTLD_DEFAULT, name);
	if (!under_test) {
		printf("no function %s\n", name);
		exit(1);
	}
	for (size_t n = 0; n < sizeof(places) / sizeof(places[0]); n++) {
		for (int o = 0; o < NR_OBJECTS; o++)
			now.objects[o] = places[n] + o * 4 * chunk;
		run_places();
	}
}

int main(int argc, char **argv)
{
	const size_t chunk = 1ul << SFI_CHUNK_SHIFT;
	const struct family *f = argc == 5 ? find_family(argv[1]) : NULL;

	if (!f)
		return 2;
	setvbuf(stdout, NULL, _IONBF, 0);
	part = atoi(argv[3]);
	parts = atoi(argv[4]);
	memory = mmap(NULL, 16 * chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return 1;
	memory = (char *)(((unsigned long)memory + chunk - 1) & ~(chunk - 1));
	world_init();
	each_shape(f, atoi(argv[2]), judge_shape);
	printf("%lu functions, %lu runs, %lu violations\n", tried, runs, violations);
	printf("%s\n", wrong ? "wrong" : "right");
	return wrong != 0;
}
