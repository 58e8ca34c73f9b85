/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first of several diagrams that decides, point by point.
 *
 * Taking two at a time makes nodes at every level of the division that the next
 * level throws away; several at once skip those levels. The recursion walks all
 * edge lists as in a merge and goes on with those operands that have not yet
 * passed: an operand that is the leaf PASS is left out, and behind one that is
 * another leaf nothing is reached. What is left names the result, so results
 * are remembered by the whole list; lists of two have the same recursion and
 * the ordinary memory. */
#include "verifier/diagram_internal.h"

#include <string.h>

struct list {
	u32 n;
	u32 ids[ZW_FIRST_MOST];
};

struct first {
	u32 tag;
	u32 pass;
};

/* Append ID unless it passes; false if nothing behind it is reached. */
static bool append(const struct first *f, struct list *list, u32 id)
{
	if (id == f->pass)
		return true;
	/* what stands there already decides the same points first */
	if (list->n && list->ids[list->n - 1] == id)
		return true;
	list->ids[list->n++] = id;
	return !id_is_leaf(id);
}

/* A name for the list in two numbers that, together with the tag, are unique
 * only by chance: so the list itself is kept and compared. */
static u64 hash_list(const struct first *f, const struct list *list)
{
	u64 h = f->tag;
	u32 i;

	for (i = 0; i < list->n; i++) {
		h ^= list->ids[i];
		h *= 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	return h;
}

static bool recall(const struct zw_diagrams *d, const struct first *f,
		   const struct list *list, u64 hash, u32 *result)
{
	const struct remembered_list *place;

	if (list->n == 2)
		return zw_diagram_recall(d, f->tag, list->ids[0], list->ids[1],
					 0, result);
	place = &d->lists[hash & (d->list_count - 1)];
	if (place->tag != f->tag || place->n != list->n ||
	    memcmp(place->ids, list->ids, list->n * sizeof(u32)) != 0)
		return false;
	*result = place->result;
	return true;
}

static void remember(struct zw_diagrams *d, const struct first *f,
		     const struct list *list, u64 hash, u32 result)
{
	struct remembered_list *place;

	if (d->exhausted)
		return;
	if (list->n == 2) {
		zw_diagram_remember(d, f->tag, list->ids[0], list->ids[1], 0,
				    result);
		return;
	}
	place = &d->lists[hash & (d->list_count - 1)];
	place->tag = f->tag;
	place->n = list->n;
	place->result = result;
	memcpy(place->ids, list->ids, list->n * sizeof(u32));
}

static u32 first_of(struct zw_diagrams *d, const struct first *f,
		    const struct list *list);

/* Where one striped operand has several edges that end before those of the
 * others do: push them; false where there is none such. */
static bool push_turns(struct zw_diagrams *d, const struct first *f,
		       size_t base, struct cursor *cursors, struct edge *edges,
		       u32 n)
{
	u32 fine, hi, i, results[2], turn;

	for (fine = 0; fine < n; fine++) {
		hi = UINT32_MAX;
		for (i = 0; i < n; i++)
			if (i != fine)
				hi = min_u32(hi, edges[i].hi);
		if (cursor_runs(d, &cursors[fine], hi))
			break;
	}
	if (fine == n)
		return false;
	for (turn = 0; turn < 2; turn++) {
		struct list below;

		below.n = 0;
		for (i = 0; i < n && append(f, &below,
					    i == fine ? cursors[i].turns[turn]
						      : edges[i].to);
		     i++)
			;
		results[turn] = first_of(d, f, &below);
	}
	zw_diagram_push_turns(d, base, &cursors[fine], hi, results);
	edges[fine] = cursor_edge(d, &cursors[fine]);
	return true;
}

/* The edges of VARIABLE, one for each interval on which no operand's edge
 * ends. */
static void walk(struct zw_diagrams *d, const struct first *f,
		 const struct list *list, u32 variable, size_t base)
{
	u32 max = max_of(d, variable), hi = 0, i;
	bool striped = false;
	struct cursor cursors[ZW_FIRST_MOST];
	struct edge edges[ZW_FIRST_MOST];

	for (i = 0; i < list->n; i++) {
		cursors[i] = cursor_at(d, list->ids[i], variable);
		edges[i] = cursor_edge(d, &cursors[i]);
		striped = striped || cursors[i].striped;
	}
	do {
		struct list below;
		bool on = true;

		if (striped && push_turns(d, f, base, cursors, edges, list->n))
			continue;
		below.n = 0;
		hi = max;
		for (i = 0; i < list->n; i++) {
			hi = min_u32(hi, edges[i].hi);
			on = on && append(f, &below, edges[i].to);
		}
		push_edge(d, base, hi, first_of(d, f, &below));
		for (i = 0; i < list->n && hi != max; i++) {
			if (edges[i].hi != hi)
				continue;
			cursors[i].at++;
			edges[i] = cursor_edge(d, &cursors[i]);
		}
	} while (!step(d) && hi != max);
}

static u32 first_striped(struct zw_diagrams *d, const struct first *f,
			 const struct list *list, u32 model)
{
	u32 variable = top_of(d, model), turns[2], turn, i;

	for (turn = 0; turn < 2; turn++) {
		struct list below;

		below.n = 0;
		for (i = 0; i < list->n &&
			    append(f, &below,
				   child_of(d, list->ids[i], variable, turn));
		     i++)
			;
		turns[turn] = first_of(d, f, &below);
	}
	return zw_diagram_restripe(d, model, turns[0], turns[1]);
}

static u32 first_of(struct zw_diagrams *d, const struct first *f,
		    const struct list *list)
{
	u32 variable = LEAF_VARIABLE, result, i;
	size_t base = d->scratch_count;
	u64 hash;

	if (d->exhausted || !list->n)
		return d->exhausted ? 0 : f->pass;
	if (list->n == 1)
		return list->ids[0];
	hash = hash_list(f, list);
	if (recall(d, f, list, hash, &result))
		return result;
	for (i = 0; i < list->n; i++)
		variable = min_u32(variable, top_of(d, list->ids[i]));
	if (zw_diagram_alike(d, variable, list->ids, list->n, &result)) {
		result = first_striped(d, f, list, result);
	} else {
		walk(d, f, list, variable, base);
		result = zw_diagram_finish(d, variable, base);
	}
	remember(d, f, list, hash, result);
	return result;
}

zw_node zw_first(struct zw_diagrams *d, u32 tag, u32 pass, const zw_node *v,
		 size_t n)
{
	const struct first f = { tag, pass };
	struct list list = { 0 };
	size_t i;

	ZW_ASSERT(n <= ZW_FIRST_MOST && tag > TAG_LAST_FIXED &&
		  tag <= d->last_tag);
	for (i = 0; i < n && append(&f, &list, v[i].id); i++)
		;
	return (zw_node){ first_of(d, &f, &list) };
}
