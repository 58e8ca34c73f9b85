/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagrams in place of leaves.
 *
 * The leaves are numbered first. Above the first variable that a replacement
 * tests, nodes are rebuilt edge by edge. From there down, the function is taken
 * apart by its leaves, halving: each part is outside (number 0) where it has
 * none of its leaves, a part with one leaf is an if-then-else, and the parts
 * are laid over each other. One leaf of the result, the background, stands for
 * "nothing here": parts never contradict each other, so any leaf can have that
 * role, and the commonest one makes the parts small. So k leaves cost a
 * balanced tree of k - 1 joins, each about as large as its result, not one
 * join per edge. Where all replacements are leaves one walk is enough. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>

struct bind {
	struct zw_diagrams *d;
	u32 *to;	/* per number; to[0] is the background */
	u32 result_tag; /* a numbered diagram -> it, bound */
	u32 overlay_tag;
};

static u32 parts(const struct bind *b, u32 a, const u32 *numbers, size_t n);

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

static u32 parts_of(const struct bind *b, u32 a)
{
	struct id_map leaves = { 0 };
	const u32 *first;
	u32 result;

	zw_diagram_leaves(b->d, a, &leaves);
	qsort(leaves.keys, leaves.n, sizeof(u32), by_number);
	first = leaves.keys;
	if (*first == 0)
		first++;
	result = parts(b, a, first, leaves.n - (size_t)(first - leaves.keys));
	zw_id_map_free(&leaves);
	return result;
}

/* A with its nodes above the variable TOP rebuilt. */
static u32 rebuild(const struct bind *b, u32 top, u32 a)
{
	struct zw_diagrams *d = b->d;
	size_t base = d->scratch_count;
	u32 at, variable = top_of(d, a), max, result;

	if (d->exhausted)
		return 0;
	if (id_is_leaf(a))
		return b->to[a];
	if (zw_diagram_recall(d, b->result_tag, a, 0, 0, &result))
		return result;
	if (variable >= top) {
		result = parts_of(b, a);
	} else {
		max = max_of(d, variable);
		for (at = node_of(d, a)->first;; at++) {
			struct edge e = d->edges[at];

			push_edge(d, base, e.hi, rebuild(b, top, e.to));
			if (step(d) || e.hi == max)
				break;
		}
		result = zw_diagram_finish(d, variable, base);
	}
	zw_diagram_remember(d, b->result_tag, a, 0, 0, result);
	return result;
}

/* Which numbers stay; the others become OUTSIDE, the former INSIDE. */
struct part {
	u32 from, below;
	bool as_set;
};

static u32 part_leaf(void *context, u32 number)
{
	const struct part *p = context;

	if (number < p->from || number >= p->below)
		return 0;
	return p->as_set ? 1 : number;
}

static u32 part_of(struct zw_diagrams *d, u32 a, u32 from, u32 below,
		   bool as_set)
{
	struct part p = { from, below, as_set };

	return zw_diagram_map(d, (zw_node){ a }, part_leaf, &p).id;
}

/* At no point are both something else than the background. */
static u32 overlay(void *context, u32 a, u32 b)
{
	const u32 *background = context;

	if (a == *background)
		return b == ZW_UNDETERMINED ? ZW_OTHER : b;
	if (b == *background)
		return a == ZW_UNDETERMINED ? ZW_OTHER : a;
	return ZW_UNDETERMINED;
}

/* A, whose leaves are outside and the N numbers, ascending, bound. */
static u32 parts(const struct bind *b, u32 a, const u32 *numbers, size_t n)
{
	u32 top = LEAF_VARIABLE, x, y, pivot, left, right;
	struct zw_diagrams *d = b->d;
	size_t i, constants = 0, half = n / 2;

	if (d->exhausted)
		return 0;
	for (i = 0; i < n; i++) {
		u32 to = b->to[numbers[i]];

		constants += id_is_leaf(to);
		top = min_u32(top, top_of(d, to));
	}
	if (id_is_leaf(a) || top_of(d, a) < top)
		return rebuild(b, top, a);
	if (n == 1) {
		x = part_of(d, a, numbers[0], numbers[0] + 1, true);
		return zw_if(d, (zw_node){ x }, (zw_node){ b->to[numbers[0]] },
			     (zw_node){ b->to[0] })
			.id;
	}
	/* The constants have the lowest numbers and need no division. */
	if (constants > 0)
		half = constants;
	pivot = numbers[half];
	left = part_of(d, a, 1, pivot, false);
	right = part_of(d, a, pivot, UINT32_MAX, false);
	x = parts(b, left, numbers, half);
	y = parts(b, right, numbers + half, n - half);
	return zw_apply(d, b->overlay_tag, overlay, &b->to[0], (zw_node){ x },
			(zw_node){ y })
		.id;
}

/* The leaf at the end of the last edges. */
static u32 last_leaf(const struct zw_diagrams *d, u32 id)
{
	while (!id_is_leaf(id)) {
		const struct node *n = node_of(d, id);

		id = d->edges[n->first + n->count - 1].to;
	}
	return id;
}

/* The last leaf that most of the replacements share. */
static u32 background_of(const struct zw_diagrams *d,
			 const struct id_map *replacements)
{
	size_t n = replacements->n, i, run = 0, longest = 0;
	u32 *last = zw_heap_resize(NULL, n, sizeof(*last)), best = 0;

	for (i = 0; i < n; i++)
		last[i] = last_leaf(d, replacements->values[i]);
	qsort(last, n, sizeof(*last), by_number);
	for (i = 0; i < n; i++) {
		run = i > 0 && last[i] == last[i - 1] ? run + 1 : 1;
		if (run > longest) {
			longest = run;
			best = last[i];
		}
	}
	free(last);
	return best;
}

static u32 number_leaf(void *context, u32 leaf)
{
	const struct id_map *numbers = context;
	u32 number = 0;
	bool known = zw_id_map_get(numbers, leaf, &number);

	ZW_ASSERT(known);
	return number;
}

/* Number the leaves from 1, those with constant replacements first. */
static void number_leaves(struct bind *b, const struct id_map *replacements,
			  struct id_map *numbers)
{
	u32 number = 1;
	size_t pass, i;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < replacements->n; i++) {
			u32 to = replacements->values[i];

			if (id_is_leaf(to) != (pass == 0))
				continue;
			zw_id_map_put(numbers, replacements->keys[i], number);
			b->to[number++] = to;
		}
	}
}

u32 zw_diagram_bind(struct zw_diagrams *d, const struct id_map *replacements,
		    u32 a)
{
	struct bind b = { d, NULL, zw_tag_new(d), zw_tag_new(d) };
	struct id_map numbers = { 0 };
	u32 result;

	if (d->exhausted)
		return 0;
	b.to = zw_heap_resize(NULL, replacements->n + 1, sizeof(*b.to));
	b.to[0] = background_of(d, replacements);
	number_leaves(&b, replacements, &numbers);
	result = zw_diagram_map(d, (zw_node){ a }, number_leaf, &numbers).id;
	result = d->exhausted ? 0 : parts_of(&b, result);
	zw_id_map_free(&numbers);
	free(b.to);
	return result;
}

static u32 constant_leaf(void *context, u32 leaf)
{
	const struct id_map *replacements = context;
	u32 to = 0;
	bool known = zw_id_map_get(replacements, leaf, &to);

	ZW_ASSERT(known);
	return to;
}

zw_node zw_bind(struct zw_diagrams *d, zw_node a, zw_bind_leaf *to,
		void *context)
{
	struct id_map leaves = { 0 };
	bool constant = true, same = true;
	zw_node result = a;
	size_t i;

	if (d->exhausted)
		return ZW_EMPTY;
	zw_diagram_leaves(d, a.id, &leaves);
	for (i = 0; i < leaves.n; i++) {
		leaves.values[i] = to(context, leaves.keys[i]).id;
		constant = constant && id_is_leaf(leaves.values[i]);
		same = same && leaves.values[i] == leaves.keys[i];
	}
	if (!constant)
		result.id = zw_diagram_bind(d, &leaves, a.id);
	else if (!same)
		result = zw_diagram_map(d, a, constant_leaf, &leaves);
	zw_id_map_free(&leaves);
	return d->exhausted ? ZW_EMPTY : result;
}
