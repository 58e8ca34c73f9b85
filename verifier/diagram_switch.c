/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Choosing between diagrams: if-then-else, and the switch over one variable's
 * intervals whose children may test any variable.
 *
 * A switch whose children test only the variable itself or later ones is just
 * an edge list. Where some test earlier variables, the switch leads to the
 * children's numbers first, as leaves, and the children are put in their place
 * (diagram_bind.c): the work goes with the number of different children. */
#include "verifier/diagram_internal.h"

/* Where the three-way choice ends: at once, or as one of the operands. */
static bool if_end(u32 c, u32 a, u32 b, u32 *result)
{
	ZW_ASSERT(!id_is_leaf(c) || c <= 1);
	if (c == 1 || a == b)
		*result = a;
	else if (c == 0)
		*result = b;
	else if (a == 1 && b == 0)
		*result = c;
	else
		return false;
	return true;
}

static u32 choose(struct zw_diagrams *d, u32 c, u32 a, u32 b)
{
	struct cursor cc, ca, cb;
	u32 variable, max, result;
	size_t base = d->scratch_count;

	if (d->exhausted)
		return 0;
	if (if_end(c, a, b, &result) ||
	    zw_diagram_recall(d, TAG_IF, c, a, b, &result))
		return result;
	variable = min_u32(top_of(d, c), min_u32(top_of(d, a), top_of(d, b)));
	if (zw_diagram_alike(d, variable, (u32[]){ c, a, b }, 3, &result)) {
		u32 turns[2], i;

		for (i = 0; i < 2; i++)
			turns[i] = choose(d, child_of(d, c, variable, i),
					  child_of(d, a, variable, i),
					  child_of(d, b, variable, i));
		result = zw_diagram_restripe(d, result, turns[0], turns[1]);
		zw_diagram_remember(d, TAG_IF, c, a, b, result);
		return result;
	}
	max = max_of(d, variable);
	cc = cursor_at(d, c, variable);
	ca = cursor_at(d, a, variable);
	cb = cursor_at(d, b, variable);
	for (;;) {
		struct edge ec = cursor_edge(d, &cc), ea = cursor_edge(d, &ca),
			    eb = cursor_edge(d, &cb);
		u32 hi = min_u32(ec.hi, min_u32(ea.hi, eb.hi));

		if (!if_end(ec.to, ea.to, eb.to, &result))
			result = choose(d, ec.to, ea.to, eb.to);
		push_edge(d, base, hi, result);
		if (step(d) || hi == max)
			break;
		cc.at += ec.hi == hi;
		ca.at += ea.hi == hi;
		cb.at += eb.hi == hi;
	}
	result = zw_diagram_finish(d, variable, base);
	zw_diagram_remember(d, TAG_IF, c, a, b, result);
	return result;
}

zw_node zw_if(struct zw_diagrams *d, zw_node condition, zw_node a, zw_node b)
{
	return (zw_node){ choose(d, condition.id, a.id, b.id) };
}

/* The branches V, all of whose children test VARIABLE or later ones. */
static u32 edge_list(struct zw_diagrams *d, u32 variable,
		     const struct zw_branch *v, size_t n)
{
	size_t base = d->scratch_count, i;
	u32 lo = 0;

	for (i = 0; i < n && !step(d); i++) {
		zw_diagram_push_part(d, base, variable, v[i].to.id, lo,
				     v[i].hi);
		lo = v[i].hi + 1;
	}
	return zw_diagram_finish(d, variable, base);
}

/* Number the different children, switch to the numbers, and bind them. */
static u32 general(struct zw_diagrams *d, u32 variable,
		   const struct zw_branch *v, size_t n)
{
	struct id_map numbers = { 0 }, children = { 0 };
	size_t base = d->scratch_count, i;
	u32 result, number;

	for (i = 0; i < n && !step(d); i++) {
		if (!zw_id_map_get(&numbers, v[i].to.id, &number)) {
			number = (u32)numbers.n;
			zw_id_map_put(&numbers, v[i].to.id, number);
			zw_id_map_put(&children, number, v[i].to.id);
		}
		push_edge(d, base, v[i].hi, number);
	}
	result = zw_diagram_finish(d, variable, base);
	result = zw_diagram_bind(d, &children, result);
	zw_id_map_free(&numbers);
	zw_id_map_free(&children);
	return result;
}

zw_node zw_switch(struct zw_diagrams *d, u32 variable,
		  const struct zw_branch *branches, size_t n)
{
	bool ordered = true;
	size_t i;

	ZW_ASSERT(n > 0 && branches[n - 1].hi == zw_variable_max(d, variable));
	for (i = 0; i < n; i++) {
		ZW_ASSERT(i == 0 || branches[i].hi > branches[i - 1].hi);
		ordered &= top_of(d, branches[i].to.id) >= variable;
	}
	if (d->exhausted)
		return ZW_EMPTY;
	if (ordered)
		return (zw_node){ edge_list(d, variable, branches, n) };
	return (zw_node){ general(d, variable, branches, n) };
}
