/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run's boxes (sides and services, one verdict) as few lookups.
 *
 * Services come in three kinds that load different bytes: whole protocols,
 * ports, and ICMP types with codes. Boxes of one kind go into concatenated sets
 * (lower_cells.c) together: all of them while they are few, a side that is not
 * narrowed being all addresses of the family; else those alone that narrow the
 * same sides, since elements that match every address make a large set slow.
 * A few boxes, and those whose sides are large sets of their own, become plain
 * rules. */
#include "compiler/lower_internal.h"

/* Rules that cost a packet less than a lookup. */
#define FEW_RULES 3
/* Elements that one box may put into a concatenated set. */
#define BOX_ELEMENTS 1024
/* Elements that boxes of different shapes may put into one. */
#define MIXED_ELEMENTS 256

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

/* ---- plain rules ---- */

/* PREFIX and the pieces of KIND: one comparison or one set. */
static void lower_services(struct zw_lowering *l, struct zw_run *run,
			   const struct zw_draft *prefix, const zw_pieces *list,
			   enum zw_piece_kind kind)
{
	struct zw_layout layout =
		zw_lower_layout(run->family, kind, false, false);
	const struct zw_piece *only = NULL;
	struct zw_draft draft = *prefix;
	bool one_cause = true;
	zw_cells cells = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		const struct zw_piece *piece = &list->v[i];
		struct zw_cell cell = { .cause = piece->cause };

		if (piece->kind != kind)
			continue;
		if (only && only->cause != piece->cause)
			one_cause = false;
		only = piece;
		zw_lower_cell_piece(&cell, &layout, piece);
		zw_push(l->arena, cells, cell);
	}
	if (cells.n > 1) {
		zw_lower_cells(l, run, &layout, prefix, &cells, !one_cause);
	} else if (cells.n) {
		draft_piece(&draft, run->family, only);
		zw_lower_run_rule(l, run, &draft, run->causes[only->cause]);
	}
}

/* A box with its services as pieces. */
struct part {
	const struct zw_box *box;
	zw_pieces pieces;
	bool large;
};

static void lower_plain(struct zw_lowering *l, struct zw_run *run,
			const struct part *part, enum zw_piece_kind kind)
{
	const struct zw_box *box = part->box;
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
	lower_services(l, run, &draft, &part->pieces, kind);
}

/* ---- many boxes ---- */

enum { NARROWS_SRC = 1, NARROWS_DST = 2, SHAPES = 4 };

static unsigned shape_of(const struct zw_box *box)
{
	return (box->src ? NARROWS_SRC : 0u) | (box->dst ? NARROWS_DST : 0u);
}

static size_t count_pieces(const struct part *part, enum zw_piece_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < part->pieces.n; i++)
		n += part->pieces.v[i].kind == kind;
	return n;
}

static size_t count_cells(const struct part *part, enum zw_piece_kind kind)
{
	const struct zw_box *box = part->box;

	return count_pieces(part, kind) * (box->src ? box->src->n : 1) *
	       (box->dst ? box->dst->n : 1);
}

/* The cells of a part in a layout with the sides of SHAPE. */
static void add_cells(struct zw_lowering *l, const struct part *part,
		      const struct zw_layout *layout, unsigned shape,
		      zw_cells *out)
{
	const struct zw_interval all = zw_family_all(layout->family);
	const struct zw_intervals whole = { &all, 1 };
	const struct zw_intervals *side[2];
	unsigned sides = 0;

	if (shape & NARROWS_SRC)
		side[sides++] = part->box->src ? part->box->src : &whole;
	if (shape & NARROWS_DST)
		side[sides++] = part->box->dst ? part->box->dst : &whole;
	for (unsigned i = sides; i < 2; i++)
		side[i] = &whole;
	for (size_t i = 0; i < side[0]->n; i++) {
		for (size_t k = 0; k < side[1]->n; k++) {
			struct zw_cell cell = { .cause = 0 };

			for (unsigned s = 0; s < sides; s++) {
				cell.lo[s] = side[s]->v[s ? k : i].lo;
				cell.hi[s] = side[s]->v[s ? k : i].hi;
			}
			for (size_t p = 0; p < part->pieces.n; p++) {
				if (part->pieces.v[p].kind != layout->kind)
					continue;
				zw_lower_cell_piece(&cell, layout,
						    &part->pieces.v[p]);
				zw_push(l->arena, *out, cell);
			}
		}
	}
}

/* The parts of the shapes in the mask CHOSEN, together. */
static void lower_shapes(struct zw_lowering *l, struct zw_run *run,
			 const struct part *parts, enum zw_piece_kind kind,
			 unsigned chosen)
{
	struct zw_draft none = { .n = 0 };
	const struct part *last = NULL;
	struct zw_layout layout;
	unsigned shape = 0, n = 0;
	zw_cells cells = { 0 };

	for (size_t i = 0; i < run->n; i++) {
		if (parts[i].large || !count_pieces(&parts[i], kind) ||
		    !(chosen >> shape_of(parts[i].box) & 1))
			continue;
		shape |= shape_of(parts[i].box);
		last = &parts[i];
		n++;
	}
	if (n == 1)
		lower_plain(l, run, last, kind);
	if (n <= 1)
		return;
	layout = zw_lower_layout(run->family, kind, shape & NARROWS_SRC,
				 shape & NARROWS_DST);
	for (size_t i = 0; i < run->n; i++)
		if (!parts[i].large && chosen >> shape_of(parts[i].box) & 1)
			add_cells(l, &parts[i], &layout, shape, &cells);
	zw_lower_cells(l, run, &layout, &none, &cells, true);
}

static void lower_kind(struct zw_lowering *l, struct zw_run *run,
		       const struct part *parts, enum zw_piece_kind kind)
{
	size_t rules = 0, elements[SHAPES] = { 0 }, mixed = 0;
	unsigned together = 0;

	for (size_t i = 0; i < run->n; i++) {
		if (!count_pieces(&parts[i], kind))
			continue;
		if (parts[i].large) {
			lower_plain(l, run, &parts[i], kind);
			continue;
		}
		rules++;
		elements[shape_of(parts[i].box)] +=
			count_cells(&parts[i], kind);
	}
	if (rules <= FEW_RULES) {
		for (size_t i = 0; i < run->n; i++)
			if (!parts[i].large && count_pieces(&parts[i], kind))
				lower_plain(l, run, &parts[i], kind);
		return;
	}
	for (unsigned shape = 0; shape < SHAPES; shape++) {
		if (mixed + elements[shape] <= MIXED_ELEMENTS) {
			mixed += elements[shape];
			together |= 1u << shape;
		} else {
			lower_shapes(l, run, parts, kind, 1u << shape);
		}
	}
	lower_shapes(l, run, parts, kind, together);
}

static bool is_large(const struct zw_box *box)
{
	size_t n = box->n;

	if (box->src)
		n *= box->src->n;
	if (n <= BOX_ELEMENTS && box->dst)
		n *= box->dst->n;
	return n > BOX_ELEMENTS;
}

void zw_lower_run(struct zw_lowering *l, struct zw_run *run)
{
	struct part *parts = ZW_NEW_ARRAY(l->arena, struct part, run->n);

	for (size_t i = 0; i < run->n; i++) {
		parts[i].box = &run->boxes[i];
		parts[i].pieces = zw_lower_pieces(l, run->family, parts[i].box);
		parts[i].large =
			shape_of(parts[i].box) && is_large(parts[i].box);
	}
	for (unsigned kind = 0; kind < ZW_PIECE_KINDS; kind++)
		lower_kind(l, run, parts, (enum zw_piece_kind)kind);
}
