/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagrams in place of leaves.
 *
 * Above the first variable that any replacement tests, nodes are rebuilt edge
 * by edge. Below it the leaves are halved: the region where the diagram has a
 * leaf of the first half is a set, each half is bound alone with the other
 * half's leaves collapsed, and if-then-else joins the two. So k leaves cost a
 * balanced tree of k - 1 joins, not one join per edge. */
#include "verifier/diagram_internal.h"

struct bind {
	const struct id_map *replacements; /* leaf -> id */
	u32 top; /* the first variable that a replacement in use tests */
	u32 tag;
};

static u32 replacement(const struct id_map *replacements, u32 leaf)
{
	u32 id;

	ZW_ASSERT(zw_id_map_get(replacements, leaf, &id));
	return id;
}

static u32 bind_leaves(struct zw_diagrams *d, const struct id_map *replacements,
		       u32 a, const u32 *leaves, size_t n);

/* A with its leaves, whichever it has, bound. */
static u32 bind_any(struct zw_diagrams *d, const struct id_map *replacements,
		    u32 a)
{
	struct id_map leaves = { 0 };
	u32 result;

	zw_diagram_leaves(d, a, &leaves);
	result = bind_leaves(d, replacements, a, leaves.keys, leaves.n);
	zw_id_map_free(&leaves);
	return result;
}

static u32 rebuild(struct zw_diagrams *d, const struct bind *b, u32 a)
{
	size_t base = d->scratch_count;
	u32 at, variable, max, result;

	if (d->exhausted)
		return 0;
	if (id_is_leaf(a))
		return replacement(b->replacements, a);
	if (zw_diagram_recall(d, b->tag, a, 0, 0, &result))
		return result;
	variable = top_of(d, a);
	max = max_of(d, variable);
	if (variable >= b->top) {
		result = bind_any(d, b->replacements, a);
	} else {
		for (at = node_of(d, a)->first;; at++) {
			struct edge e = d->edges[at];

			push_edge(d, base, e.hi, rebuild(d, b, e.to));
			if (step(d) || e.hi == max)
				break;
		}
		result = zw_diagram_finish(d, variable, base);
	}
	zw_diagram_remember(d, b->tag, a, 0, 0, result);
	return result;
}

/* Some leaves as a set, and one leaf that the others become. */
struct half {
	struct id_map in;
	u32 inside; /* UINT32_MAX: itself */
	u32 outside;
};

static u32 half_leaf(void *context, u32 leaf)
{
	const struct half *h = context;
	u32 known;

	if (!zw_id_map_get(&h->in, leaf, &known))
		return h->outside;
	return h->inside == UINT32_MAX ? leaf : h->inside;
}

/* A, with every leaf outside LEAVES turned into OUTSIDE and those inside into
 * INSIDE. */
static u32 reduce_to(struct zw_diagrams *d, u32 a, const u32 *leaves, size_t n,
		     u32 inside, u32 outside)
{
	struct half h = { { 0 }, inside, outside };
	zw_node result;
	size_t i;

	for (i = 0; i < n; i++)
		zw_id_map_put(&h.in, leaves[i], 0);
	result = zw_diagram_map(d, (zw_node){ a }, half_leaf, &h);
	zw_id_map_free(&h.in);
	return result.id;
}

static u32 bind_leaves(struct zw_diagrams *d, const struct id_map *replacements,
		       u32 a, const u32 *leaves, size_t n)
{
	struct bind b = { replacements, LEAF_VARIABLE, 0 };
	u32 in, x, y, region;
	size_t i, half = n / 2;

	if (d->exhausted)
		return 0;
	if (n == 1)
		return replacement(replacements, leaves[0]);
	for (i = 0; i < n; i++) {
		u32 id = replacement(replacements, leaves[i]);

		b.top = min_u32(b.top, top_of(d, id));
	}
	if (top_of(d, a) < b.top) {
		b.tag = zw_tag_new(d);
		return rebuild(d, &b, a);
	}
	region = reduce_to(d, a, leaves, half, 1, 0);
	in = reduce_to(d, a, leaves, half, UINT32_MAX, leaves[0]);
	x = bind_leaves(d, replacements, in, leaves, half);
	in = reduce_to(d, a, leaves + half, n - half, UINT32_MAX, leaves[half]);
	y = bind_leaves(d, replacements, in, leaves + half, n - half);
	return zw_if(d, (zw_node){ region }, (zw_node){ x }, (zw_node){ y }).id;
}

zw_node zw_bind(struct zw_diagrams *d, zw_node a, zw_bind_leaf *to,
		void *context)
{
	struct id_map leaves = { 0 };
	zw_node result;
	size_t i;

	zw_diagram_leaves(d, a.id, &leaves);
	for (i = 0; i < leaves.n; i++)
		leaves.values[i] = to(context, leaves.keys[i]).id;
	result.id = bind_leaves(d, &leaves, a.id, leaves.keys, leaves.n);
	zw_id_map_free(&leaves);
	return result;
}
