/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boxes that overlap to boxes that do not, for sets whose elements must be
 * disjoint. Field by field: the ends of all intervals of the first field cut it
 * into strips in which the same boxes are active all along; each strip is the
 * same problem with one field less. Neighbouring strips with equal results are
 * joined again, so boxes within boxes vanish and what was disjoint stays as it
 * was. The result can be far larger than the input, so work and output have a
 * limit, and the caller groups otherwise when it is reached. */
#include <stdlib.h>

#include "compiler/lower_internal.h"

struct cover {
	struct zw_arena *arena;
	unsigned fields;
	size_t limit; /* of out.n */
	size_t work;  /* what is left of it */
	zw_cells *out;
};

#define BY_FIELD(f)                                                        \
	static int by_field_##f(const void *left, const void *right)       \
	{                                                                  \
		const struct zw_cell *a = *(struct zw_cell *const *)left;  \
		const struct zw_cell *b = *(struct zw_cell *const *)right; \
                                                                           \
		if (a->lo[f] != b->lo[f])                                  \
			return a->lo[f] < b->lo[f] ? -1 : 1;               \
		if (a->hi[f] != b->hi[f])                                  \
			return a->hi[f] < b->hi[f] ? -1 : 1;               \
		return a->cause < b->cause ? -1 : a->cause > b->cause;     \
	}
BY_FIELD(0)
BY_FIELD(1)
BY_FIELD(2)
BY_FIELD(3)

typedef int (*order)(const void *, const void *);
static const order orders[ZW_CELL_FIELDS] = { by_field_0, by_field_1,
					      by_field_2, by_field_3 };

static bool strips(struct cover *c, struct zw_cell **cells, size_t n,
		   unsigned field, struct zw_cell *box);

/* Are the results AT..MIDDLE and MIDDLE..end equal behind FIELD? */
static bool same_rest(const struct cover *c, size_t at, size_t middle,
		      unsigned field)
{
	const struct zw_cell *v = c->out->v;
	size_t n = middle - at;

	if (c->out->n - middle != n)
		return false;
	for (size_t i = 0; i < n; i++)
		for (unsigned f = field + 1; f < c->fields; f++)
			if (v[at + i].lo[f] != v[middle + i].lo[f] ||
			    v[at + i].hi[f] != v[middle + i].hi[f])
				return false;
	return true;
}

/* One strip LO..HI of FIELD in which ACTIVE are. *LAST is where the former
 * strip's result begins. */
static bool strip(struct cover *c, struct zw_cell **active, size_t n,
		  unsigned field, struct zw_cell *box, size_t *last, u128 lo,
		  u128 hi)
{
	size_t at = c->out->n;

	box->lo[field] = lo;
	box->hi[field] = hi;
	if (!strips(c, active, n, field + 1, box))
		return false;
	if (at > *last && lo && c->out->v[*last].hi[field] == lo - 1 &&
	    same_rest(c, *last, at, field)) {
		for (size_t i = *last; i < at; i++)
			c->out->v[i].hi[field] = hi;
		c->out->n = at;
		return true;
	}
	*last = at;
	return true;
}

/* The active cells of which some end before the next begins. */
static size_t retire(struct zw_cell **active, size_t n, unsigned field, u128 at)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (active[i]->hi[field] > at)
			active[kept++] = active[i];
	return kept;
}

static bool sweep(struct cover *c, struct zw_cell **cells, size_t n,
		  unsigned field, struct zw_cell *box)
{
	struct zw_cell **active =
		zw_heap_resize(NULL, n + 1, sizeof(struct zw_cell *));
	struct zw_cell **passed =
		zw_heap_resize(NULL, n + 1, sizeof(struct zw_cell *));
	size_t k = 0, i = 0, last = c->out->n;
	bool ok = true;
	u128 at = 0, end;

	while (ok && (i < n || k)) {
		if (!k)
			at = cells[i]->lo[field];
		while (i < n && cells[i]->lo[field] == at)
			active[k++] = cells[i++];
		end = active[0]->hi[field];
		for (size_t a = 1; a < k; a++)
			if (active[a]->hi[field] < end)
				end = active[a]->hi[field];
		if (i < n && cells[i]->lo[field] <= end)
			end = cells[i]->lo[field] - 1;
		if (c->work < k) {
			ok = false;
			break;
		}
		c->work -= k;
		memcpy(passed, active, k * sizeof(*active));
		ok = strip(c, passed, k, field, box, &last, at, end);
		k = retire(active, k, field, end);
		at = end + 1;
	}
	free(active);
	free(passed);
	return ok;
}

static u32 least_cause(struct zw_cell **cells, size_t n)
{
	u32 least = cells[0]->cause;

	for (size_t i = 1; i < n; i++)
		if (cells[i]->cause < least)
			least = cells[i]->cause;
	return least;
}

static bool strips(struct cover *c, struct zw_cell **cells, size_t n,
		   unsigned field, struct zw_cell *box)
{
	if (field == c->fields || n == 1) {
		if (c->out->n >= c->limit)
			return false;
		for (unsigned f = field; f < c->fields; f++) {
			box->lo[f] = cells[0]->lo[f];
			box->hi[f] = cells[0]->hi[f];
		}
		box->cause = least_cause(cells, n);
		zw_push(c->arena, *c->out, *box);
		return true;
	}
	qsort(cells, n, sizeof(*cells), orders[field]);
	return sweep(c, cells, n, field, box);
}

bool zw_lower_cover(struct zw_arena *arena, struct zw_cell *cells, size_t n,
		    unsigned fields, size_t limit, zw_cells *out)
{
	struct cover c = {
		.arena = arena,
		.fields = fields,
		.limit = out->n + limit,
		.work = 32 * n + 4096,
		.out = out,
	};
	struct zw_cell **list =
		zw_heap_resize(NULL, n + 1, sizeof(struct zw_cell *));
	struct zw_cell box = { .cause = 0 };
	size_t before = out->n;
	bool ok = true;

	ZW_ASSERT(fields >= 1 && fields <= ZW_CELL_FIELDS);
	for (size_t i = 0; i < n; i++)
		list[i] = &cells[i];
	if (n)
		ok = strips(&c, list, n, 0, &box);
	if (!ok)
		out->n = before;
	free(list);
	return ok;
}
