/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fixing variables and rewriting them: what a packet field's assignment does
 * to a function of the packet.
 *
 * A rewriting is applied on the way down: a node that tests a rewritten
 * variable is left by the constant's edge, or becomes a switch over the
 * variable that it is copied from. Each node of the original is rewritten
 * once, so all rewrites happen at the same time: a copy reads the value from
 * before. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>
#include <string.h>

static u32 fix(struct zw_diagrams *d, u32 a, u32 variable, u32 value)
{
	size_t base = d->scratch_count;
	u32 at, top = top_of(d, a), max, result;

	if (d->exhausted)
		return 0;
	if (top == LEAF_VARIABLE || top > variable)
		return a;
	if (top == variable)
		return edge_of(d, node_of(d, a),
			       zw_diagram_edge_at(d, a, value))
			.to;
	if (zw_diagram_recall(d, TAG_FIX, a, variable, value, &result))
		return result;
	if (id_is_striped(d, a)) {
		u32 even = fix(d, child_of(d, a, top, 0), variable, value);
		u32 odd = fix(d, child_of(d, a, top, 1), variable, value);

		result = zw_diagram_restripe(d, a, even, odd);
		zw_diagram_remember(d, TAG_FIX, a, variable, value, result);
		return result;
	}
	max = max_of(d, top);
	for (at = node_of(d, a)->first;; at++) {
		struct edge e = d->edges[at];

		push_edge(d, base, e.hi, fix(d, e.to, variable, value));
		if (step(d) || e.hi == max)
			break;
	}
	result = zw_diagram_finish(d, top, base);
	zw_diagram_remember(d, TAG_FIX, a, variable, value, result);
	return result;
}

zw_node zw_fix(struct zw_diagrams *d, zw_node a, u32 variable, u32 value)
{
	ZW_ASSERT(value <= zw_variable_max(d, variable));
	return (zw_node){ fix(d, a.id, variable, value) };
}

struct substitution {
	const struct zw_rewrite **of; /* per variable, NULL: itself */
	u32 last;		      /* the last variable that is rewritten */
	u32 tag;
};

static u32 substitute(struct zw_diagrams *d, const struct substitution *s,
		      u32 a);

/* Node A with its children rewritten, as a switch over VARIABLE. */
static u32 substitute_children(struct zw_diagrams *d,
			       const struct substitution *s, u32 a,
			       u32 variable)
{
	u32 n = edge_count(d, node_of(d, a)), i;
	struct zw_branch *v = zw_heap_resize(NULL, n, sizeof(*v));
	zw_node result;

	for (i = 0; i < n; i++) {
		struct edge e = edge_of(d, node_of(d, a), i);

		v[i] = (struct zw_branch){ e.hi, { substitute(d, s, e.to) } };
	}
	result = zw_switch(d, variable, v, n);
	free(v);
	return result.id;
}

static u32 substitute(struct zw_diagrams *d, const struct substitution *s,
		      u32 a)
{
	u32 top = top_of(d, a), result;
	const struct zw_rewrite *r;

	if (d->exhausted)
		return 0;
	if (top == LEAF_VARIABLE || top > s->last)
		return a;
	if (zw_diagram_recall(d, s->tag, a, 0, 0, &result))
		return result;
	r = s->of[top];
	if (r && !r->is_copy) {
		u32 at = zw_diagram_edge_at(d, a, r->value);

		result = substitute(d, s, edge_of(d, node_of(d, a), at).to);
	} else {
		result = substitute_children(d, s, a, r ? r->value : top);
	}
	zw_diagram_remember(d, s->tag, a, 0, 0, result);
	return result;
}

zw_node zw_substitute(struct zw_diagrams *d, zw_node a,
		      const struct zw_rewrite *rewrites, size_t n)
{
	struct substitution s = { NULL, 0, zw_tag_new(d) };
	size_t i;

	if (n == 0 || d->exhausted)
		return d->exhausted ? ZW_EMPTY : a;
	s.of = zw_heap_resize(NULL, d->maxima.n, sizeof(*s.of));
	for (i = 0; i < d->maxima.n; i++)
		s.of[i] = NULL;
	for (i = 0; i < n; i++) {
		const struct zw_rewrite *r = &rewrites[i];
		u32 max = zw_variable_max(d, r->variable);

		ZW_ASSERT(!s.of[r->variable]);
		if (r->is_copy)
			ZW_ASSERT(zw_variable_max(d, r->value) == max);
		else
			ZW_ASSERT(r->value <= max);
		s.of[r->variable] = r;
		if (r->variable > s.last)
			s.last = r->variable;
	}
	a.id = substitute(d, &s, a.id);
	free(s.of);
	return a;
}

/* ---- what is tested ---- */

struct search {
	const struct zw_diagrams *d;
	u8 *wanted, *seen; /* per variable; per node, one bit */
	u32 last;	   /* the last variable that is wanted */
};

static u8 *zeroed(size_t n)
{
	return memset(zw_heap_resize(NULL, n + 1, 1), 0, n + 1);
}

static bool search(struct search *s, u32 a)
{
	u32 top = top_of(s->d, a), index, first, n, i;

	if (top == LEAF_VARIABLE || top > s->last)
		return false;
	index = a - LEAF_LIMIT;
	if (s->seen[index >> 3] >> (index & 7) & 1)
		return false;
	if (s->wanted[top])
		return true;
	s->seen[index >> 3] |= (u8)(1u << (index & 7));
	first = node_of(s->d, a)->first;
	n = child_count(node_of(s->d, a));
	for (i = 0; i < n; i++)
		if (search(s, s->d->edges[first + i].to))
			return true;
	return false;
}

bool zw_tests_any(const struct zw_diagrams *d, zw_node a, const u32 *v,
		  size_t n)
{
	struct search s = { .d = d };
	bool found;
	size_t i;

	s.wanted = zeroed(d->maxima.n);
	s.seen = zeroed(zw_diagrams_nodes(d) / 8 + 1);
	for (i = 0; i < n; i++) {
		s.wanted[v[i]] = 1;
		if (v[i] > s.last)
			s.last = v[i];
	}
	found = n && search(&s, a.id);
	free(s.wanted);
	free(s.seen);
	return found;
}

static void note_tested(const struct zw_diagrams *d, u32 a, u8 *seen,
			bool *tested)
{
	u32 index = a - LEAF_LIMIT, first, n, i;

	if (id_is_leaf(a) || seen[index >> 3] >> (index & 7) & 1)
		return;
	seen[index >> 3] |= (u8)(1u << (index & 7));
	tested[top_of(d, a)] = true;
	first = node_of(d, a)->first;
	n = child_count(node_of(d, a));
	for (i = 0; i < n; i++)
		note_tested(d, d->edges[first + i].to, seen, tested);
}

void zw_tested(const struct zw_diagrams *d, zw_node a, bool *tested)
{
	u8 *seen = zeroed(zw_diagrams_nodes(d) / 8 + 1);

	note_tested(d, a.id, seen, tested);
	free(seen);
}
