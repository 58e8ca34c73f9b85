/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains: the product of their rules under "then", divided in halves so that
 * the work stays balanced, and the composition of jumps.
 *
 * "A then B" is A where A decides, and B (as seen through A's changes) where A
 * goes on; it is associative, so the halves may be taken anywhere. A chain is
 * summarised once for each scene, unless unknowns occur in it: two visits may
 * come out differently, so each gets its own. The kernel refuses rulesets whose
 * jumps go in circles; one that has such is not in force, and here it is a
 * doubt. */
#include "base/assert.h"
#include "verifier/symbolic_internal.h"

#define DEPTH_MAX 16 /* NFT_JUMP_STACK_SIZE */

static zw_node bound_leaf(struct zw_symbolic *s, enum outcome_kind kind,
			  u32 change, u32 chain)
{
	return zw_leaf(s->space->d,
		       zw_outcome_leaf(s->outcomes, kind, change, chain));
}

struct changing {
	struct zw_symbolic *s;
	u32 change;
};

static zw_node add_change(void *context, u32 leaf)
{
	struct changing *c = context;
	struct outcome o = c->s->outcomes->v.v[leaf];

	return bound_leaf(c->s, o.kind,
			  zw_change_then(c->s->outcomes, c->change, o.change),
			  o.chain);
}

zw_node zw_after_change(struct zw_symbolic *s, u32 change, zw_node b)
{
	struct changing c = { s, change };
	struct change list = s->outcomes->changes.v[change];

	if (!change)
		return b;
	b = zw_substitute(s->space->d, b, list.v, list.n);
	return zw_bind(s->space->d, b, add_change, &c);
}

/* For zw_apply: A where A decides, else B. Only for A without changes. */
static u32 then_leaf(void *context, u32 a, u32 b)
{
	(void)context;
	if (a == ZW_UNDETERMINED)
		return ZW_UNDETERMINED;
	return a == GO_ON ? b : a;
}

struct continuing {
	struct zw_symbolic *s;
	zw_node then;
};

static zw_node continue_with(void *context, u32 leaf)
{
	struct continuing *c = context;
	struct outcome o = c->s->outcomes->v.v[leaf];

	if (o.kind != GO_ON)
		return zw_leaf(c->s->space->d, leaf);
	return zw_after_change(c->s, o.change, c->then);
}

static bool goes_on_changed(void *context, u32 leaf)
{
	struct zw_outcomes *o = context;

	return leaf != GO_ON && o->v.v[leaf].kind == GO_ON;
}

/* A partial product, and whether it goes on with changes somewhere. */
struct product {
	zw_node node;
	bool changes;
};

static struct product product_of(struct zw_symbolic *s, zw_node node)
{
	struct product p = { node, false };

	/* most rulesets have no changes at all */
	if (s->outcomes->changes.n > 1)
		p.changes = !zw_same(zw_where(s->space->d, node,
					      goes_on_changed, s->outcomes),
				     ZW_EMPTY);
	return p;
}

static struct product then(struct zw_symbolic *s, struct product a,
			   struct product b)
{
	struct continuing c = { s, b.node };
	struct product p;

	if (!a.changes) {
		p.node = zw_apply(s->space->d, s->then_tag, then_leaf, NULL,
				  a.node, b.node);
		p.changes = b.changes;
		return p;
	}
	p.node = zw_bind(s->space->d, a.node, continue_with, &c);
	return product_of(s, p.node);
}

static struct product reduce(struct zw_symbolic *s, const struct product *v,
			     size_t n)
{
	size_t half = n / 2;
	struct product nothing = { zw_leaf(s->space->d, GO_ON), false };

	if (!n)
		return nothing;
	if (n == 1)
		return v[0];
	nothing = reduce(s, v, half);
	return then(s, nothing, reduce(s, v + half, n - half));
}

zw_node zw_then_all(struct zw_symbolic *s, const zw_node *v, size_t n)
{
	struct product *p = zw_heap_resize(NULL, n ? n : 1, sizeof(*p));
	zw_node out;
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = product_of(s, v[i]);
	out = reduce(s, p, n).node;
	free(p);
	return out;
}

/* ---- jumps --------------------------------------------------------------- */

static bool is_return(void *context, u32 leaf)
{
	struct zw_outcomes *o = context;

	return o->v.v[leaf].kind == RETURNS;
}

static bool is_end(void *context, u32 leaf)
{
	struct zw_outcomes *o = context;

	return o->v.v[leaf].kind == GO_ON;
}

static bool is_jump(void *context, u32 leaf)
{
	struct zw_outcomes *o = context;

	return o->v.v[leaf].kind == JUMPS || o->v.v[leaf].kind == GOES_TO;
}

/* Every leaf of one kind becomes the other kind, changes kept. */
struct renaming {
	struct zw_symbolic *s;
	enum outcome_kind from, to;
};

static zw_node rename_leaf(void *context, u32 leaf)
{
	struct renaming *r = context;
	struct outcome o = r->s->outcomes->v.v[leaf];

	return bound_leaf(r->s, o.kind == r->from ? r->to : o.kind, o.change,
			  o.chain);
}

static zw_node rename(struct zw_symbolic *s, zw_node node,
		      enum outcome_kind from, enum outcome_kind to)
{
	struct renaming r = { s, from, to };

	return zw_bind(s->space->d, node, rename_leaf, &r);
}

static bool has(struct zw_symbolic *s, zw_node node, zw_want_leaf *wanted)
{
	return !zw_same(zw_where(s->space->d, node, wanted, s->outcomes),
			ZW_EMPTY);
}

static zw_node bind_jump(void *context, u32 leaf)
{
	struct scene *scene = context;
	struct zw_symbolic *s = scene->s;
	struct outcome o = s->outcomes->v.v[leaf];
	zw_node summary;

	if (o.kind != JUMPS && o.kind != GOES_TO)
		return zw_leaf(s->space->d, leaf);
	summary = zw_chain_summary(scene, o.chain);
	/* behind a goto nothing of this chain follows */
	if (o.kind == GOES_TO)
		summary = rename(s, summary, GO_ON, RETURNS);
	return zw_after_change(s, o.change, summary);
}

static bool jumps_somewhere(const struct zw_symbolic *s,
			    const struct zw_rule *rule)
{
	u32 i;

	for (i = 0; i < rule->n_exprs; i++) {
		const struct zw_expr *expr = &rule->exprs[i];

		if (expr->kind == ZW_EXPR_IMMEDIATE &&
		    expr->immediate.dreg == ZW_REG_VERDICT &&
		    expr->immediate.ruling.chain != ZW_NONE)
			return true;
		if (expr->kind == ZW_EXPR_LOOKUP &&
		    s->ruleset->sets.v[expr->lookup.set].data_kind ==
			    ZW_DATA_RULING)
			return true;
	}
	return false;
}

static zw_node rule_product(struct scene *scene, u32 chain, u32 position)
{
	const struct zw_chain *c = &scene->s->ruleset->chains.v[chain];
	const struct zw_rule *rule = c->rules.v[position];
	u32 outer_chain = scene->chain, outer_position = scene->position;
	zw_node node;

	scene->chain = chain;
	scene->position = position + 1;
	node = zw_rule_diagram(scene, rule);
	if (jumps_somewhere(scene->s, rule) && has(scene->s, node, is_jump))
		node = zw_bind(scene->s->space->d, node, bind_jump, scene);
	scene->chain = outer_chain;
	scene->position = outer_position;
	return node;
}

static zw_node summarise(struct scene *scene, u32 chain)
{
	struct zw_symbolic *s = scene->s;
	const struct zw_chain *c = &s->ruleset->chains.v[chain];
	zw_node *rules = zw_heap_resize(NULL, c->rules.n + 1, sizeof(*rules));
	zw_node out;
	size_t i;

	for (i = 0; i < c->rules.n; i++)
		rules[i] = rule_product(scene, chain, (u32)i);
	out = zw_then_all(s, rules, c->rules.n);
	free(rules);
	if (has(s, out, is_return))
		out = rename(s, out, RETURNS, GO_ON);
	return out;
}

zw_node zw_chain_summary(struct scene *scene, u32 chain)
{
	struct zw_symbolic *s = scene->s;
	size_t unknowns = s->space->fresh.n;
	zw_node out;

	if (scene->state[chain] == CHAIN_KNOWN)
		return scene->memo[chain];
	if (scene->state[chain] == CHAIN_BUSY || scene->depth > DEPTH_MAX ||
	    !scene->budget) {
		zw_doubt(scene, scene->budget ? "jumps in a circle"
					      : "too many ways through chains");
		return zw_leaf(s->space->d, DROPS);
	}
	if (s->ruleset->chains.v[chain].doubt)
		zw_doubt(scene, s->ruleset->chains.v[chain].doubt);
	scene->state[chain] = CHAIN_BUSY;
	scene->depth++;
	scene->budget--;
	out = summarise(scene, chain);
	scene->depth--;
	scene->state[chain] = CHAIN_NEW;
	if (s->space->fresh.n == unknowns) {
		scene->memo[chain] = out;
		scene->state[chain] = CHAIN_KNOWN;
	}
	return out;
}

zw_node zw_base_chain(struct scene *scene, u32 chain)
{
	struct zw_symbolic *s = scene->s;
	const struct zw_chain *c = &s->ruleset->chains.v[chain];
	zw_node out = zw_chain_summary(scene, chain);

	/* the policy rules where the end was reached; what accepts goes on with
	 * the next base chain */
	if (c->policy_drop && has(s, out, is_end))
		out = rename(s, out, GO_ON, DROPS);
	return rename(s, out, ACCEPTS, GO_ON);
}
