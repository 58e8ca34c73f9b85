/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two diagrams to one, point by point.
 *
 * All binary operations are one recursion: take the variable nearer the root,
 * run through both edge lists at once as in a merge, and combine child with
 * child. It goes one level deeper per variable, however many edges there are,
 * and looks at each pair of nodes once as long as its result is remembered.
 * What differs is only where it ends early; and, or and minus have their ends
 * built in since they are the bulk of all work.
 *
 * Disjoint and subset run the same way but build nothing and stop at the first
 * counterexample. */
#include "verifier/diagram_internal.h"

#include <stdlib.h>
#include <string.h>

struct binary {
	u32 tag;
	zw_combine *combine; /* NULL for the built-in operations */
	void *context;
	bool differing; /* what is the same node is 0 */
};

static void swap(u32 *a, u32 *b)
{
	u32 old = *a;

	*a = *b;
	*b = old;
}

/* The built-in ends. Puts commuting operands in one order. */
static bool set_end(u32 tag, u32 *a, u32 *b, u32 *result)
{
	u32 x = *a, y = *b;

	switch (tag) {
	case TAG_AND:
		if (x == y || x == 0 || y == 1)
			*result = x;
		else if (y == 0 || x == 1)
			*result = y;
		else
			break;
		return true;
	case TAG_OR:
		if (x == y || x == 1 || y == 0)
			*result = x;
		else if (y == 1 || x == 0)
			*result = y;
		else
			break;
		return true;
	default:
		if (x == y || x == 0 || y == 1)
			*result = 0;
		else if (y == 0)
			*result = x;
		else
			break;
		return true;
	}
	if (x > y && tag != TAG_MINUS)
		swap(a, b);
	return false;
}

/* The ends that COMBINE names. */
static bool combine_end(const struct binary *op, u32 a, u32 b, u32 *result)
{
	u32 x = id_is_leaf(a) ? a : ZW_UNDETERMINED;
	u32 y = id_is_leaf(b) ? b : ZW_UNDETERMINED;

	if (op->differing && a == b) {
		*result = 0;
		return true;
	}
	if (x == ZW_UNDETERMINED && y == ZW_UNDETERMINED)
		return false;
	*result = op->combine(op->context, x, y);
	if (*result == ZW_UNDETERMINED) {
		ZW_ASSERT(x == ZW_UNDETERMINED || y == ZW_UNDETERMINED);
		return false;
	}
	if (*result == ZW_OTHER) {
		ZW_ASSERT(x == ZW_UNDETERMINED || y == ZW_UNDETERMINED);
		*result = x == ZW_UNDETERMINED ? a : b;
		return true;
	}
	ZW_ASSERT(id_is_leaf(*result));
	return true;
}

static bool ends(const struct binary *op, u32 *a, u32 *b, u32 *result)
{
	if (op->combine)
		return combine_end(op, *a, *b, result);
	return set_end(op->tag, a, b, result);
}

static u32 binary(struct zw_diagrams *d, const struct binary *op, u32 a, u32 b);

/* The striped operand FINE has several edges that end before COARSE, the one of
 * the other operand, does: there are but two results. FIRST: FINE is the first
 * operand. */
static void push_turns(struct zw_diagrams *d, const struct binary *op,
		       size_t base, struct cursor *fine, struct edge coarse,
		       bool first)
{
	u32 results[2], i;

	for (i = 0; i < 2; i++) {
		u32 x = first ? fine->turns[i] : coarse.to;
		u32 y = first ? coarse.to : fine->turns[i];

		if (!ends(op, &x, &y, &results[i]))
			results[i] = binary(d, op, x, y);
	}
	zw_diagram_push_turns(d, base, fine, coarse.hi, results);
}

static u32 binary_striped(struct zw_diagrams *d, const struct binary *op, u32 a,
			  u32 b, u32 model)
{
	u32 variable = top_of(d, model), turns[2], i;

	for (i = 0; i < 2; i++)
		turns[i] = binary(d, op, child_of(d, a, variable, i),
				  child_of(d, b, variable, i));
	return zw_diagram_restripe(d, model, turns[0], turns[1]);
}

static u32 binary(struct zw_diagrams *d, const struct binary *op, u32 a, u32 b)
{
	struct cursor ca, cb;
	u32 variable, max, result;
	size_t base = d->scratch_count;

	if (d->exhausted)
		return 0;
	if (ends(op, &a, &b, &result) ||
	    zw_diagram_recall(d, op->tag, a, b, 0, &result))
		return result;
	variable = min_u32(top_of(d, a), top_of(d, b));
	ZW_ASSERT(variable != LEAF_VARIABLE);
	if (zw_diagram_alike(d, variable, (u32[]){ a, b }, 2, &result)) {
		result = binary_striped(d, op, a, b, result);
		zw_diagram_remember(d, op->tag, a, b, 0, result);
		return result;
	}
	max = max_of(d, variable);
	ca = cursor_at(d, a, variable);
	cb = cursor_at(d, b, variable);
	for (;;) {
		struct edge ea = cursor_edge(d, &ca), eb = cursor_edge(d, &cb);
		u32 hi = min_u32(ea.hi, eb.hi), x = ea.to, y = eb.to;

		if (cursor_runs(d, &cb, ea.hi)) {
			push_turns(d, op, base, &cb, ea, false);
			continue;
		}
		if (cursor_runs(d, &ca, eb.hi)) {
			push_turns(d, op, base, &ca, eb, true);
			continue;
		}
		if (!ends(op, &x, &y, &result))
			result = binary(d, op, x, y);
		push_edge(d, base, hi, result);
		if (step(d) || hi == max)
			break;
		ca.at += ea.hi == hi;
		cb.at += eb.hi == hi;
	}
	result = zw_diagram_finish(d, variable, base);
	zw_diagram_remember(d, op->tag, a, b, 0, result);
	return result;
}

zw_node zw_apply(struct zw_diagrams *d, u32 tag, zw_combine *combine,
		 void *context, zw_node a, zw_node b)
{
	struct binary op = { tag, combine, context, false };

	ZW_ASSERT(tag > TAG_LAST_FIXED && tag <= d->last_tag);
	return (zw_node){ binary(d, &op, a.id, b.id) };
}

zw_node zw_apply_differing(struct zw_diagrams *d, u32 tag, zw_combine *combine,
			   void *context, zw_node a, zw_node b)
{
	struct binary op = { tag, combine, context, true };

	ZW_ASSERT(tag > TAG_LAST_FIXED && tag <= d->last_tag);
	return (zw_node){ binary(d, &op, a.id, b.id) };
}

static zw_node set_operation(struct zw_diagrams *d, u32 tag, zw_node a,
			     zw_node b)
{
	struct binary op = { tag, NULL, NULL, false };

	return (zw_node){ binary(d, &op, a.id, b.id) };
}

zw_node zw_and(struct zw_diagrams *d, zw_node a, zw_node b)
{
	return set_operation(d, TAG_AND, a, b);
}

zw_node zw_or(struct zw_diagrams *d, zw_node a, zw_node b)
{
	return set_operation(d, TAG_OR, a, b);
}

zw_node zw_minus(struct zw_diagrams *d, zw_node a, zw_node b)
{
	return set_operation(d, TAG_MINUS, a, b);
}

zw_node zw_not(struct zw_diagrams *d, zw_node a)
{
	return set_operation(d, TAG_MINUS, ZW_ALL, a);
}

/* Neighbours first, so that what lies close together is combined while small.
 * Each round halves the list. */
static zw_node all_of(struct zw_diagrams *d, u32 tag, zw_node *v, size_t n)
{
	size_t i, half;

	for (; n > 1; n = half) {
		half = 0;
		for (i = 0; i + 1 < n; i += 2)
			v[half++] = set_operation(d, tag, v[i], v[i + 1]);
		if (i < n)
			v[half++] = v[i];
	}
	return d->exhausted ? ZW_EMPTY : v[0];
}

zw_node zw_or_all(struct zw_diagrams *d, zw_node *v, size_t n)
{
	return n ? all_of(d, TAG_OR, v, n) : ZW_EMPTY;
}

zw_node zw_and_all(struct zw_diagrams *d, zw_node *v, size_t n)
{
	if (d->exhausted)
		return ZW_EMPTY;
	return n ? all_of(d, TAG_AND, v, n) : ZW_ALL;
}

static bool relation_end(u32 tag, u32 *a, u32 *b, bool *result)
{
	u32 x = *a, y = *b;

	if (tag == TAG_DISJOINT) {
		*result = x == 0 || y == 0;
		if (x > y)
			swap(a, b);
		/* A node that is not leaf 0 has a member. */
		return *result || x == 1 || y == 1 || x == y;
	}
	*result = x == 0 || y == 1 || x == y;
	return *result || y == 0 || x == 1;
}

static bool relation(struct zw_diagrams *d, u32 tag, u32 a, u32 b)
{
	struct cursor ca, cb;
	u32 variable, max, known;
	bool result;

	if (d->exhausted)
		return false;
	if (relation_end(tag, &a, &b, &result))
		return result;
	if (zw_diagram_recall(d, tag, a, b, 0, &known))
		return known;
	variable = min_u32(top_of(d, a), top_of(d, b));
	ZW_ASSERT(variable != LEAF_VARIABLE);
	if (zw_diagram_alike(d, variable, (u32[]){ a, b }, 2, &known)) {
		result = relation(d, tag, child_of(d, a, variable, 0),
				  child_of(d, b, variable, 0)) &&
			 relation(d, tag, child_of(d, a, variable, 1),
				  child_of(d, b, variable, 1));
		zw_diagram_remember(d, tag, a, b, 0, result);
		return result && !d->exhausted;
	}
	max = max_of(d, variable);
	ca = cursor_at(d, a, variable);
	cb = cursor_at(d, b, variable);
	for (;;) {
		struct edge ea = cursor_edge(d, &ca), eb = cursor_edge(d, &cb);
		u32 hi = min_u32(ea.hi, eb.hi);

		result = relation(d, tag, ea.to, eb.to);
		if (step(d) || !result || hi == max)
			break;
		ca.at += ea.hi == hi;
		cb.at += eb.hi == hi;
	}
	zw_diagram_remember(d, tag, a, b, 0, result);
	return result && !d->exhausted;
}

bool zw_disjoint(struct zw_diagrams *d, zw_node a, zw_node b)
{
	return relation(d, TAG_DISJOINT, a.id, b.id);
}

bool zw_subset(struct zw_diagrams *d, zw_node a, zw_node b)
{
	return relation(d, TAG_SUBSET, a.id, b.id);
}
