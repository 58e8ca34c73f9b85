/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading diagrams: a value, a member, all members as boxes. Nothing here
 * builds a node. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>

u32 zw_at(const struct zw_diagrams *d, zw_node a, const u32 *values)
{
	u32 id = a.id;

	while (!id_is_leaf(id)) {
		u32 value = values[top_of(d, id)];

		ZW_ASSERT(value <= max_of(d, top_of(d, id)));
		id = edge_of(d, node_of(d, id),
			     zw_diagram_edge_at(d, id, value))
			     .to;
	}
	return id;
}

/* In a reduced diagram every node but leaf 0 leads to a member. */
bool zw_pick(const struct zw_diagrams *d, zw_node a, const u32 *preferred,
	     u32 *values)
{
	const struct node *n;
	u32 id = a.id, v, at;

	if (id == 0)
		return false;
	for (v = 0; v < d->maxima.n; v++) {
		values[v] = preferred ? preferred[v] : 0;
		if (values[v] > max_of(d, v))
			values[v] = 0;
	}
	while (!id_is_leaf(id)) {
		v = top_of(d, id);
		n = node_of(d, id);
		at = zw_diagram_edge_at(d, id, values[v]);
		if (edge_of(d, n, at).to == 0) {
			at = 0;
			values[v] = 0;
			if (edge_of(d, n, at).to == 0)
				values[v] = edge_of(d, n, at++).hi + 1;
		}
		id = edge_of(d, n, at).to;
	}
	return true;
}

struct boxes {
	const struct zw_diagrams *d;
	const struct zw_range **ranges; /* per variable */
	u32 *counts;
	struct zw_range *whole; /* per variable: its domain */
	zw_visit_box *visit;
	void *context;
};

/* The ranges of one node that lead to the same child. */
struct run {
	struct zw_range range;
	u32 to;
};

struct group {
	u32 first, count;
	u32 lo; /* of its first range */
};

static int by_child(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return (x->range.lo > y->range.lo) - (x->range.lo < y->range.lo);
}

static int by_lo(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return (x->lo > y->lo) - (x->lo < y->lo);
}

/* The runs of node A that do not lead outside, sorted by child. */
static u32 runs_of(const struct zw_diagrams *d, u32 a, struct run *runs)
{
	const struct node *node = node_of(d, a);
	u32 i, n = 0, lo = 0;

	for (i = 0; i < edge_count(d, node); i++) {
		struct edge e = edge_of(d, node, i);

		if (e.to != 0)
			runs[n++] = (struct run){ { lo, e.hi }, e.to };
		lo = e.hi + 1;
	}
	for (i = 1; i < n && by_child(&runs[i - 1], &runs[i]) < 0; i++)
		;
	if (i < n)
		qsort(runs, n, sizeof(*runs), by_child);
	return n;
}

static u32 groups_of(const struct run *runs, u32 n, struct group *groups)
{
	u32 i, count = 0;

	for (i = 0; i < n; i++) {
		if (i == 0 || runs[i].to != runs[i - 1].to)
			groups[count++] =
				(struct group){ i, 0, runs[i].range.lo };
		groups[count - 1].count++;
	}
	qsort(groups, count, sizeof(*groups), by_lo);
	return count;
}

static bool visit_node(struct boxes *b, u32 a)
{
	u32 variable = top_of(b->d, a), n, count, i;
	struct zw_range *ranges;
	struct run *runs;
	struct group *groups;
	bool more = true;

	if (a == 0)
		return true;
	if (id_is_leaf(a)) {
		struct zw_box box = { b->ranges, b->counts };

		return b->visit(b->context, &box);
	}
	n = edge_count(b->d, node_of(b->d, a));
	runs = zw_heap_resize(NULL, n, sizeof(*runs));
	groups = zw_heap_resize(NULL, n, sizeof(*groups));
	ranges = zw_heap_resize(NULL, n, sizeof(*ranges));
	n = runs_of(b->d, a, runs);
	count = groups_of(runs, n, groups);
	for (i = 0; i < n; i++)
		ranges[i] = runs[i].range;
	for (i = 0; i < count && more; i++) {
		b->ranges[variable] = &ranges[groups[i].first];
		b->counts[variable] = groups[i].count;
		more = visit_node(b, runs[groups[i].first].to);
	}
	b->ranges[variable] = &b->whole[variable];
	b->counts[variable] = 1;
	free(ranges);
	free(groups);
	free(runs);
	return more;
}

bool zw_boxes(const struct zw_diagrams *d, zw_node a, zw_visit_box *visit,
	      void *context)
{
	struct boxes b = { d, NULL, NULL, NULL, visit, context };
	size_t n = d->maxima.n, v;
	bool more;

	b.ranges = zw_heap_resize(NULL, n, sizeof(*b.ranges));
	b.counts = zw_heap_resize(NULL, n, sizeof(*b.counts));
	b.whole = zw_heap_resize(NULL, n, sizeof(*b.whole));
	for (v = 0; v < n; v++) {
		b.whole[v] = (struct zw_range){ 0, d->maxima.v[v] };
		b.ranges[v] = &b.whole[v];
		b.counts[v] = 1;
	}
	more = visit_node(&b, a.id);
	free(b.ranges);
	free(b.counts);
	free(b.whole);
	return more;
}
