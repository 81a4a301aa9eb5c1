// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: sequences of grant, revoke, acquisition, transfer and lookup
 * against a naive model, an array of one byte for each slot. After each step
 * the range that was touched is compared, byte for byte, with the table, and
 * the directory must say what the table says or nothing.
 */
#define _GNU_SOURCE
#include <stdio.h>

#include "../../runtime/core/internal.h"

/* Three pieces of address space: two that share directory entries, and the top. */
#define PIECES 3
#define PIECE_SLOTS (2 * SFI_LEAF_SLOTS)
static const u64 bases[PIECES] = {
	0xffff888012340000ULL,
	0xffff888012340000ULL + SFI_DIR_SPAN,
	0ULL - PIECE_SLOTS *SFI_SLOT_SIZE,
};
static u8 model[PIECES][PIECE_SLOTS];
/* A record was acquired here in memory that was all the domain's: it gets that back. */
static bool embedded[PIECES][PIECE_SLOTS];

static const struct sfi_field fields[] = { { .offset = 0, .size = 8 },
					   { .offset = 24, .size = 20 },
					   { .size = 0 } };
static const struct sfi_type hot = { .name = "hot", .id = 1, .hot = true, .size = 64 };
static const struct sfi_type record = { .name = "record", .id = 127, .size = 48, .fields = fields };
static const struct sfi_type *const types[] = { &hot, &record };

static struct sfi_self self;
static const struct sfi_unit unit = {
	.magic = SFI_UNIT_MAGIC,
	.abi = SFI_ABI_VERSION,
	.self = &self,
	.name = "fuzz",
};
static struct sfi_domain *dom;

#define REQUIRE(x)                                                      \
	do {                                                            \
		if (!(x)) {                                             \
			fprintf(stderr, "line %d: %s\n", __LINE__, #x); \
			abort();                                        \
		}                                                       \
	} while (0)

/* What one step works on: a range of whole or broken slots in one piece. */
struct step {
	u32 piece;
	u64 offset, size; /* bytes; within the piece */
};

static u64 address(const struct step *s)
{
	return bases[s->piece] + s->offset;
}

static void model_set(const struct step *s, u8 value, bool keep_typed)
{
	u64 i, first = s->offset / 8, last = (s->offset + s->size - 1) / 8;

	for (i = first; s->size && i <= last; i++)
		if (!keep_typed || model[s->piece][i] <= SFI_RIGHT_WRITE)
			model[s->piece][i] = value;
}

static bool model_writable(const struct step *s)
{
	u64 i;

	for (i = s->offset / 8; s->size && i <= (s->offset + s->size - 1) / 8; i++)
		if (!(model[s->piece][i] & SFI_RIGHT_WRITE))
			return false;
	return true;
}

static void model_fields(const struct step *s, const struct sfi_type *type)
{
	const struct sfi_field *f;
	struct step field = *s;

	field.size = type->size;
	model_set(&field, 0, false);
	for (f = type->fields; f && f->size; f++) {
		field.offset = s->offset + f->offset;
		field.size = f->size;
		model_set(&field, SFI_RIGHT_WRITE, false);
	}
	model[s->piece][s->offset / 8] |= (u8)(type->id << SFI_RIGHT_TYPE_SHIFT);
}

static void compare(const struct step *s)
{
	u64 i, a, first = s->offset / 8, last = (s->offset + s->size) / 8 + 8;
	u8 slot, cached;

	for (i = first > 8 ? first - 8 : 0; i < last && i < PIECE_SLOTS; i++) {
		a = bases[s->piece] + i * 8;
		slot = sfi_slot_at(dom, a);
		REQUIRE(slot == model[s->piece][i]);
		cached = sfi_dir_slot(dom, a);
		REQUIRE(cached == slot || cached == 0);
		REQUIRE(sfi_dir_slot(dom, a + 1) == 0);
		REQUIRE(sfi_type_at(dom, a) == slot >> SFI_RIGHT_TYPE_SHIFT);
	}
	REQUIRE(sfi_writable(dom, address(s), s->size) == model_writable(s));
}

/* A record at S, if there is one, goes. */
static void take_back_record(const struct step *s)
{
	struct step whole = *s;

	whole.size = record.size;
	if (!sfi_take_back(dom, &record, (void *)(uintptr_t)address(s)))
		return;
	model_set(&whole, 0, false);
	if (embedded[s->piece][s->offset / 8])
		model_set(&whole, SFI_RIGHT_WRITE, true);
}

/* An object of TYPE comes, or goes if it is there. */
static void toggle_object(struct step *s, const struct sfi_type *type)
{
	void *obj;

	s->offset &= ~7ULL;
	if (s->offset + type->size > PIECE_SLOTS * 8)
		s->offset = 0;
	s->size = type->size;
	obj = (void *)(uintptr_t)address(s);
	if (model[s->piece][s->offset / 8] >> SFI_RIGHT_TYPE_SHIFT != type->id) {
		/*
		 * Only one object of a record type stands at an address: the tracker would hold it
		 * twice.
		 */
		take_back_record(s);
		compare(s);
		if (type == &record)
			embedded[s->piece][s->offset / 8] = model_writable(s);
		sfi_acquire(dom, type, obj, 0, NULL, 0, 0, 0, 0);
		model_fields(s, type);
	} else if (type == &record) {
		take_back_record(s);
	} else if (sfi_take_back(dom, type, obj)) {
		model_set(s, 0, false);
	}
}

static void one_step(u8 op, struct step *s)
{
	void *p = (void *)(uintptr_t)address(s);

	switch (op % 8) {
	case 0:
	case 1:
		sfi_grant(dom, p, s->size);
		model_set(s, SFI_RIGHT_WRITE, true);
		break;
	case 2:
	case 3:
		sfi_revoke(dom, p, s->size);
		model_set(s, 0, false);
		break;
	case 4:
		if (sfi_lend(dom, p, s->size)) {
			REQUIRE(!model_writable(s));
			model_set(s, SFI_RIGHT_WRITE, true);
		} else {
			REQUIRE(model_writable(s));
		}
		break;
	case 5:
		toggle_object(s, &hot);
		break;
	case 6:
		toggle_object(s, &record);
		break;
	default:
		if (model_writable(s) && s->size)
			sfi_guard(&self, address(s),
				  s->size); /* returns, and the directory knows */
		break;
	}
	compare(s);
}

static void start(void)
{
	static const struct sfi_unit *const units[] = { &unit };
	struct sfi_load load = { .name = "fuzz", .self = &self, .units = units, .nr_units = 1 };
	char why[128];

	REQUIRE(!sfi_types_register(types, 2, NULL));
	REQUIRE(!sfi_domain_create(&load, &dom, why, sizeof(why)));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct step s;

	if (!dom)
		start();
	/* Eight bytes a step: operation, piece, offset, size. */
	for (; size >= 8; data += 8, size -= 8) {
		s.piece = data[1] % PIECES;
		s.offset = (data[2] | data[3] << 8) % (PIECE_SLOTS * 8);
		s.size = data[4] | (data[5] & data[6]) << 8;
		if (s.size > PIECE_SLOTS * 8 - s.offset)
			s.size = PIECE_SLOTS * 8 - s.offset;
		one_step(data[0], &s);
		REQUIRE(sfi_domain_state(dom) == SFI_LOADING);
	}
	sfi_release_all(dom);
	sfi_rights_clear(dom);
	memset(model, 0, sizeof(model));
	return 0;
}
