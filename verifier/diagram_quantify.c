/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forgetting variables of a set, and forgetting what nobody cares about.
 *
 * A quantified node is the union (or intersection) of its different children,
 * each quantified before, joined in a balanced way. A result is remembered
 * under the set of variables, so asking again for another set of points over
 * the same variables finds what both share.
 *
 * The generalised cofactor is the "restrict" of Coudert and Madre: where a
 * value is outside CARE its edge joins a neighbour's, and a variable that only
 * CARE tests is forgotten first, so that the result tests no variable that A
 * does not. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>
#include <string.h>

struct quantifier {
	const bool *over; /* per variable */
	u32 last;
	bool forall;
	u32 tag;
};

static int by_id(const void *a, const void *b)
{
	u32 x = ((const zw_node *)a)->id, y = ((const zw_node *)b)->id;

	return (x > y) - (x < y);
}

/* V sorted, each once. */
static size_t unique(zw_node *v, size_t n)
{
	size_t i, kept = 0;

	qsort(v, n, sizeof(*v), by_id);
	for (i = 0; i < n; i++)
		if (kept == 0 || v[kept - 1].id != v[i].id)
			v[kept++] = v[i];
	return kept;
}

/* The different children of node A; *V is the caller's to free. Neighbouring
 * repetitions, the common case, are left out before sorting. */
static size_t children_of(const struct zw_diagrams *d, u32 a, zw_node **v)
{
	const struct node *node = node_of(d, a);
	const struct edge *e = &d->edges[node->first];
	size_t n = 0;
	u32 i;

	*v = zw_heap_resize(NULL, child_count(node), sizeof(**v));
	for (i = 0; i < child_count(node); i++)
		if (i < 2 || e[i].to != e[i - 2].to)
			(*v)[n++] = (zw_node){ e[i].to };
	return unique(*v, n);
}

static u32 quantify(struct zw_diagrams *d, const struct quantifier *q, u32 a);

static u32 forget(struct zw_diagrams *d, const struct quantifier *q, u32 a)
{
	u32 end = q->forall ? 0 : 1, result = q->forall;
	zw_node *v;
	size_t n = children_of(d, a, &v), i;

	for (i = 0; i < n && !step(d); i++) {
		v[i].id = quantify(d, q, v[i].id);
		if (v[i].id == end)
			break;
	}
	if (d->exhausted)
		result = 0;
	else if (i < n)
		result = end;
	else
		result = q->forall ? zw_and_all(d, v, unique(v, n)).id
				   : zw_or_all(d, v, unique(v, n)).id;
	free(v);
	return result;
}

static u32 quantify(struct zw_diagrams *d, const struct quantifier *q, u32 a)
{
	size_t base = d->scratch_count;
	u32 at, top = top_of(d, a), max, result;

	if (d->exhausted)
		return 0;
	if (top == LEAF_VARIABLE || top > q->last)
		return a;
	if (zw_diagram_recall(d, q->tag, a, 0, 0, &result))
		return result;
	if (q->over[top]) {
		result = forget(d, q, a);
	} else if (id_is_striped(d, a)) {
		u32 even = quantify(d, q, child_of(d, a, top, 0));
		u32 odd = quantify(d, q, child_of(d, a, top, 1));

		result = zw_diagram_restripe(d, a, even, odd);
	} else {
		max = max_of(d, top);
		for (at = node_of(d, a)->first;; at++) {
			struct edge e = d->edges[at];

			push_edge(d, base, e.hi, quantify(d, q, e.to));
			if (step(d) || e.hi == max)
				break;
		}
		result = zw_diagram_finish(d, top, base);
	}
	zw_diagram_remember(d, q->tag, a, 0, 0, result);
	return result;
}

/* The tag of quantifying over V; a new one at the first time. */
static u32 tag_of(struct zw_diagrams *d, const u32 *v, size_t n, bool forall)
{
	struct quantified q = { NULL, n, forall, 0 };
	size_t i;

	for (i = 0; i < d->quantified.n; i++) {
		const struct quantified *old = &d->quantified.v[i];

		if (old->n == n && old->forall == forall &&
		    !memcmp(old->variables, v, n * sizeof(*v)))
			return old->tag;
	}
	q.variables = ZW_NEW_ARRAY(d->arena, u32, n);
	memcpy(q.variables, v, n * sizeof(*v));
	q.tag = zw_tag_new(d);
	zw_push(d->arena, d->quantified, q);
	return q.tag;
}

static zw_node quantify_over(struct zw_diagrams *d, zw_node a, const u32 *v,
			     size_t n, bool forall)
{
	struct quantifier q = { NULL, 0, forall, 0 };
	bool *over;
	size_t i;

	if (n == 0 || d->exhausted)
		return d->exhausted ? ZW_EMPTY : a;
	over = zw_heap_resize(NULL, d->maxima.n, sizeof(*over));
	memset(over, 0, d->maxima.n * sizeof(*over));
	for (i = 0; i < n; i++) {
		ZW_ASSERT(v[i] < d->maxima.n && (i == 0 || v[i] > v[i - 1]));
		over[v[i]] = true;
	}
	q.over = over;
	q.last = v[n - 1];
	q.tag = tag_of(d, v, n, forall);
	a.id = quantify(d, &q, a.id);
	free(over);
	return a;
}

zw_node zw_exists(struct zw_diagrams *d, zw_node a, const u32 *v, size_t n)
{
	return quantify_over(d, a, v, n, false);
}

zw_node zw_forall(struct zw_diagrams *d, zw_node a, const u32 *v, size_t n)
{
	return quantify_over(d, a, v, n, true);
}

static u32 constrain(struct zw_diagrams *d, u32 a, u32 care);

static u32 constrain_striped(struct zw_diagrams *d, u32 a, u32 care, u32 model)
{
	u32 variable = top_of(d, a), i;
	u32 cares[2], turns[2];

	for (i = 0; i < 2; i++) {
		cares[i] = child_of(d, care, variable, i);
		turns[i] = child_of(d, a, variable, i);
	}
	for (i = 0; i < 2; i++) {
		if (cares[i] == 0)
			return constrain(d, turns[1 - i], cares[1 - i]);
	}
	for (i = 0; i < 2; i++)
		turns[i] = constrain(d, turns[i], cares[i]);
	return zw_diagram_restripe(d, model, turns[0], turns[1]);
}

static u32 constrain(struct zw_diagrams *d, u32 a, u32 care)
{
	size_t base = d->scratch_count, n;
	struct cursor ca, cc;
	u32 variable, max, result;
	zw_node *v;

	if (d->exhausted)
		return 0;
	ZW_ASSERT(care != 0);
	if (id_is_leaf(a) || care == 1)
		return a;
	if (zw_diagram_recall(d, TAG_CONSTRAIN, a, care, 0, &result))
		return result;
	variable = top_of(d, a);
	if (top_of(d, care) < variable) {
		n = children_of(d, care, &v);
		result = zw_or_all(d, v, n).id;
		free(v);
		if (d->exhausted)
			return 0;
		result = constrain(d, a, result);
		zw_diagram_remember(d, TAG_CONSTRAIN, a, care, 0, result);
		return result;
	}
	if (zw_diagram_alike(d, variable, (u32[]){ a, care }, 2, &result)) {
		result = constrain_striped(d, a, care, result);
		zw_diagram_remember(d, TAG_CONSTRAIN, a, care, 0, result);
		return result;
	}
	max = max_of(d, variable);
	ca = cursor_at(d, a, variable);
	cc = cursor_at(d, care, variable);
	for (;;) {
		struct edge ea = cursor_edge(d, &ca), ec = cursor_edge(d, &cc);
		u32 hi = min_u32(ea.hi, ec.hi);

		/* Not pushed: the next edge begins where the last ended. */
		if (ec.to != 0)
			push_edge(d, base, hi, constrain(d, ea.to, ec.to));
		if (step(d) || hi == max)
			break;
		ca.at += ea.hi == hi;
		cc.at += ec.hi == hi;
	}
	if (!d->exhausted)
		d->scratch[d->scratch_count - 1].hi = max;
	result = zw_diagram_finish(d, variable, base);
	zw_diagram_remember(d, TAG_CONSTRAIN, a, care, 0, result);
	return result;
}

zw_node zw_constrain(struct zw_diagrams *d, zw_node a, zw_node care)
{
	if (care.id == 0)
		return ZW_EMPTY;
	return (zw_node){ constrain(d, a.id, care.id) };
}
