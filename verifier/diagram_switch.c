/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Choosing between diagrams: if-then-else, and the switch over one variable's
 * intervals whose children may test any variable.
 *
 * A switch whose children test only the variable itself or later ones is just
 * an edge list. Where some test earlier variables, the branches are halved at
 * an interval's border and joined by "if VARIABLE <= border": each half knows
 * nothing of the other's values, so its outer branches extend to the ends of
 * the domain, and a half without earlier variables is an edge list again. */
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

/* The branches V, all of whose children test VARIABLE or later ones, as edges;
 * the first one begins at 0, the last one ends at the maximum. */
static u32 edge_list(struct zw_diagrams *d, u32 variable,
		     const struct zw_branch *v, size_t n)
{
	size_t base = d->scratch_count, i;
	u32 lo = 0;

	for (i = 0; i < n && !step(d); i++) {
		u32 hi = i + 1 < n ? v[i].hi : max_of(d, variable);

		zw_diagram_push_part(d, base, variable, v[i].to.id, lo, hi);
		lo = hi + 1;
	}
	return zw_diagram_finish(d, variable, base);
}

static u32 multiplex(struct zw_diagrams *d, u32 variable,
		     const struct zw_branch *v, size_t n)
{
	struct zw_range low;
	size_t half = n / 2, i;
	u32 condition, a, b;

	if (d->exhausted)
		return 0;
	if (n == 1)
		return v[0].to.id;
	for (i = 0; i < n && top_of(d, v[i].to.id) >= variable; i++)
		;
	if (i == n)
		return edge_list(d, variable, v, n);
	a = multiplex(d, variable, v, half);
	b = multiplex(d, variable, v + half, n - half);
	low = (struct zw_range){ 0, v[half - 1].hi };
	condition = zw_in(d, variable, &low, 1).id;
	return choose(d, condition, a, b);
}

zw_node zw_switch(struct zw_diagrams *d, u32 variable,
		  const struct zw_branch *branches, size_t n)
{
	size_t i;

	ZW_ASSERT(n > 0 && branches[n - 1].hi == zw_variable_max(d, variable));
	for (i = 1; i < n; i++)
		ZW_ASSERT(branches[i].hi > branches[i - 1].hi);
	return (zw_node){ multiplex(d, variable, branches, n) };
}
