/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lookups: one key in a set.
 *
 * Exact keys and intervals are found by bisection of the sorted rows. Boxes
 * (the kernel's pipapo) have an index: rows sorted by the first field's lower
 * end, seen as a balanced tree whose nodes know the highest upper end below
 * them; all rows whose first field holds the key are visited and the one with
 * the lowest number that matches wins. A key in no row has the catch-all
 * element (nft_set_catchall_lookup). */
#include <string.h>

#include "verifier/interpret_internal.h"

/* ---- boxes ---- */

static u32 first_len(const struct zw_set *set)
{
	return set->field_len[0];
}

struct sorting {
	const struct zw_set *set;
	u32 *rows, *spare;
};

static int compare_rows(const struct zw_set *set, u32 a, u32 b)
{
	return memcmp(set->elements.lo + (size_t)a * set->key_len,
		      set->elements.lo + (size_t)b * set->key_len,
		      first_len(set));
}

/* Merge sort by halves: log n deep. */
static void sort_rows(struct sorting *s, u32 lo, u32 hi)
{
	u32 mid = lo + (hi - lo) / 2, a, b, i;

	if (hi - lo < 2)
		return;
	sort_rows(s, lo, mid);
	sort_rows(s, mid, hi);
	for (i = lo, a = lo, b = mid; i < hi; i++) {
		bool left = a < mid &&
			    (b >= hi ||
			     compare_rows(s->set, s->rows[a], s->rows[b]) <= 0);

		s->spare[i] = left ? s->rows[a++] : s->rows[b++];
	}
	memcpy(s->rows + lo, s->spare + lo, (hi - lo) * sizeof(*s->rows));
}

/* Fill TOP for the subtree [lo, hi); returns the highest end or NULL. */
static const u8 *fill_top(const struct zw_set *set, const u32 *rows, u8 *top,
			  u32 lo, u32 hi)
{
	u32 mid = lo + (hi - lo) / 2, len = first_len(set);
	const u8 *best, *other;

	if (lo >= hi)
		return NULL;
	best = set->elements.hi + (size_t)rows[mid] * set->key_len;
	other = fill_top(set, rows, top, lo, mid);
	if (other && memcmp(other, best, len) > 0)
		best = other;
	other = fill_top(set, rows, top, mid + 1, hi);
	if (other && memcmp(other, best, len) > 0)
		best = other;
	memcpy(top + (size_t)mid * len, best, len);
	return best;
}

void zw_box_index_build(struct zw_arena *arena, const struct zw_set *set,
			struct zw_box_index *index)
{
	u32 i, n = set->elements.n;
	struct sorting s = { .set = set };
	u8 *top;

	if (!n)
		return;
	s.rows = ZW_NEW_ARRAY(arena, u32, n);
	s.spare = ZW_NEW_ARRAY(arena, u32, n);
	for (i = 0; i < n; i++)
		s.rows[i] = i;
	sort_rows(&s, 0, n);
	top = zw_alloc_array(arena, n, first_len(set));
	fill_top(set, s.rows, top, 0, n);
	index->rows = s.rows;
	index->top = top;
}

static bool box_holds(const struct zw_set *set, u32 row, const u8 *key)
{
	const u8 *lo = set->elements.lo + (size_t)row * set->key_len;
	const u8 *hi = set->elements.hi + (size_t)row * set->key_len;
	u32 f, at = 0;

	for (f = 0; f < set->n_fields; f++) {
		u32 len = set->field_len[f];

		if (memcmp(key + at, lo + at, len) < 0 ||
		    memcmp(key + at, hi + at, len) > 0)
			return false;
		at += (len + 3) & ~3u;
	}
	return true;
}

static u32 find_box(const struct zw_set *set, const struct zw_box_index *index,
		    const u8 *key, u32 lo, u32 hi)
{
	u32 mid = lo + (hi - lo) / 2, len = first_len(set), row, best, other;

	if (lo >= hi || memcmp(index->top + (size_t)mid * len, key, len) < 0)
		return ZW_NONE;
	row = index->rows[mid];
	best = find_box(set, index, key, lo, mid);
	if (memcmp(set->elements.lo + (size_t)row * set->key_len, key, len) > 0)
		return best;
	if (row < best && box_holds(set, row, key))
		best = row;
	other = find_box(set, index, key, mid + 1, hi);
	return other < best ? other : best;
}

/* ---- all kinds ---- */

u32 zw_set_find(const struct zw_set *set, const struct zw_box_index *index,
		const u8 *key)
{
	const struct zw_elements *e = &set->elements;
	u32 lo = 0, hi = e->n, len = set->key_len;

	if (set->kind == ZW_SET_BOXES)
		return index->rows ? find_box(set, index, key, 0, e->n)
				   : ZW_NONE;
	while (lo < hi) { /* the first row that begins above KEY */
		u32 mid = lo + (hi - lo) / 2;

		if (memcmp(e->lo + (size_t)mid * len, key, len) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo || memcmp(e->hi + (size_t)(lo - 1) * len, key, len) < 0)
		return ZW_NONE;
	return lo - 1;
}

struct hit {
	bool found;
	const u8 *data;
	struct zw_ruling ruling;
	u32 object;
};

/* While a set is exchanged in place, a lookup meets the former content or the
 * new one; once the new one was met the former is no more. */
static u32 met_content(struct zw_machine *m, const struct zw_expr *expr,
		       u32 number)
{
	const struct zw_set *set = &m->ruleset->sets.v[number];
	bool renewed = false;
	u32 i;

	for (i = 0; i < m->renewed_count; i++)
		renewed |= m->renewed[i] == number;
	if (zw_machine_ask(m, expr, false, set->doubt).holds) {
		if (renewed || (set->kind == ZW_SET_EXACT && m->new_rules))
			zw_machine_unmodelled(
				m, "a set would hold again what it held");
		return set->former - 1;
	}
	if (!renewed && m->renewed_count < ZW_RENEWED_MAX)
		m->renewed[m->renewed_count++] = number;
	return number;
}

static struct hit find(struct zw_machine *m, const struct zw_expr *expr,
		       u32 number, u8 sreg)
{
	const struct zw_set *set = &m->ruleset->sets.v[number];
	const struct zw_elements *e = &set->elements;
	u32 row = zw_set_find(set, &m->in->boxes[number],
			      zw_machine_reg(m, sreg));
	struct hit hit = { .ruling = { NFT_CONTINUE, ZW_NONE },
			   .object = ZW_NONE };
	const char *reason = NULL;
	u8 marks = 0;

	if (row != ZW_NONE) {
		hit.found = true;
		if (m->met)
			m->met->rows[number][row] = true;
		marks = e->marks ? e->marks[row] : 0;
		if (e->data)
			hit.data = e->data + (size_t)row * set->data_len;
		if (e->rulings)
			hit.ruling = e->rulings[row];
		if (e->objects)
			hit.object = e->objects[row];
	} else if (set->has_catchall) {
		hit.found = true;
		marks = set->catchall_marks;
		hit.data = set->catchall_data;
		hit.ruling = set->catchall_ruling;
		hit.object = set->catchall_object;
	}
	if (set->unread || set->doubt)
		reason = "a set that is not known whole";
	else if (marks & ZW_ELEM_DOUBT)
		reason = "an element that is not understood";
	if (reason || marks & ZW_ELEM_TIMEOUT ||
	    set->flags & (NFT_SET_EVAL | NFT_SET_TIMEOUT))
		hit.found = zw_machine_ask(m, expr, hit.found, reason).holds;
	return hit;
}

void zw_eval_lookup(struct zw_machine *m, const struct zw_expr *expr)
{
	const struct zw_set *set = &m->ruleset->sets.v[expr->lookup.set];
	struct hit hit;
	struct zw_choice choice;
	u32 number = expr->lookup.set;

	if (set->former)
		number = met_content(m, expr, number);
	hit = find(m, expr, number, expr->lookup.sreg);

	if (hit.found == expr->lookup.invert) {
		zw_machine_break(m);
		return;
	}
	if (expr->lookup.dreg == ZW_REG_VERDICT) {
		m->verdict = hit.ruling;
	} else if (expr->lookup.dreg != ZW_REG_NONE && hit.data) {
		zw_machine_store(m, expr->lookup.dreg, hit.data, set->data_len);
	} else if (expr->lookup.dreg != ZW_REG_NONE) {
		/* an element that only the caller knows */
		choice = zw_machine_ask(m, expr, true,
					"a value that a map may have");
		zw_machine_store(m, expr->lookup.dreg, choice.value,
				 set->data_len < 16 ? set->data_len : 16);
	}
}

void zw_eval_objmap(struct zw_machine *m, const struct zw_expr *expr)
{
	struct hit hit = find(m, expr, expr->objref.set, expr->objref.sreg);

	if (!hit.found)
		zw_machine_break(m);
	else if (hit.object != ZW_NONE)
		zw_eval_object(m, expr, hit.object);
}
