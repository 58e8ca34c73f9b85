/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services as pieces that each load the same bytes, and the comments of rules
 * that serve many lines. Overlaps and neighbours within one protocol are
 * joined; ranges of ICMP types with codes become rectangles. */
#include <stdlib.h>

#include "compiler/lower_internal.h"

static bool has_ports(u8 proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 ||
	       proto == 136;
}

u8 zw_lower_icmp(enum zw_family family)
{
	return family == ZW_IPV4 ? 1 : 58;
}

/* ---- services to pieces ---- */

struct item {
	struct zw_service_item item;
	u32 cause;
};

static int by_key(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (a->item.proto != b->item.proto)
		return a->item.proto < b->item.proto ? -1 : 1;
	if (a->item.lo != b->item.lo)
		return a->item.lo < b->item.lo ? -1 : 1;
	return a->cause < b->cause ? -1 : a->cause > b->cause;
}

/* Types about which no rule decides count as named where that makes an
 * ICMP item whole: their packets never come here. */
static bool covers_icmp(enum zw_family family, const struct item *items,
			size_t n)
{
	static const struct zw_interval gaps[ZW_FAMILY_COUNT][2] = {
		[ZW_IPV4] = { { 0x0500, 0x05ff }, { 0x0500, 0x05ff } },
		[ZW_IPV6] = { { 0x8200, 0x89ff }, { 0x8f00, 0x8fff } },
	};
	u128 next = 0;

	for (size_t i = 0; i <= n; i++) {
		u128 lo = i < n ? items[i].item.lo : 0x10000;

		for (int g = 0; g < 2; g++)
			if (next >= gaps[family][g].lo &&
			    next <= gaps[family][g].hi)
				next = gaps[family][g].hi + 1;
		if (lo > next)
			return false;
		if (i < n && items[i].item.hi + 1u > next)
			next = items[i].item.hi + 1u;
	}
	return true;
}

static void push_types(struct zw_lowering *l, zw_pieces *out,
		       struct zw_piece piece, unsigned type_lo,
		       unsigned type_hi, unsigned code_lo, unsigned code_hi)
{
	piece.kind = ZW_PIECE_ICMP;
	piece.lo[0] = (u8)type_lo;
	piece.hi[0] = (u8)type_hi;
	piece.lo[1] = (u8)code_lo;
	piece.hi[1] = (u8)code_hi;
	zw_push(l->arena, *out, piece);
}

/* type << 8 | code from LO to HI as rectangles of types and codes. */
static void split_types(struct zw_lowering *l, zw_pieces *out,
			struct zw_piece piece, unsigned lo, unsigned hi)
{
	unsigned first = lo >> 8, last = hi >> 8;

	if (first == last) {
		push_types(l, out, piece, first, last, lo & 255, hi & 255);
		return;
	}
	if (lo & 255) {
		push_types(l, out, piece, first, first, lo & 255, 255);
		first++;
	}
	if ((hi & 255) != 255) {
		push_types(l, out, piece, last, last, 0, hi & 255);
		last--;
	}
	if (first <= last)
		push_types(l, out, piece, first, last, 0, 255);
}

/* One protocol's items, sorted: overlaps and neighbours joined. */
static void proto_pieces(struct zw_lowering *l, enum zw_family family,
			 const struct item *items, size_t n, zw_pieces *out)
{
	u8 proto = items[0].item.proto;
	struct zw_piece piece = { .kind = ZW_PIECE_PROTOCOL, .proto = proto };
	bool icmp = proto == zw_lower_icmp(family);

	piece.cause = items[0].cause;
	for (size_t i = 1; i < n; i++)
		if (items[i].cause < piece.cause)
			piece.cause = items[i].cause;
	if ((!icmp && !has_ports(proto)) ||
	    (icmp && covers_icmp(family, items, n))) {
		zw_push(l->arena, *out, piece);
		return;
	}
	for (size_t i = 0, end; i < n; i = end) {
		unsigned lo = items[i].item.lo, hi = items[i].item.hi;

		piece.cause = items[i].cause;
		for (end = i + 1; end < n && items[end].item.lo <= hi + 1;
		     end++) {
			if (items[end].item.hi > hi)
				hi = items[end].item.hi;
			if (items[end].cause < piece.cause)
				piece.cause = items[end].cause;
		}
		if (icmp) {
			split_types(l, out, piece, lo, hi);
			continue;
		}
		piece.kind = lo == 0 && hi == 65535 ? ZW_PIECE_PROTOCOL
						    : ZW_PIECE_PORTS;
		piece.port_lo = (u16)lo;
		piece.port_hi = (u16)hi;
		zw_push(l->arena, *out, piece);
	}
}

zw_pieces zw_lower_pieces(struct zw_lowering *l, enum zw_family family,
			  const struct zw_box *box)
{
	struct item *items = ZW_NEW_ARRAY(l->arena, struct item, box->n);
	zw_pieces out = { 0 };

	for (size_t i = 0; i < box->n; i++)
		items[i] = (struct item){ box->items[i], box->item_causes[i] };
	qsort(items, box->n, sizeof(*items), by_key);
	for (size_t i = 0, end; i < box->n; i = end) {
		for (end = i; end < box->n &&
			      items[end].item.proto == items[i].item.proto;
		     end++)
			;
		proto_pieces(l, family, items + i, end - i, &out);
	}
	return out;
}

/* ---- comments of what serves many lines ---- */

static size_t file_length(struct zw_str place)
{
	size_t n = place.n;

	while (n && place.p[n - 1] != ':')
		n--;
	return n;
}

static int by_number(const void *left, const void *right)
{
	const u32 *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* "hq.zw:14,17": the causes' lines, as many as a comment holds. */
struct zw_cause zw_lower_joint_cause(struct zw_lowering *l,
				     const struct zw_run *run, u32 *causes,
				     size_t n)
{
	struct zw_cause cause;
	struct zw_str first;
	size_t file;

	qsort(causes, n, sizeof(*causes), by_number);
	cause = run->causes[causes[0]];
	first = cause.place;
	file = file_length(first);
	for (size_t i = 1; i < n; i++) {
		struct zw_str place = run->causes[causes[i]].place;
		size_t at = file_length(place);

		if (causes[i] == causes[i - 1] || at != file ||
		    memcmp(place.p, first.p, file))
			continue;
		if (zw_str_eq(place, run->causes[causes[i - 1]].place))
			continue;
		if (cause.place.n + 1 + place.n - at > 127)
			break;
		cause.place =
			zw_strf(l->arena, "%.*s,%.*s", ZW_STR_ARG(cause.place),
				(int)(place.n - at), place.p + at);
	}
	return cause;
}
