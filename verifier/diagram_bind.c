/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagrams in place of leaves.
 *
 * The leaves are numbered first, in the order of the first variables that their
 * replacements test, the last ones first. Above these variables nodes are
 * rebuilt edge by edge. From there down, the function is taken apart by its
 * leaves: those whose replacements test nothing so high first, so that one
 * that does costs one join and not all others theirs, then halving. Each part
 * is outside where it has none of its leaves, a part with one leaf
 * is an if-then-else, and the parts are laid over each other. One leaf of the
 * result, the background, stands for "nothing here": parts never contradict
 * each other, so any leaf can have that role, and the commonest one makes the
 * parts small. So k leaves cost a balanced tree of k - 1 joins, each about as
 * large as its result, not one join per edge. Where all replacements are leaves
 * one walk is enough; where there are two leaves one if-then-else, which is
 * remembered from one call to the next. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>

#define OUTSIDE (LEAF_LIMIT - 1) /* number 0; none of the leaves */

struct bind {
	struct zw_diagrams *d;
	struct id_map numbers; /* of leaves, from 1 */
	u32 *leaves;	       /* per number */
	u32 *to;	       /* per number; to[0] is the background */
	u32 result_tag;	       /* a numbered diagram -> it, bound */
	u32 overlay_tag;
};

static u32 parts(const struct bind *b, u32 a, const u32 *numbers, size_t n);

static int by_number(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* A, which has two leaves, with X in the place of LEAF and Y of the other. */
static u32 bind_two(struct zw_diagrams *d, u32 a, u32 leaf, u32 x, u32 y)
{
	zw_node set = zw_where_leaf(d, (zw_node){ a }, leaf);

	return zw_if(d, set, (zw_node){ x }, (zw_node){ y }).id;
}

static u32 number_of(const struct bind *b, u32 leaf)
{
	u32 number = 0;
	bool known =
		leaf == OUTSIDE || zw_id_map_get(&b->numbers, leaf, &number);

	ZW_ASSERT(known);
	return number;
}

static u32 parts_of(const struct bind *b, u32 a)
{
	struct id_map leaves = { 0 };
	const u32 *first;
	u32 result;
	size_t i;

	zw_diagram_leaves(b->d, a, &leaves);
	for (i = 0; i < leaves.n; i++)
		leaves.values[i] = number_of(b, leaves.keys[i]);
	qsort(leaves.values, leaves.n, sizeof(u32), by_number);
	first = leaves.values;
	if (leaves.n == 2) {
		result = bind_two(b->d, a, b->leaves[first[1]], b->to[first[1]],
				  b->to[first[0]]);
	} else {
		first += *first == 0;
		result = parts(b, a, first,
			       leaves.n - (size_t)(first - leaves.values));
	}
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
		return b->to[number_of(b, a)];
	if (zw_diagram_recall(d, b->result_tag, a, 0, 0, &result))
		return result;
	if (variable >= top) {
		result = parts_of(b, a);
	} else if (id_is_striped(d, a)) {
		u32 even = rebuild(b, top, child_of(d, a, variable, 0));
		u32 odd = rebuild(b, top, child_of(d, a, variable, 1));

		result = zw_diagram_restripe(d, a, even, odd);
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

/* The numbers whose leaves stay; the others become OUTSIDE. */
struct part {
	const struct bind *b;
	u32 from, below;
};

static u32 part_leaf(void *context, u32 leaf)
{
	const struct part *p = context;
	u32 number = number_of(p->b, leaf);

	return number >= p->from && number < p->below ? leaf : OUTSIDE;
}

static u32 part_of(const struct bind *b, u32 a, u32 from, u32 below)
{
	struct part p = { b, from, below };

	return zw_diagram_map(b->d, (zw_node){ a }, part_leaf, &p).id;
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
	struct zw_diagrams *d = b->d;
	u32 x, y, pivot, left, right;
	size_t deep = 0, half = n / 2;

	if (d->exhausted)
		return 0;
	while (deep < n && top_of(d, b->to[numbers[deep]]) > top_of(d, a))
		deep++;
	if (id_is_leaf(a) || deep == n)
		return rebuild(b, n ? top_of(d, b->to[numbers[n - 1]]) : 0, a);
	if (n == 1) {
		return bind_two(d, a, b->leaves[numbers[0]], b->to[numbers[0]],
				b->to[0]);
	}
	if (deep > 0)
		half = deep;
	pivot = numbers[half];
	left = part_of(b, a, 1, pivot);
	right = part_of(b, a, pivot, UINT32_MAX);
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

		id = edge_of(d, n, edge_count(d, n) - 1).to;
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

struct numbered {
	u32 leaf, to, top;
};

static int by_top(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->top != y->top)
		return x->top < y->top ? 1 : -1;
	return (x->leaf > y->leaf) - (x->leaf < y->leaf);
}

/* Number the leaves from 1, those whose replacements begin last first;
 * constants have no variable, which is behind the last. */
static void number_leaves(struct bind *b, const struct id_map *replacements)
{
	size_t n = replacements->n, i;
	struct numbered *v = zw_heap_resize(NULL, n, sizeof(*v));

	for (i = 0; i < n; i++)
		v[i] = (struct numbered){
			replacements->keys[i], replacements->values[i],
			top_of(b->d, replacements->values[i])
		};
	qsort(v, n, sizeof(*v), by_top);
	for (i = 0; i < n; i++) {
		zw_id_map_put(&b->numbers, v[i].leaf, (u32)i + 1);
		b->leaves[i + 1] = v[i].leaf;
		b->to[i + 1] = v[i].to;
	}
	free(v);
}

u32 zw_diagram_bind(struct zw_diagrams *d, const struct id_map *replacements,
		    u32 a)
{
	struct bind b = { .d = d,
			  .result_tag = zw_tag_new(d),
			  .overlay_tag = zw_tag_new(d) };
	size_t n = replacements->n + 1;
	u32 result;

	if (d->exhausted)
		return 0;
	b.leaves = zw_heap_resize(NULL, n, sizeof(*b.leaves));
	b.to = zw_heap_resize(NULL, n, sizeof(*b.to));
	b.leaves[0] = OUTSIDE;
	b.to[0] = background_of(d, replacements);
	number_leaves(&b, replacements);
	result = parts_of(&b, a);
	zw_id_map_free(&b.numbers);
	free(b.leaves);
	free(b.to);
	return d->exhausted ? 0 : result;
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
	if (!constant && leaves.n == 2)
		result.id = bind_two(d, a.id, leaves.keys[0], leaves.values[0],
				     leaves.values[1]);
	else if (!constant)
		result.id = zw_diagram_bind(d, &leaves, a.id);
	else if (!same)
		result = zw_diagram_map(d, a, constant_leaf, &leaves);
	zw_id_map_free(&leaves);
	return d->exhausted ? ZW_EMPTY : result;
}
