/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packet space: strings of abstract bits looked up in keys, against a plain
 * evaluation of the same string at random points; names and their classes. */
#include <string.h>

#include "base/assert.h"
#include "tests/harness/harness.h"
#include "verifier/field.h"

struct world {
	struct zw_arena *arena;
	struct zw_diagrams *d;
	struct zw_space *space;
};

static struct world begin(struct zw_cuts *cuts)
{
	struct world w = { .arena = zw_arena_new(),
			   .d = zw_diagrams_new(1u << 20, 1u << 22) };

	w.space = zw_space_new(w.arena, w.d, cuts);
	return w;
}

static void end(struct world *w)
{
	zw_diagrams_free(w->d);
	zw_arena_free(w->arena);
}

/* ---- random strings ------------------------------------------------------ */

/* COUNT bits of FIELD from bit TOP down; returns how many. */
static u32 put(zw_bit *bits, u32 field, u32 top, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		bits[i] = zw_bit_of(field, top - i);
	return count;
}

/* One part of a key, a whole number of bytes. */
static u32 put_part(struct zw_random *random, zw_bit *bits)
{
	u32 i, byte, n;

	switch (zw_random_below(random, 11)) {
	case 0: /* a port */
		return put(bits, ZW_FIELD_DPORT, 15, 16);
	case 1: /* an IPv4 address */
		return put(bits, ZW_FIELD_SRC, 31, 32);
	case 2: /* an IPv6 address */
		for (i = 0; i < 4; i++)
			put(bits + 32 * i, ZW_FIELD_DST + i, 31, 32);
		return 128;
	case 3: /* a prefix of an address */
		return put(bits, ZW_FIELD_SRC, 31,
			   8 * (1 + zw_random_below(random, 3)));
	case 4: /* a mark in host order */
		for (byte = 0; byte < 4; byte++)
			put(bits + 8 * byte, ZW_FIELD_MARK, 8 * byte + 7, 8);
		return 32;
	case 5: /* a mark, masked at random */
		n = zw_random_below(random, 31);
		for (i = 0; i < 32; i++)
			bits[i] = i >= n && i <= n + 6
					  ? zw_bit_of(ZW_FIELD_CT_MARK, 31 - i)
					  : ZW_BIT_0;
		return 32;
	case 6: /* TCP flags, masked and inverted */
		for (i = 0; i < 8; i++) {
			u32 r = zw_random_below(random, 3);

			bits[i] =
				r ? zw_bit_of(ZW_FIELD_FLAGS, 7 - i) : ZW_BIT_0;
			if (r == 2)
				bits[i] = zw_bit_invert(bits[i]);
		}
		return 8;
	case 7: /* conntrack's state, masked, host order */
		for (i = 0; i < 32; i++)
			bits[i] = ZW_BIT_0;
		put(bits, ZW_FIELD_STATE, 7, 8);
		if (zw_random_below(random, 2))
			bits[zw_random_below(random, 8)] = ZW_BIT_0;
		return 32;
	case 8: /* an interface's name or the beginning of it */
		n = zw_random_below(random, 3)
			    ? 128
			    : 8 * (1 + zw_random_below(random, 6));
		return put(bits, ZW_FIELD_IN, 127, n);
	case 9: /* the low bits of the fragment word */
		for (i = 0; i < 16; i++)
			bits[i] = i < 3 ? ZW_BIT_0
					: zw_bit_of(ZW_FIELD_FRAG, 15 - i);
		return 16;
	default:
		for (i = 0; i < 8; i++)
			bits[i] = zw_random_below(random, 2);
		return 8;
	}
}

/* ---- the plain evaluation ------------------------------------------------ */

static u32 bit_at(const struct zw_space *space, zw_bit b, const u32 *point)
{
	u32 field, bit, value;

	if (!zw_bit_is_field(b))
		return b;
	field = zw_bit_field(b);
	bit = zw_bit_index(b);
	if (space->fields.v[field].bits == 128) {
		u32 variable = space->fields.v[field].slices[0].variable;
		const char *name = space->classes[point[variable]].sample;
		u32 byte = (127 - bit) / 8;

		value = byte < 16 ? (u8)name[byte] >> (bit % 8) & 1 : 0;
	} else {
		value = zw_space_value(space, field, point) >> bit & 1;
	}
	return value ^ zw_bit_inverted(b);
}

static void string_at(const struct zw_space *space, const zw_bit *bits, u32 n,
		      const u32 *point, u8 *out)
{
	u32 i;

	memset(out, 0, n / 8);
	for (i = 0; i < n; i++)
		out[i / 8] |=
			(u8)(bit_at(space, bits[i], point) << (7 - i % 8));
}

static bool key_matches(const struct zw_key *key, const u8 *string,
			const struct zw_component *components, u32 count)
{
	u32 c;

	for (c = 0; c < count; c++) {
		u32 at = components[c].first / 8, n = components[c].bits / 8;

		if (memcmp(string + at, key->lo + at, n) < 0 ||
		    memcmp(string + at, key->hi + at, n) > 0)
			return false;
	}
	return true;
}

static void random_point(struct zw_random *random, const struct zw_diagrams *d,
			 u32 *point)
{
	u32 i, n = zw_variable_count(d);

	for (i = 0; i < n; i++) {
		u32 max = zw_variable_max(d, i);

		point[i] = max == UINT32_MAX ? (u32)zw_random_next(random)
					     : zw_random_below(random, max + 1);
	}
}

/* ---- one case ------------------------------------------------------------ */

#define KEYS 6
#define STRING 64

struct lookup_case {
	zw_bit bits[8 * STRING];
	u32 n; /* bits */
	struct zw_component components[4];
	u32 count;
	u8 bytes[2 * KEYS][STRING];
	struct zw_key keys[KEYS];
	u32 key_count;
};

/* Keys around the strings of random points, so that they are hit. */
static void make_keys(struct zw_random *random, struct world *w,
		      struct lookup_case *c)
{
	u32 i, k, point[256];
	bool exact = zw_random_below(random, 2);

	c->key_count = 1 + zw_random_below(random, KEYS);
	for (i = 0; i < c->key_count; i++) {
		u8 *lo = c->bytes[2 * i], *hi = c->bytes[2 * i + 1];

		random_point(random, w->d, point);
		string_at(w->space, c->bits, c->n, point, lo);
		memcpy(hi, lo, c->n / 8);
		if (!exact) {
			random_point(random, w->d, point);
			string_at(w->space, c->bits, c->n, point, hi);
		}
		for (k = 0; k < c->count; k++) {
			u32 at = c->components[k].first / 8;
			u32 n = c->components[k].bits / 8, b;

			if (memcmp(lo + at, hi + at, n) <= 0)
				continue;
			for (b = at; b < at + n; b++) {
				u8 swap = lo[b];

				lo[b] = hi[b];
				hi[b] = swap;
			}
		}
		c->keys[i] = (struct zw_key){ lo, hi, 1 + i };
	}
}

static void make_string(struct zw_random *random, struct lookup_case *c)
{
	u32 i, parts = 1 + zw_random_below(random, 3);

	c->n = 0;
	c->count = 0;
	for (i = 0; i < parts; i++) {
		u32 added = put_part(random, c->bits + c->n);

		c->components[c->count++] =
			(struct zw_component){ c->n, added };
		c->n += added;
	}
	/* sometimes one lexicographic whole */
	if (zw_random_below(random, 4) == 0) {
		c->components[0].bits = c->n;
		c->count = 1;
	}
}

static u32 expected_leaf(const struct lookup_case *c, const u8 *string)
{
	u32 i;

	for (i = 0; i < c->key_count; i++) {
		if (key_matches(&c->keys[i], string, c->components, c->count))
			return c->keys[i].leaf;
	}
	return 0;
}

/* A point whose string is close to one of the keys: take the key's bits. */
static void steer(struct zw_random *random, const struct world *w,
		  const struct lookup_case *c, u32 *point)
{
	const struct zw_key *key =
		&c->keys[zw_random_below(random, c->key_count)];
	const u8 *bytes = zw_random_below(random, 2) ? key->lo : key->hi;
	u32 i;

	for (i = 0; i < c->n; i++) {
		zw_bit b = c->bits[i];
		u32 field, value, wanted = bytes[i / 8] >> (7 - i % 8) & 1;

		if (!zw_bit_is_field(b))
			continue;
		field = zw_bit_field(b);
		if (w->space->fields.v[field].bits == 128 ||
		    w->space->fields.v[field].values)
			continue;
		value = zw_space_value(w->space, field, point);
		value &= ~(UINT32_C(1) << zw_bit_index(b));
		value |= (wanted ^ zw_bit_inverted(b)) << zw_bit_index(b);
		zw_space_set(w->space, field, value, point);
	}
}

static bool check_points(struct zw_random *random, struct world *w,
			 const struct lookup_case *c, zw_node node, u32 *hits)
{
	u32 i, point[256];
	u8 string[STRING];

	for (i = 0; i < 200; i++) {
		u32 leaf, wanted;

		random_point(random, w->d, point);
		if (i % 2)
			steer(random, w, c, point);
		string_at(w->space, c->bits, c->n, point, string);
		wanted = expected_leaf(c, string);
		leaf = zw_at(w->d, node, point);
		if (leaf != wanted)
			return false;
		*hits += wanted != 0;
	}
	return true;
}

static void lookups(void)
{
	static const char *const names[] = { "eth0", "eth1", "lan", "wg0" };
	struct zw_random random = { zw_test_seed() };
	u32 round, i, tries, hits = 0, told = 0;

	for (round = 0; round < 400; round++) {
		struct zw_arena *arena = zw_arena_new();
		struct lookup_case *c = ZW_NEW(arena, struct lookup_case);
		struct zw_cuts cuts;
		zw_node node = ZW_EMPTY;
		bool ok = false, right = true;
		struct world w;

		zw_cuts_init(&cuts, arena);
		for (i = 0; i < 4; i++)
			zw_cuts_name(&cuts, zw_str_from(names[i]), i == 2);
		make_string(&random, c);
		w = begin(&cuts);
		make_keys(&random, &w, c);
		for (tries = 0; tries < 10; tries++) {
			ok = zw_space_lookup(w.space, c->bits, c->components,
					     c->count, c->keys, c->key_count, 0,
					     &node);
			if (ok || !zw_space_stale(w.space))
				break;
			end(&w);
			w = begin(&cuts);
		}
		if (ok) {
			told++;
			right = check_points(&random, &w, c, node, &hits);
		}
		ZW_CHECK(right, "round %u: the diagram differs", round);
		end(&w);
		zw_arena_free(arena);
	}
	ZW_CHECK(told > 300, "only %u of 400 lookups could be told", told);
	ZW_CHECK(hits > 1000, "only %u points hit a key", hits);
}

/* ---- names --------------------------------------------------------------- */

static void classes(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_cuts cuts;
	struct world w;
	u32 first = 0, last = 0, other = 0;

	zw_cuts_init(&cuts, arena);
	zw_cuts_name(&cuts, ZW_STR("dmz0"), false);
	zw_cuts_name(&cuts, ZW_STR("vl"), true);
	zw_cuts_name(&cuts, ZW_STR("vl7"), false);
	w = begin(&cuts);
	CU_ASSERT_TRUE(
		zw_space_names(w.space, ZW_STR("dmz0"), false, &first, &last));
	CU_ASSERT_EQUAL(first, last);
	CU_ASSERT_STRING_EQUAL(w.space->classes[first].sample, "dmz0");
	/* before and behind it there are other names */
	CU_ASSERT_TRUE(first > 0);
	CU_ASSERT_TRUE(
		zw_space_names(w.space, ZW_STR("vl"), true, &first, &last));
	CU_ASSERT_EQUAL(last - first, 2); /* below vl7, vl7, above */
	CU_ASSERT_TRUE(
		zw_space_names(w.space, ZW_STR("vl7"), false, &other, &last));
	CU_ASSERT_EQUAL(other, first + 1);
	CU_ASSERT_EQUAL(other, last);
	end(&w);
	zw_arena_free(arena);
}

static void samples(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_cuts cuts;
	struct world w;
	u32 i, k;

	zw_cuts_init(&cuts, arena);
	zw_cuts_name(&cuts, ZW_STR("."), false);
	zw_cuts_name(&cuts, ZW_STR("fifteen-letters"), false);
	zw_cuts_name(&cuts, ZW_STR("fifteen-letters"), true);
	zw_cuts_name(&cuts, ZW_STR("a b"), false);
	w = begin(&cuts);
	for (i = 0; i < w.space->class_count; i++) {
		const struct zw_name_class *class = &w.space->classes[i];
		u128 value = 0;
		size_t n = strlen(class->sample);

		for (k = 0; k < 16; k++)
			value = value << 8 | (u8) class->sample[k];
		ZW_CHECK(value >= class->lo && value <= class->hi,
			 "'%s' is not of its class", class->sample);
		ZW_CHECK(n > 0 && n < 16 && !strchr(class->sample, '/') &&
				 !strchr(class->sample, ' '),
			 "'%s' is no legal name", class->sample);
	}
	end(&w);
	zw_arena_free(arena);
}

static void address_sets(void)
{
	struct zw_arena *arena = zw_arena_new();
	struct zw_interval v[2] = { { 0x0a000000, 0x0a0000ff },
				    { 0xc0a80001, 0xc0a80001 } };
	u128 prefix = (u128)0x20010db8 << 96;
	struct zw_interval six[1] = { { prefix | 5,
					prefix | ((u128)7 << 64) | 9 } };
	struct zw_cuts cuts;
	struct world w;
	zw_node four, again, node;
	u32 point[256] = { 0 };

	zw_cuts_init(&cuts, arena);
	w = begin(&cuts);
	four = zw_space_addresses(w.space, ZW_FIELD_SRC, ZW_IPV4,
				  (struct zw_intervals){ v, 2 });
	again = zw_space_addresses(w.space, ZW_FIELD_SRC, ZW_IPV4,
				   (struct zw_intervals){ v, 2 });
	CU_ASSERT_TRUE(zw_same(four, again));
	zw_space_set(w.space, ZW_FIELD_SRC, 0x0a0000ff, point);
	CU_ASSERT_EQUAL(zw_at(w.d, four, point), 1);
	zw_space_set(w.space, ZW_FIELD_SRC, 0x0a000100, point);
	CU_ASSERT_EQUAL(zw_at(w.d, four, point), 0);
	node = zw_space_addresses(w.space, ZW_FIELD_DST, ZW_IPV6,
				  (struct zw_intervals){ six, 1 });
	zw_space_set(w.space, ZW_FIELD_DST, 0x20010db8, point);
	zw_space_set(w.space, ZW_FIELD_DST + 3, 4, point);
	CU_ASSERT_EQUAL(zw_at(w.d, node, point), 0);
	zw_space_set(w.space, ZW_FIELD_DST + 3, 5, point);
	CU_ASSERT_EQUAL(zw_at(w.d, node, point), 1);
	zw_space_set(w.space, ZW_FIELD_DST + 1, 7, point);
	zw_space_set(w.space, ZW_FIELD_DST + 3, 9, point);
	CU_ASSERT_EQUAL(zw_at(w.d, node, point), 1);
	zw_space_set(w.space, ZW_FIELD_DST + 3, 10, point);
	CU_ASSERT_EQUAL(zw_at(w.d, node, point), 0);
	end(&w);
	zw_arena_free(arena);
}

void suite_field(void);
void suite_field(void)
{
	static CU_TestInfo tests[] = {
		{ "lookups against a plain evaluation", lookups },
		{ "classes of names", classes },
		{ "samples of classes are legal", samples },
		{ "sets of addresses", address_sets },
		CU_TEST_INFO_NULL,
	};

	zw_test_suite("verifier/field", tests);
}
