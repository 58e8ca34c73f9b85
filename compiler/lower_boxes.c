/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run's boxes (sides and services, one verdict) as few lookups.
 *
 * Services come in three kinds that load different bytes: whole protocols,
 * ports, and ICMP types with codes. Boxes with the same shape (source narrowed,
 * destination narrowed, both) and kind go into concatenated sets together, the
 * address with more different values first: single values into one hash, ranges
 * into interval sets of disjoint boxes. Where disjointness would cost more than
 * twice the boxes, they are parted by width first, since prefixes of one length
 * never overlap in part. Boxes that are few, or whose sides are large sets of
 * their own, become plain rules. */
#include <stdlib.h>

#include "compiler/lower_internal.h"

#define FEW_BOXES 2
/* Elements that one box may put into a concatenated set. */
#define BOX_ELEMENTS 1024
/* Above this, elements carry no comment. */
#define COMMENTED_ELEMENTS 4096
#define SMALL_COVER 64

/* ---- rules ---- */

/* A rule of the run; goes on in another chain where one is full. */
void zw_lower_run_rule(struct zw_lowering *l, struct zw_run *run,
		       const struct zw_draft *draft, struct zw_cause cause)
{
	const struct zw_plan_chain *home = &l->plan->chains.v[run->chain];

	if (home->rules.n >= ZW_CHAIN_LIMIT - 1) {
		struct zw_draft on = { .n = 0 };
		u32 more = zw_lower_chain(l, zw_lower_number_name(l, "more"));

		zw_lower_rule_to(l, &on, run->chain, ZW_PLAN_GOTO, more);
		run->chain = more;
	}
	zw_draft_end(l, draft, run->chain, run->verdict, run->target, cause);
}

static void add_icmp(struct zw_draft *draft, enum zw_family family)
{
	zw_draft_family(draft, family);
	zw_draft_equal(draft, ZW_KEY_L4PROTO, zw_lower_icmp(family));
}

static enum zw_key type_key(enum zw_family family)
{
	return family == ZW_IPV4 ? ZW_KEY_ICMP_TYPE : ZW_KEY_ICMP6_TYPE;
}

static enum zw_key code_key(enum zw_family family)
{
	return family == ZW_IPV4 ? ZW_KEY_ICMP_CODE : ZW_KEY_ICMP6_CODE;
}

/* One piece as comparisons. */
static void draft_piece(struct zw_draft *draft, enum zw_family family,
			const struct zw_piece *piece)
{
	switch (piece->kind) {
	case ZW_PIECE_PROTOCOL:
		zw_draft_equal(draft, ZW_KEY_L4PROTO, piece->proto);
		break;
	case ZW_PIECE_PORTS:
		zw_draft_equal(draft, ZW_KEY_L4PROTO, piece->proto);
		zw_draft_range(draft, ZW_KEY_TH_DPORT, piece->port_lo,
			       piece->port_hi);
		break;
	case ZW_PIECE_ICMP:
		add_icmp(draft, family);
		zw_draft_range(draft, type_key(family), piece->lo[0],
			       piece->hi[0]);
		if (piece->lo[1] != 0 || piece->hi[1] != 255)
			zw_draft_range(draft, code_key(family), piece->lo[1],
				       piece->hi[1]);
		break;
	case ZW_PIECE_KINDS:
		break;
	}
}

/* ---- concatenated sets ---- */

/* What stands in a cell's fields, and in which of them an address. */
struct layout {
	enum zw_family family;
	enum zw_piece_kind kind;
	unsigned addresses; /* 0, 1, 2 */
	unsigned fields;
	enum zw_key keys[ZW_CELL_FIELDS];
};

static struct layout make_layout(enum zw_family family, enum zw_piece_kind kind,
				 bool src, bool dst, bool dst_first)
{
	enum zw_key saddr =
		family == ZW_IPV4 ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR;
	enum zw_key daddr =
		family == ZW_IPV4 ? ZW_KEY_IP_DADDR : ZW_KEY_IP6_DADDR;
	struct layout layout = { .family = family, .kind = kind };

	if (src && dst) {
		layout.keys[0] = dst_first ? daddr : saddr;
		layout.keys[1] = dst_first ? saddr : daddr;
		layout.addresses = 2;
	} else if (src || dst) {
		layout.keys[0] = src ? saddr : daddr;
		layout.addresses = 1;
	}
	layout.fields = layout.addresses;
	switch (kind) {
	case ZW_PIECE_PROTOCOL:
		layout.keys[layout.fields++] = ZW_KEY_L4PROTO;
		break;
	case ZW_PIECE_PORTS:
		layout.keys[layout.fields++] = ZW_KEY_L4PROTO;
		layout.keys[layout.fields++] = ZW_KEY_TH_DPORT;
		break;
	case ZW_PIECE_ICMP:
		layout.keys[layout.fields++] = type_key(family);
		layout.keys[layout.fields++] = code_key(family);
		break;
	case ZW_PIECE_KINDS:
		break;
	}
	return layout;
}

static void cell_piece(struct zw_cell *cell, const struct layout *layout,
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

static size_t pack(const struct layout *layout, const u128 *values, u8 *out)
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

/* One set of these cells, and the rule that looks it up. KEY, if not empty,
 * finds an equal set made before. */
static void cells_rule(struct zw_lowering *l, struct zw_run *run,
		       const struct layout *layout,
		       const struct zw_draft *prefix, const struct zw_cell *v,
		       size_t n, bool interval, bool comments)
{
	u32 *causes = ZW_NEW_ARRAY(l->arena, u32, n), set;
	struct zw_draft draft = *prefix;
	struct zw_cause cause;
	struct zw_buf key = { 0 };
	u8 lo[64], hi[64];

	for (size_t i = 0; i < n; i++)
		causes[i] = v[i].cause;
	cause = zw_lower_joint_cause(l, run, causes, n);
	zw_buf_printf(&key, "%u %u ", layout->keys[0], layout->fields);
	for (size_t i = 0; i < n; i++) {
		size_t bytes = pack(layout, v[i].lo, lo);

		pack(layout, v[i].hi, hi);
		zw_buf_add(&key, lo, bytes);
		zw_buf_add(&key, hi, bytes);
		if (comments)
			zw_buf_printf(
				&key, "%.*s",
				ZW_STR_ARG(run->causes[v[i].cause].place));
	}
	if (!zw_map_get(&l->sets, (struct zw_str){ key.data, key.n }, &set)) {
		set = zw_lower_set(
			l,
			zw_lower_number_name(l, layout->addresses ? "flow"
								  : "service"),
			interval, false, layout->keys, layout->fields, cause);
		for (size_t i = 0; i < n; i++) {
			struct zw_plan_element *element;

			pack(layout, v[i].lo, lo);
			pack(layout, v[i].hi, hi);
			element = zw_lower_set_add(l, set, lo,
						   interval ? hi : NULL);
			if (comments)
				element->place = run->causes[v[i].cause].place;
		}
		zw_map_put(&l->sets,
			   zw_str_copy(l->arena,
				       (struct zw_str){ key.data, key.n }),
			   set);
	}
	zw_buf_free(&key);
	for (unsigned f = 0; f < layout->fields; f++)
		if (zw_key_info(layout->keys[f])->nfproto)
			zw_draft_family(&draft, layout->family);
	if (layout->kind == ZW_PIECE_ICMP)
		zw_draft_equal(&draft, ZW_KEY_L4PROTO,
			       zw_lower_icmp(layout->family));
	zw_draft_lookup(l, &draft, set);
	zw_lower_run_rule(l, run, &draft, cause);
}

static int by_values(const void *left, const void *right)
{
	const struct zw_cell *a = left, *b = right;

	for (unsigned f = 0; f < ZW_CELL_FIELDS; f++)
		if (a->lo[f] != b->lo[f])
			return a->lo[f] < b->lo[f] ? -1 : 1;
	return a->cause < b->cause ? -1 : a->cause > b->cause;
}

static size_t without_repeats(struct zw_cell *v, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!kept || memcmp(v[kept - 1].lo, v[i].lo, sizeof(v[i].lo)))
			v[kept++] = v[i];
	return kept;
}

#define BY_WIDTH(f)                                                    \
	static int by_width_##f(const void *left, const void *right)   \
	{                                                              \
		const struct zw_cell *a = left, *b = right;            \
		u128 x = a->hi[f] - a->lo[f], y = b->hi[f] - b->lo[f]; \
                                                                       \
		if (x != y)                                            \
			return x < y ? -1 : 1;                         \
		return by_values(left, right);                         \
	}
BY_WIDTH(0)
BY_WIDTH(1)

static bool widths_differ(const struct zw_cell *v, size_t n, unsigned f)
{
	for (size_t i = 1; i < n; i++)
		if (v[i].hi[f] - v[i].lo[f] != v[0].hi[f] - v[0].lo[f])
			return true;
	return false;
}

/* Where to part N cells sorted by the width of field F: between two widths,
 * near the middle; the middle itself if there is but one width. */
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

/* Ranged cells as disjoint interval sets: one if that is cheap, else parted. */
static void ranged(struct zw_lowering *l, struct zw_run *run,
		   const struct layout *layout, const struct zw_draft *prefix,
		   struct zw_cell *v, size_t n, bool comments)
{
	size_t limit = n < SMALL_COVER / 2 ? SMALL_COVER : 2 * n, at;
	zw_cells cover = { 0 };

	if (limit <= ZW_BOX_SET_LIMIT &&
	    zw_lower_cover(l->arena, v, n, layout->fields, limit, &cover)) {
		cells_rule(l, run, layout, prefix, cover.v, cover.n, true,
			   comments);
		return;
	}
	if (layout->addresses > 0 && widths_differ(v, n, 0)) {
		qsort(v, n, sizeof(*v), by_width_0);
		at = parting(v, n, 0);
	} else if (layout->addresses > 1 && widths_differ(v, n, 1)) {
		qsort(v, n, sizeof(*v), by_width_1);
		at = parting(v, n, 1);
	} else {
		qsort(v, n, sizeof(*v), by_values);
		at = n / 2;
	}
	ranged(l, run, layout, prefix, v, at, comments);
	ranged(l, run, layout, prefix, v + at, n - at, comments);
}

static bool is_single(const struct zw_cell *cell)
{
	return !memcmp(cell->lo, cell->hi, sizeof(cell->lo));
}

/* Cells of one layout as sets: a hash of the single ones, intervals of the
 * rest; all in one interval set where the hash would be a lookup for little. */
static void lower_cells(struct zw_lowering *l, struct zw_run *run,
			const struct layout *layout,
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
		cells_rule(l, run, layout, prefix, cells->v, kept, false,
			   comments && kept <= COMMENTED_ELEMENTS);
	}
	if (singles < n)
		ranged(l, run, layout, prefix, cells->v + singles, n - singles,
		       comments && n - singles <= COMMENTED_ELEMENTS);
}

/* ---- plain rules ---- */

/* PREFIX and these pieces: for each kind one comparison or one set. */
static void lower_services(struct zw_lowering *l, struct zw_run *run,
			   const struct zw_draft *prefix, const zw_pieces *list)
{
	for (unsigned kind = 0; kind < ZW_PIECE_KINDS; kind++) {
		struct layout layout =
			make_layout(run->family, (enum zw_piece_kind)kind,
				    false, false, false);
		const struct zw_piece *only = NULL;
		struct zw_draft draft = *prefix;
		bool one_cause = true;
		zw_cells cells = { 0 };

		for (size_t i = 0; i < list->n; i++) {
			const struct zw_piece *piece = &list->v[i];
			struct zw_cell cell = { .cause = piece->cause };

			if (piece->kind != (enum zw_piece_kind)kind)
				continue;
			if (only && only->cause != piece->cause)
				one_cause = false;
			only = piece;
			cell_piece(&cell, &layout, piece);
			zw_push(l->arena, cells, cell);
		}
		if (cells.n > 1) {
			lower_cells(l, run, &layout, prefix, &cells,
				    !one_cause);
		} else if (cells.n) {
			draft_piece(&draft, run->family, only);
			zw_lower_run_rule(l, run, &draft,
					  run->causes[only->cause]);
		}
	}
}

static void lower_plain(struct zw_lowering *l, struct zw_run *run,
			const struct zw_box *box)
{
	zw_pieces list = zw_lower_pieces(l, run->family, box);
	struct zw_draft draft = { .n = 0 };
	bool four = run->family == ZW_IPV4;

	if (box->src)
		zw_draft_addresses(l, &draft,
				   four ? ZW_KEY_IP_SADDR : ZW_KEY_IP6_SADDR,
				   run->family, *box->src, ZW_STR(""));
	if (box->dst)
		zw_draft_addresses(l, &draft,
				   four ? ZW_KEY_IP_DADDR : ZW_KEY_IP6_DADDR,
				   run->family, *box->dst, ZW_STR(""));
	lower_services(l, run, &draft, &list);
}

/* ---- many boxes of one shape ---- */

static void box_cells(struct zw_lowering *l, const struct zw_box *box,
		      const struct layout *layout, bool dst_first,
		      const zw_pieces *list, zw_cells *out)
{
	static const struct zw_interval nothing;
	static const struct zw_intervals whole = { &nothing, 1 };
	const struct zw_intervals *first = box->src, *second = box->dst;

	if (!first || (second && dst_first)) {
		first = box->dst;
		second = box->src;
	}
	if (!second)
		second = &whole;
	for (size_t i = 0; i < first->n; i++) {
		for (size_t k = 0; k < second->n; k++) {
			struct zw_cell cell = { .cause = 0 };

			cell.lo[0] = first->v[i].lo;
			cell.hi[0] = first->v[i].hi;
			if (layout->addresses == 2) {
				cell.lo[1] = second->v[k].lo;
				cell.hi[1] = second->v[k].hi;
			}
			for (size_t p = 0; p < list->n; p++) {
				if (list->v[p].kind != layout->kind)
					continue;
				cell_piece(&cell, layout, &list->v[p]);
				zw_push(l->arena, *out, cell);
			}
		}
	}
}

static size_t box_elements(const struct zw_box *box)
{
	size_t n = box->n;

	if (box->src)
		n *= box->src->n;
	if (n <= BOX_ELEMENTS && box->dst)
		n *= box->dst->n;
	return n;
}

static int by_id(const void *left, const void *right)
{
	const u32 *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static size_t distinct(struct zw_lowering *l, struct zw_box **boxes, size_t n,
		       bool dst)
{
	u32 *ids = ZW_NEW_ARRAY(l->arena, u32, n);
	size_t kinds = 0;

	for (size_t i = 0; i < n; i++)
		ids[i] = dst ? boxes[i]->dst_id : boxes[i]->src_id;
	qsort(ids, n, sizeof(*ids), by_id);
	for (size_t i = 0; i < n; i++)
		kinds += !i || ids[i] != ids[i - 1];
	return kinds;
}

static void lower_shape(struct zw_lowering *l, struct zw_run *run,
			struct zw_box **boxes, size_t n, bool src, bool dst)
{
	zw_pieces *lists = ZW_NEW_ARRAY(l->arena, zw_pieces, n);
	bool dst_first =
		src && dst &&
		distinct(l, boxes, n, true) > distinct(l, boxes, n, false);

	for (size_t i = 0; i < n; i++)
		lists[i] = zw_lower_pieces(l, run->family, boxes[i]);
	for (unsigned kind = 0; kind < ZW_PIECE_KINDS; kind++) {
		struct layout layout =
			make_layout(run->family, (enum zw_piece_kind)kind, src,
				    dst, dst_first);
		struct zw_draft none = { .n = 0 };
		zw_cells cells = { 0 };

		for (size_t i = 0; i < n; i++)
			box_cells(l, boxes[i], &layout, dst_first, &lists[i],
				  &cells);
		if (cells.n)
			lower_cells(l, run, &layout, &none, &cells, true);
	}
}

void zw_lower_run(struct zw_lowering *l, struct zw_run *run)
{
	struct zw_box **boxes = ZW_NEW_ARRAY(l->arena, struct zw_box *, run->n);

	for (unsigned shape = 0; shape < 4; shape++) {
		bool src = shape & 1, dst = shape & 2;
		size_t n = 0;

		for (size_t i = 0; i < run->n; i++) {
			struct zw_box *box = &run->boxes[i];

			if (src != (box->src != NULL) ||
			    dst != (box->dst != NULL))
				continue;
			if (!shape || box_elements(box) > BOX_ELEMENTS)
				lower_plain(l, run, box);
			else
				boxes[n++] = box;
		}
		if (n <= FEW_BOXES)
			for (size_t i = 0; i < n; i++)
				lower_plain(l, run, boxes[i]);
		else
			lower_shape(l, run, boxes, n, src, dst);
	}
}
