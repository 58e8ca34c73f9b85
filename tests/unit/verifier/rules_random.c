/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random rulesets: every expression that is modelled exactly comes up, in rules
 * that hit often enough for the rest to matter. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/verifier/rules.h"
#include "tests/unit/verifier/rules_extension.h"

struct maker {
	struct rules *r;
	struct zw_random *random;
	u32 table;
	u32 regular[4]; /* chains, later ones are jumped to by earlier */
	u32 regular_count;
};

static u32 below(struct maker *m, u32 bound)
{
	return zw_random_below(m->random, bound);
}

static const char *const names[] = { "a0", "a1", "b0" };

/* Few different values, so that rules and packets meet. */
static u32 small_address(struct maker *m)
{
	return 0x0a000000 + (below(m, 3) << 8) + below(m, 4);
}

static void big_endian(u32 value, u8 out[4])
{
	u32 i;

	for (i = 0; i < 4; i++)
		out[i] = (u8)(value >> (24 - 8 * i));
}

static u32 random_op(struct maker *m)
{
	static const u8 ops[] = { NFT_CMP_EQ, NFT_CMP_EQ,  NFT_CMP_NEQ,
				  NFT_CMP_LT, NFT_CMP_LTE, NFT_CMP_GT,
				  NFT_CMP_GTE };

	return ops[below(m, sizeof(ops))];
}

/* ---- sets ---------------------------------------------------------------- */

static int by_bytes4(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

static int by_bytes8(const void *a, const void *b)
{
	return memcmp(a, b, 8);
}

static u32 add_set(struct maker *m, struct zw_set set)
{
	struct rules *r = m->r;
	u32 number = (u32)r->ruleset.sets.n;

	set.name = zw_strf(r->arena, "s%u", number);
	set.table = m->table;
	zw_push(r->arena, r->ruleset.sets, set);
	zw_push(r->arena, r->ruleset.tables.v[m->table].sets, number);
	return number;
}

/* N different addresses, or N disjoint intervals of them, sorted. */
static void address_rows(struct maker *m, struct zw_set *set, u32 n)
{
	u8 *rows = ZW_NEW_ARRAY(m->r->arena, u8, 8 * n + 8), *lo, *hi;
	u32 i, kept = 0;

	lo = ZW_NEW_ARRAY(m->r->arena, u8, 4 * n + 4);
	hi = ZW_NEW_ARRAY(m->r->arena, u8, 4 * n + 4);
	for (i = 0; i < n; i++)
		big_endian(small_address(m), rows + 4 * i);
	qsort(rows, n, 4, by_bytes4);
	for (i = 0; i < n; i++) {
		if (kept && memcmp(lo + 4 * (kept - 1), rows + 4 * i, 4) == 0)
			continue;
		memcpy(lo + 4 * kept, rows + 4 * i, 4);
		memcpy(hi + 4 * kept, rows + 4 * i, 4);
		kept++;
	}
	if (set->kind == ZW_SET_INTERVAL) {
		/* pairs of neighbours become intervals */
		kept /= 2;
		for (i = 0; i < kept; i++) {
			memmove(lo + 4 * i, lo + 8 * i, 4);
			memmove(hi + 4 * i, hi + 8 * i + 4, 4);
		}
	}
	set->elements.lo = lo;
	set->elements.hi = set->kind == ZW_SET_EXACT ? lo : hi;
	set->elements.n = kept;
	set->key_len = 4;
}

/* Address . port, exact. */
static void pair_rows(struct maker *m, struct zw_set *set, u32 n)
{
	u8 *rows = ZW_NEW_ARRAY(m->r->arena, u8, 8 * n + 8), *lo;
	u32 i, kept = 0;

	lo = ZW_NEW_ARRAY(m->r->arena, u8, 8 * n + 8);
	for (i = 0; i < n; i++) {
		big_endian(small_address(m), rows + 8 * i);
		rows[8 * i + 5] = (u8)(80 + below(m, 3));
	}
	qsort(rows, n, 8, by_bytes8);
	for (i = 0; i < n; i++) {
		if (kept && memcmp(lo + 8 * (kept - 1), rows + 8 * i, 8) == 0)
			continue;
		memcpy(lo + 8 * kept++, rows + 8 * i, 8);
	}
	set->elements.lo = lo;
	set->elements.hi = lo;
	set->elements.n = kept;
	set->key_len = 8;
	set->n_fields = 2;
	set->field_len[0] = 4;
	set->field_len[1] = 2;
}

static struct zw_ruling random_ruling(struct maker *m, u32 level)
{
	static const s32 codes[] = { NF_ACCEPT, NF_DROP, NFT_CONTINUE,
				     NFT_RETURN };
	struct zw_ruling ruling = { NF_ACCEPT, ZW_NONE };

	if (level < m->regular_count && below(m, 2)) {
		ruling.code = below(m, 3) ? NFT_JUMP : NFT_GOTO;
		ruling.chain =
			m->regular[level + below(m, m->regular_count - level)];
		return ruling;
	}
	ruling.code = codes[below(m, 4)];
	return ruling;
}

static void add_rulings(struct maker *m, struct zw_set *set, u32 level)
{
	struct zw_ruling *v = ZW_NEW_ARRAY(m->r->arena, struct zw_ruling,
					   set->elements.n + 1);
	u32 i;

	for (i = 0; i < set->elements.n; i++)
		v[i] = random_ruling(m, level);
	set->data_kind = ZW_DATA_RULING;
	set->flags |= NFT_SET_MAP;
	set->elements.rulings = v;
	if (below(m, 2)) {
		set->has_catchall = true;
		set->catchall_ruling = random_ruling(m, level);
	}
}

/* Values: numbers 0..2 in one byte each of four. */
static void add_values(struct maker *m, struct zw_set *set)
{
	u8 *data = ZW_NEW_ARRAY(m->r->arena, u8, 4 * set->elements.n + 4);
	u32 i;

	for (i = 0; i < set->elements.n; i++)
		data[4 * i] = (u8)below(m, 3);
	set->data_kind = ZW_DATA_VALUE;
	set->flags |= NFT_SET_MAP;
	set->data_len = 4;
	set->elements.data = data;
}

static struct zw_set make_rows(struct maker *m, bool *pair)
{
	struct zw_set set = { .kind = ZW_SET_EXACT };
	u32 kind = below(m, 3);

	*pair = kind == 2;
	if (kind == 1) {
		set.kind = ZW_SET_INTERVAL;
		set.flags = NFT_SET_INTERVAL;
	}
	if (*pair)
		pair_rows(m, &set, 1 + below(m, 5));
	else
		address_rows(m, &set, 2 + below(m, 6));
	return set;
}

static void load_key(struct maker *m, bool pair)
{
	bool dst = below(m, 2);

	match_family(m->r, NFPROTO_IPV4);
	expr_payload(m->r, NFT_PAYLOAD_NETWORK_HEADER, dst ? 16 : 12, 4, 0);
	if (pair)
		expr_payload(m->r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, 1);
}

static void set_lookup(struct maker *m)
{
	struct zw_expr *e;
	bool pair;
	struct zw_set set = make_rows(m, &pair);
	u32 number = add_set(m, set);

	load_key(m, pair);
	e = expr_new(m->r, ZW_EXPR_LOOKUP);
	e->lookup.set = number;
	e->lookup.dreg = ZW_REG_NONE;
	e->lookup.invert = below(m, 2);
}

static void map_lookup(struct maker *m, u32 level, bool verdicts)
{
	struct zw_expr *e;
	bool pair;
	struct zw_set set = make_rows(m, &pair);
	u8 value[4] = { (u8)below(m, 3), 0, 0, 0 };
	u32 number;

	if (verdicts)
		add_rulings(m, &set, level);
	else
		add_values(m, &set);
	number = add_set(m, set);
	load_key(m, pair);
	e = expr_new(m->r, ZW_EXPR_LOOKUP);
	e->lookup.set = number;
	e->lookup.dreg = verdicts ? ZW_REG_VERDICT : 4;
	if (!verdicts)
		expr_cmp(m->r, 4, random_op(m), value, 4);
}

/* ---- matches ------------------------------------------------------------- */

static void match_address(struct maker *m)
{
	u8 bytes[4], mask[4], other[4];
	bool dst = below(m, 2);
	u32 offset = dst ? 16 : 12, bits;

	if (below(m, 4))
		match_family(m->r, NFPROTO_IPV4);
	big_endian(small_address(m), bytes);
	switch (below(m, 4)) {
	case 0: /* a prefix by loading less */
		expr_payload(m->r, NFT_PAYLOAD_NETWORK_HEADER, offset, 3, 0);
		expr_cmp(m->r, 0, random_op(m), bytes, 3);
		return;
	case 1: /* a prefix by a mask */
		bits = 1 + below(m, 32);
		big_endian(bits == 32 ? UINT32_MAX : ~(UINT32_MAX >> bits),
			   mask);
		expr_payload(m->r, NFT_PAYLOAD_NETWORK_HEADER, offset, 4, 0);
		expr_mask(m->r, 0, 4, mask);
		expr_cmp(m->r, 0, NFT_CMP_EQ, bytes, 4);
		return;
	case 2: /* a mask with holes */
		big_endian(0xff0000ff, mask);
		expr_payload(m->r, NFT_PAYLOAD_NETWORK_HEADER, offset, 4, 0);
		expr_mask(m->r, 0, 4, mask);
		bytes[1] = bytes[2] = 0;
		expr_cmp(m->r, 0, random_op(m), bytes, 4);
		return;
	default:
		big_endian(small_address(m), other);
		expr_payload(m->r, NFT_PAYLOAD_NETWORK_HEADER, offset, 4, 0);
		if (memcmp(bytes, other, 4) <= 0)
			expr_range(m->r, 0, NFT_RANGE_EQ, bytes, other, 4);
		else
			expr_range(m->r, 0, NFT_RANGE_NEQ, other, bytes, 4);
		return;
	}
}

static void match_address6(struct maker *m)
{
	u8 bytes[16] = { 0x20, 0x01, 0x0d, 0xb8 };

	match_family(m->r, NFPROTO_IPV6);
	bytes[15] = (u8)below(m, 4);
	expr_payload(m->r, NFT_PAYLOAD_NETWORK_HEADER, below(m, 2) ? 24 : 8, 16,
		     0);
	expr_cmp(m->r, 0, random_op(m), bytes, 16);
}

static void match_flags(struct maker *m)
{
	u8 mask = (u8)(1 << below(m, 6)), zero = 0;

	match_proto(m->r, 6);
	expr_payload(m->r, NFT_PAYLOAD_TRANSPORT_HEADER, 13, 1, 0);
	expr_mask(m->r, 0, 1, &mask);
	expr_cmp(m->r, 0, below(m, 2) ? NFT_CMP_EQ : NFT_CMP_NEQ, &zero, 1);
}

static void match_mark(struct maker *m, bool ct)
{
	u32 mask = 0xffu << (8 * below(m, 2)), value = below(m, 3);
	u8 bytes[4];

	if (ct)
		expr_ct(m->r, NFT_CT_MARK, 0xff, 0);
	else
		expr_meta(m->r, NFT_META_MARK, 0);
	if (below(m, 2)) {
		memcpy(bytes, &mask, 4);
		expr_mask(m->r, 0, 4, bytes);
	}
	if (below(m, 2))
		value <<= 8;
	expr_cmp(m->r, 0, below(m, 2) ? NFT_CMP_EQ : NFT_CMP_NEQ, &value, 4);
}

static void set_mark(struct maker *m, bool ct)
{
	struct zw_expr *e;
	u32 keep = 0xffffff00, value = below(m, 3);
	u8 bytes[4];

	if (below(m, 2)) {
		/* the low byte alone */
		if (ct)
			expr_ct(m->r, NFT_CT_MARK, 0xff, 0);
		else
			expr_meta(m->r, NFT_META_MARK, 0);
		memcpy(bytes, &keep, 4);
		expr_mask(m->r, 0, 4, bytes);
		e = &m->r->exprs.v[m->r->exprs.n - 1];
		memcpy(e->bitwise.xor, &value, 4);
	} else if (below(m, 3) == 0) {
		expr_meta(m->r, NFT_META_MARK, 0);
	} else {
		expr_value(m->r, 0, &value, 4);
	}
	e = expr_new(m->r, ct ? ZW_EXPR_CT_SET : ZW_EXPR_META_SET);
	if (ct) {
		e->ct.key = NFT_CT_MARK;
		e->ct.direction = 0xff;
		e->ct.dreg = ZW_REG_NONE;
	} else {
		e->meta.key = NFT_META_MARK;
		e->meta.dreg = ZW_REG_NONE;
	}
}

static void match_misc(struct maker *m)
{
	static const u16 exthdr[][2] = {
		{ NFT_EXTHDR_OP_IPV6, 43 },
		{ NFT_EXTHDR_OP_IPV6, 44 },
		{ NFT_EXTHDR_OP_IPV4, 131 },
		{ NFT_EXTHDR_OP_IPV4, 137 },
	};
	static const u8 frag_mask[2] = { 0x3f, 0xff };
	u8 zero[2] = { 0 }, one = 1, hops = 255, byte = (u8)below(m, 2);
	u8 mac[3] = { (u8)below(m, 3), (u8)below(m, 3), 8 };
	u32 i, reqid = below(m, 3);
	struct zw_expr *expr;

	switch (below(m, 8)) {
	case 0:
		i = below(m, 4);
		expr_exthdr(m->r, exthdr[i][0], exthdr[i][1], 0);
		expr_cmp(m->r, 0, NFT_CMP_EQ, &one, 1);
		return;
	case 1:
		match_family(m->r, NFPROTO_IPV4);
		expr_payload(m->r, NFT_PAYLOAD_NETWORK_HEADER, 6, 2, 0);
		expr_mask(m->r, 0, 2, frag_mask);
		expr_cmp(m->r, 0, below(m, 2) ? NFT_CMP_EQ : NFT_CMP_NEQ, zero,
			 2);
		return;
	case 2:
		match_family(m->r, NFPROTO_IPV6);
		expr_payload(m->r, NFT_PAYLOAD_NETWORK_HEADER, 7, 1, 0);
		expr_cmp(m->r, 0, random_op(m), &hops, 1);
		return;
	case 3:
		expr_ct(m->r, NFT_CT_DIRECTION, 0xff, 0);
		expr_cmp(m->r, 0, NFT_CMP_EQ, &byte, 1);
		return;
	case 4: /* the link header, with its type or without */
		expr_payload(m->r, NFT_PAYLOAD_LL_HEADER, 10, 3, 0);
		expr_cmp(m->r, 0, random_op(m), mac, 3);
		return;
	case 5:
		expr_payload(m->r, NFT_PAYLOAD_LL_HEADER, 10, 2, 0);
		expr_cmp(m->r, 0, random_op(m), mac, 2);
		return;
	case 6:
		expr_meta(m->r, NFT_META_SECPATH, 0);
		expr_cmp(m->r, 0, NFT_CMP_EQ, &byte, 1);
		return;
	default:
		expr = expr_new(m->r, ZW_EXPR_XFRM);
		expr->special.key = NFT_XFRM_KEY_REQID;
		expr->special.direction = (u8)below(m, 2);
		expr->special.dreg = 0;
		expr_cmp(m->r, 0, random_op(m), &reqid, 4);
		return;
	}
}

static void random_match(struct maker *m)
{
	static const u8 protos[] = { 6, 17, 1, 58 };
	static const u8 states[] = { 1, 2, 4, 8, 64, 6, 9, 72 };

	switch (below(m, 13)) {
	case 11:
	case 12:
		rules_random_extension(m->r, m->random);
		return;
	case 0:
		match_name(m->r, below(m, 2), names[below(m, 3)]);
		return;
	case 1: /* every name that begins so */
		expr_meta(m->r, NFT_META_IIFNAME, 0);
		expr_cmp(m->r, 0, random_op(m), "a", 1);
		return;
	case 2:
		match_proto(m->r, protos[below(m, 4)]);
		return;
	case 3:
		match_number(m->r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2,
			     80 + below(m, 3));
		return;
	case 4:
		match_state(m->r, states[below(m, sizeof(states))]);
		return;
	case 5:
		match_address6(m);
		return;
	case 6:
		match_flags(m);
		return;
	case 7:
		match_mark(m, below(m, 2));
		return;
	case 8:
		match_misc(m);
		return;
	case 9:
		set_lookup(m);
		return;
	default:
		match_address(m);
		return;
	}
}

/* ---- rules --------------------------------------------------------------- */

static void random_rule(struct maker *m, u32 chain, u32 level, bool before)
{
	u32 i, matches = below(m, 3);
	struct zw_ruling ruling;

	for (i = 0; i < matches; i++)
		random_match(m);
	switch (below(m, 10)) {
	case 0:
		map_lookup(m, level, true);
		break;
	case 1:
		map_lookup(m, level, false);
		random_match(m);
		break;
	case 2:
		if (below(m, 3))
			set_mark(m, below(m, 2));
		else
			rules_random_target(m->r, m->random);
		break;
	case 3:
		if (below(m, 2))
			expr_reject(m->r, NFT_REJECT_ICMPX_UNREACH,
				    NFT_REJECT_ICMPX_ADMIN_PROHIBITED);
		else
			expr_reject(m->r, NFT_REJECT_TCP_RST, 0);
		break;
	case 4:
		if (before && below(m, 2))
			expr_new(m->r, ZW_EXPR_NOTRACK);
		else
			expr_new(m->r, ZW_EXPR_COUNTER);
		break;
	case 5:
		expr_new(m->r, ZW_EXPR_LIMIT)->limit.rate = 1;
		break;
	default:
		break;
	}
	if (below(m, 4)) {
		ruling = random_ruling(m, level);
		expr_verdict(m->r, ruling.code, ruling.chain);
	}
	rules_add(m->r, chain);
}

static void fill_chain(struct maker *m, u32 chain, u32 level, bool before)
{
	u32 i, n = 1 + below(m, 5);

	for (i = 0; i < n; i++)
		random_rule(m, chain, level, before);
}

void rules_random(struct rules *r, struct zw_random *random)
{
	static const u32 hooks[] = { NF_INET_PRE_ROUTING, NF_INET_FORWARD,
				     NF_INET_LOCAL_IN, NF_INET_LOCAL_OUT,
				     NF_INET_POST_ROUTING };
	static const s32 priorities[] = { -350, -290, 0, 10 };
	static const u32 families[] = { NFPROTO_INET, NFPROTO_IPV4,
					NFPROTO_IPV6 };
	struct maker m = { .r = r, .random = random };
	u32 t, i, base[8], count = 0;

	for (t = 0; t < 1 + below(&m, 2); t++) {
		m.table = rules_table(r, t ? "second" : "first",
				      families[t ? below(&m, 3) : 0]);
		m.regular_count = below(&m, 4);
		for (i = 0; i < m.regular_count; i++)
			m.regular[i] = rules_chain(r, m.table, i ? "c" : "b");
		for (i = 0, count = 0; i < 5; i++) {
			if (below(&m, 3) == 0)
				continue;
			base[count++] = rules_base(
				r, m.table, "base", hooks[i],
				i == 0 || i == 3 ? priorities[below(&m, 4)] : 0,
				below(&m, 2));
		}
		for (i = 0; i < m.regular_count; i++)
			fill_chain(&m, m.regular[i], i + 1, false);
		for (i = 0; i < count; i++)
			fill_chain(&m, base[i], 0,
				   r->ruleset.chains.v[base[i]].priority <
					   -300);
	}
}
