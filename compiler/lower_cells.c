/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells of one layout as sets and the rules that look them up: single values
 * as a hash, ranges as interval sets of disjoint boxes.
 *
 * The kernel walks a concatenated interval set field by field and keeps, after
 * each, the elements that still match (pipapo_refill() in nft_set_pipapo.c), so
 * a first field that many elements share makes every lookup dear. Fields stand
 * in the order of how few elements one value has in common with others.
 *
 * Where boxes that do not overlap would be more than twice those given, the
 * cells are parted by the width of a field first, since prefixes of one length
 * never overlap in part; each half is a set, or is parted again. */
#include <stdlib.h>

#include "compiler/lower_internal.h"

/* Above this, elements carry no comment. */
#define COMMENTED_ELEMENTS 4096
#define SMALL_COVER 64

struct zw_layout zw_lower_layout(enum zw_family family, enum zw_piece_kind kind,
				 bool src, bool dst)
{
	bool four = family == ZW_IPV4;
	struct zw_layout layout = { .family = family, .kind = kind };
	enum zw_key *keys = layout.keys;
	unsigned n = 0;

	if (src)
		keys[n++] = four ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR;
	if (dst)
		keys[n++] = four ? ZW_KEY_IP_DADDR : ZW_KEY_IP6_DADDR;
	layout.addresses = n;
	switch (kind) {
	case ZW_PIECE_PROTOCOL:
		keys[n++] = ZW_KEY_L4PROTO;
		break;
	case ZW_PIECE_PORTS:
		keys[n++] = ZW_KEY_L4PROTO;
		keys[n++] = ZW_KEY_TH_DPORT;
		break;
	case ZW_PIECE_ICMP:
		keys[n++] = four ? ZW_KEY_ICMP_TYPE : ZW_KEY_ICMP6_TYPE;
		keys[n++] = four ? ZW_KEY_ICMP_CODE : ZW_KEY_ICMP6_CODE;
		break;
	case ZW_PIECE_KINDS:
		break;
	}
	layout.fields = n;
	return layout;
}

void zw_lower_cell_piece(struct zw_cell *cell, const struct zw_layout *layout,
			 const struct zw_piece *piece)
{
	unsigned f = layout->addresses;

	cell->cause = piece->cause;
	if (layout->kind == ZW_PIECE_ICMP) {
		cell->lo[f] = piece->lo[0];
		cell->hi[f] = piece->hi[0];
		cell->lo[f + 1] = piece->lo[1];
		cell->hi[f + 1] = piece->hi[1];
		return;
	}
	cell->lo[f] = cell->hi[f] = piece->proto;
	if (layout->kind == ZW_PIECE_PORTS) {
		cell->lo[f + 1] = piece->port_lo;
		cell->hi[f + 1] = piece->port_hi;
	}
}

/* ---- the order of fields ---- */

static int by_number(const void *left, const void *right)
{
	const u128 *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* How many of N sorted values are below, or at, LIMIT. */
static size_t count_below(const u128 *v, size_t n, u128 limit, bool or_at)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (v[middle] < limit || (or_at && v[middle] == limit))
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

/* Of how many cells field F holds the first value of a cell's, summed over the
 * cells: N if no two have anything in common, N * N if all are equal. */
static u64 shared(const struct zw_cell *v, size_t n, unsigned f)
{
	u128 *lo = zw_heap_resize(NULL, n, sizeof(*lo));
	u128 *hi = zw_heap_resize(NULL, n, sizeof(*hi));
	u64 sum = 0;

	for (size_t i = 0; i < n; i++) {
		lo[i] = v[i].lo[f];
		hi[i] = v[i].hi[f];
	}
	qsort(lo, n, sizeof(*lo), by_number);
	qsort(hi, n, sizeof(*hi), by_number);
	for (size_t i = 0; i < n; i++)
		sum += count_below(lo, n, v[i].lo[f], true) -
		       count_below(hi, n, v[i].lo[f], false);
	free(lo);
	free(hi);
	return sum;
}

static void swap_fields(struct zw_layout *layout, struct zw_cell *v, size_t n,
			unsigned a, unsigned b)
{
	enum zw_key key = layout->keys[a];

	layout->keys[a] = layout->keys[b];
	layout->keys[b] = key;
	for (size_t i = 0; i < n; i++) {
		u128 lo = v[i].lo[a], hi = v[i].hi[a];

		v[i].lo[a] = v[i].lo[b];
		v[i].hi[a] = v[i].hi[b];
		v[i].lo[b] = lo;
		v[i].hi[b] = hi;
	}
}

/* The most selective field first; equal ones as they stand. */
static void order_fields(struct zw_layout *layout, struct zw_cell *v, size_t n)
{
	u64 weight[ZW_CELL_FIELDS];

	for (unsigned f = 0; f < layout->fields; f++)
		weight[f] = shared(v, n, f);
	for (unsigned f = 1; f < layout->fields; f++) {
		for (unsigned at = f; at && weight[at] < weight[at - 1]; at--) {
			u64 less = weight[at];

			weight[at] = weight[at - 1];
			weight[at - 1] = less;
			swap_fields(layout, v, n, at - 1, at);
		}
	}
}

/* ---- one set ---- */

static size_t pack(const struct zw_layout *layout, const u128 *values, u8 *out)
{
	size_t n = 0;

	for (unsigned f = 0; f < layout->fields; f++) {
		unsigned bytes = zw_key_info(layout->keys[f])->bytes;
		u128 value = values[f];

		for (unsigned i = bytes; i--; value >>= 8)
			out[n + i] = (u8)value;
		n += bytes;
	}
	return n;
}

/* What a set of these cells is, as bytes: equal sets are one. */
static void content(struct zw_buf *out, const struct zw_run *run,
		    const struct zw_layout *layout, const struct zw_cell *v,
		    size_t n, bool comments)
{
	u8 bytes[64];

	for (unsigned f = 0; f < layout->fields; f++)
		zw_buf_printf(out, "%u ", layout->keys[f]);
	for (size_t i = 0; i < n; i++) {
		zw_buf_add(out, bytes, pack(layout, v[i].lo, bytes));
		zw_buf_add(out, bytes, pack(layout, v[i].hi, bytes));
		if (comments)
			zw_buf_printf(
				out, "%.*s",
				ZW_STR_ARG(run->causes[v[i].cause].place));
	}
}

static u32 set_of(struct zw_lowering *l, const struct zw_run *run,
		  const struct zw_layout *layout, const struct zw_cell *v,
		  size_t n, bool interval, bool comments, struct zw_cause cause)
{
	const char *what = layout->addresses ? "flow" : "service";
	struct zw_buf key = { 0 };
	u8 lo[64], hi[64];
	struct zw_str text;
	u32 set;

	content(&key, run, layout, v, n, comments);
	text = (struct zw_str){ key.data, key.n };
	if (zw_map_get(&l->sets, text, &set)) {
		zw_buf_free(&key);
		return set;
	}
	set = zw_lower_set(l, zw_lower_number_name(l, what), interval, false,
			   layout->keys, layout->fields, cause);
	for (size_t i = 0; i < n; i++) {
		struct zw_plan_element *element;

		pack(layout, v[i].lo, lo);
		pack(layout, v[i].hi, hi);
		element = zw_lower_set_add(l, set, lo, interval ? hi : NULL);
		if (comments)
			element->place = run->causes[v[i].cause].place;
	}
	zw_map_put(&l->sets, zw_str_copy(l->arena, text), set);
	zw_buf_free(&key);
	return set;
}

/* One set of these cells, and the rule that looks it up. */
static void set_rule(struct zw_lowering *l, struct zw_run *run,
		     const struct zw_layout *layout,
		     const struct zw_draft *prefix, const struct zw_cell *v,
		     size_t n, bool interval, bool comments)
{
	u32 *causes = ZW_NEW_ARRAY(l->arena, u32, n);
	struct zw_draft draft = *prefix;
	struct zw_cause cause;

	for (size_t i = 0; i < n; i++)
		causes[i] = v[i].cause;
	cause = zw_lower_joint_cause(l, run, causes, n);
	for (unsigned f = 0; f < layout->fields; f++)
		if (zw_key_info(layout->keys[f])->nfproto)
			zw_draft_family(&draft, layout->family);
	if (layout->kind == ZW_PIECE_ICMP)
		zw_draft_equal(&draft, ZW_KEY_L4PROTO,
			       zw_lower_icmp(layout->family));
	zw_draft_lookup(
		l, &draft,
		set_of(l, run, layout, v, n, interval, comments, cause));
	zw_lower_run_rule(l, run, &draft, cause);
}

/* ---- ranges ---- */

static int by_values(const void *left, const void *right)
{
	const struct zw_cell *a = left, *b = right;

	for (unsigned f = 0; f < ZW_CELL_FIELDS; f++)
		if (a->lo[f] != b->lo[f])
			return a->lo[f] < b->lo[f] ? -1 : 1;
	return a->cause < b->cause ? -1 : a->cause > b->cause;
}

static int by_width(const struct zw_cell *a, const struct zw_cell *b,
		    unsigned f)
{
	u128 x = a->hi[f] - a->lo[f], y = b->hi[f] - b->lo[f];

	if (x != y)
		return x < y ? -1 : 1;
	return by_values(a, b);
}

#define BY_WIDTH(f)                                                  \
	static int by_width_##f(const void *left, const void *right) \
	{                                                            \
		return by_width(left, right, f);                     \
	}
BY_WIDTH(0)
BY_WIDTH(1)
BY_WIDTH(2)
BY_WIDTH(3)

static bool widths_differ(const struct zw_cell *v, size_t n, unsigned f)
{
	for (size_t i = 1; i < n; i++)
		if (v[i].hi[f] - v[i].lo[f] != v[0].hi[f] - v[0].lo[f])
			return true;
	return false;
}

/* Where to part N cells sorted by the width of field F: between two widths,
 * near the middle. */
static size_t parting(const struct zw_cell *v, size_t n, unsigned f)
{
	for (size_t d = 0; d <= n / 2; d++) {
		size_t up = n / 2 + d, down = n / 2 - d;

		if (up > 0 && up < n &&
		    v[up].hi[f] - v[up].lo[f] !=
			    v[up - 1].hi[f] - v[up - 1].lo[f])
			return up;
		if (down > 0 && v[down].hi[f] - v[down].lo[f] !=
					v[down - 1].hi[f] - v[down - 1].lo[f])
			return down;
	}
	return n / 2;
}

static bool is_address(enum zw_key key)
{
	return key == ZW_KEY_IP_SADDR || key == ZW_KEY_IP_DADDR ||
	       key == ZW_KEY_IP6_SADDR || key == ZW_KEY_IP6_DADDR;
}

/* Sort the cells so that they can be parted at the index returned: by the width
 * of an address, or by their values if no width differs. */
static size_t part(const struct zw_layout *layout, struct zw_cell *v, size_t n)
{
	static int (*const orders[ZW_CELL_FIELDS])(
		const void *, const void *) = { by_width_0, by_width_1,
						by_width_2, by_width_3 };

	for (unsigned f = 0; f < layout->fields; f++) {
		if (!is_address(layout->keys[f]) || !widths_differ(v, n, f))
			continue;
		qsort(v, n, sizeof(*v), orders[f]);
		return parting(v, n, f);
	}
	qsort(v, n, sizeof(*v), by_values);
	return n / 2;
}

/* Ranged cells as disjoint interval sets: one if that is cheap, else parted. */
static void ranged(struct zw_lowering *l, struct zw_run *run,
		   struct zw_layout layout, const struct zw_draft *prefix,
		   struct zw_cell *v, size_t n, bool comments)
{
	size_t limit = n < SMALL_COVER / 2 ? SMALL_COVER : 2 * n, at;
	zw_cells cover = { 0 };

	order_fields(&layout, v, n);
	if (limit <= ZW_BOX_SET_LIMIT &&
	    zw_lower_cover(l->arena, v, n, layout.fields, limit, &cover)) {
		order_fields(&layout, cover.v, cover.n);
		set_rule(l, run, &layout, prefix, cover.v, cover.n, true,
			 comments);
		return;
	}
	at = part(&layout, v, n);
	ranged(l, run, layout, prefix, v, at, comments);
	ranged(l, run, layout, prefix, v + at, n - at, comments);
}

/* ---- single values ---- */

static size_t without_repeats(struct zw_cell *v, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!kept || memcmp(v[kept - 1].lo, v[i].lo, sizeof(v[i].lo)))
			v[kept++] = v[i];
	return kept;
}

static bool is_single(const struct zw_cell *cell)
{
	return !memcmp(cell->lo, cell->hi, sizeof(cell->lo));
}

/* All in one interval set where the hash would be a lookup for little. */
void zw_lower_cells(struct zw_lowering *l, struct zw_run *run,
		    const struct zw_layout *layout,
		    const struct zw_draft *prefix, zw_cells *cells,
		    bool comments)
{
	size_t singles = 0, n = cells->n;

	for (size_t i = 0; i < n; i++) {
		struct zw_cell cell = cells->v[i];

		if (!is_single(&cell))
			continue;
		cells->v[i] = cells->v[singles];
		cells->v[singles++] = cell;
	}
	if (singles < n && singles < SMALL_COVER)
		singles = 0;
	if (singles) {
		size_t kept;

		qsort(cells->v, singles, sizeof(*cells->v), by_values);
		kept = without_repeats(cells->v, singles);
		set_rule(l, run, layout, prefix, cells->v, kept, false,
			 comments && kept <= COMMENTED_ELEMENTS);
	}
	if (singles < n)
		ranged(l, run, *layout, prefix, cells->v + singles, n - singles,
		       comments && n - singles <= COMMENTED_ELEMENTS);
}
