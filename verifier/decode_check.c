/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold of a ruleset as a whole when a transaction ends.
 *
 * The kernel counts references while messages come and refuses to delete what
 * is in use; here the whole is looked at once, at the end: nothing alive may
 * refer to what is gone. That accepts a few orders of messages that the kernel
 * refuses, never a state that it has not.
 *
 * Anonymous sets and binding chains belong to the rule that uses them and go
 * with it (nft_rule_expr_deactivate); one that no rule took within its own
 * transaction is refused (nft_set_is_anonymous in nf_tables_commit). Chains
 * that a base chain reaches must not loop, and not nest deeper than the
 * kernel's stack of jumps (nft_chain_validate, NFT_JUMP_STACK_SIZE). */
#include "verifier/decode_internal.h"

#define JUMP_DEPTH 16 /* NFT_JUMP_STACK_SIZE */

struct check {
	struct zw_decoder *d;
	bool *chain_used; /* [chain] a rule or an element jumps there */
	bool *set_used;
	u8 *depth;  /* [chain] deepest nesting at which it was walked, + 1 */
	bool *open; /* [chain] on the way of the walk */
};

static void use_chain(struct check *c, u32 number, const char *by)
{
	const struct zw_chain *chain = &c->d->now.chains.v[number];

	c->chain_used[number] = true;
	if (chain->table == ZW_NONE)
		zw_decode_refuse(c->d,
				 "chain '%.*s' is gone while %s jumps to it",
				 ZW_STR_ARG(chain->name), by);
}

static void use_set(struct check *c, u32 number)
{
	const struct zw_set *set = &c->d->now.sets.v[number];

	c->set_used[number] = true;
	if (set->table == ZW_NONE)
		zw_decode_refuse(c->d,
				 "set '%.*s' is gone while a rule uses it",
				 ZW_STR_ARG(set->name));
}

static void use_object(struct check *c, u32 number)
{
	const struct zw_object *object = &c->d->now.objects.v[number];

	if (object->table == ZW_NONE)
		zw_decode_refuse(
			c->d, "object '%.*s' is gone while something uses it",
			ZW_STR_ARG(object->name));
}

static void check_expr(struct check *c, const struct zw_expr *expr)
{
	switch (expr->kind) {
	case ZW_EXPR_IMMEDIATE:
		if (expr->immediate.dreg == ZW_REG_VERDICT &&
		    expr->immediate.ruling.chain != ZW_NONE)
			use_chain(c, expr->immediate.ruling.chain, "a rule");
		break;
	case ZW_EXPR_LOOKUP:
		use_set(c, expr->lookup.set);
		break;
	case ZW_EXPR_DYNSET:
		use_set(c, expr->dynset.set);
		break;
	case ZW_EXPR_OBJREF:
		use_object(c, expr->objref.object);
		break;
	case ZW_EXPR_OBJMAP:
		use_set(c, expr->objref.set);
		break;
	case ZW_EXPR_FLOW_OFFLOAD:
		if (c->d->now.flowtables.v[expr->flow_offload.flowtable]
			    .table == ZW_NONE)
			zw_decode_refuse(
				c->d,
				"a flowtable is gone while a rule uses it");
		break;
	default:
		break;
	}
}

static void check_rules(struct check *c)
{
	const struct zw_ruleset *r = &c->d->now;
	size_t i, k, e;

	for (i = 0; i < r->chains.n; i++) {
		const struct zw_chain *chain = &r->chains.v[i];

		if (chain->table == ZW_NONE)
			continue;
		for (k = 0; k < chain->rules.n; k++) {
			for (e = 0; e < chain->rules.v[k]->n_exprs; e++)
				check_expr(c, &chain->rules.v[k]->exprs[e]);
		}
	}
}

static void check_set(struct check *c, const struct zw_set *set)
{
	const struct zw_elements *e = &set->elements;
	u32 i;

	if (set->data_kind == ZW_DATA_RULING) {
		for (i = 0; i < e->n; i++) {
			if (e->rulings[i].chain != ZW_NONE)
				use_chain(c, e->rulings[i].chain, "a map");
		}
		if (set->has_catchall && set->catchall_ruling.chain != ZW_NONE)
			use_chain(c, set->catchall_ruling.chain, "a map");
	} else if (set->data_kind == ZW_DATA_OBJECT) {
		for (i = 0; i < e->n; i++)
			use_object(c, e->objects[i]);
		if (set->has_catchall && set->catchall_object != ZW_NONE)
			use_object(c, set->catchall_object);
	}
}

/* Drop what belonged to rules that are gone; true if something was. */
static bool drop_unbound(struct check *c)
{
	struct zw_decoder *d = c->d;
	bool dropped = false;
	u32 i;

	for (i = 0; i < d->now.sets.n; i++) {
		struct zw_set *set = &d->now.sets.v[i];

		if (set->table == ZW_NONE || c->set_used[i] ||
		    !(set->flags & NFT_SET_ANONYMOUS))
			continue;
		if (i >= d->first_set)
			zw_decode_refuse(
				d,
				"anonymous set '%.*s' that no rule uses (EINVAL)",
				ZW_STR_ARG(set->name));
		zw_decode_drop_set(d, i);
		dropped = true;
	}
	for (i = 0; i < d->now.chains.n; i++) {
		struct zw_chain *chain = &d->now.chains.v[i];

		if (chain->table == ZW_NONE || c->chain_used[i] ||
		    !(chain->flags & ZW_CHAIN_BINDING))
			continue;
		if (i >= d->first_chain)
			zw_decode_refuse(
				d,
				"binding chain '%.*s' that no rule uses (EINVAL)",
				ZW_STR_ARG(chain->name));
		zw_decode_drop_chain(d, i);
		dropped = true;
	}
	return dropped;
}

/* ---- loops ---- */

static void walk(struct check *c, u32 number, u8 depth);

static void step(struct check *c, const struct zw_ruling *ruling, u8 depth)
{
	if (ruling->chain == ZW_NONE)
		return;
	walk(c, ruling->chain,
	     (u8)(ruling->code == NFT_JUMP ? depth + 1 : depth));
}

static void walk_set(struct check *c, const struct zw_set *set, u8 depth)
{
	u32 i;

	if (set->data_kind != ZW_DATA_RULING)
		return;
	for (i = 0; i < set->elements.n && !c->d->refused; i++)
		step(c, &set->elements.rulings[i], depth);
	if (set->has_catchall)
		step(c, &set->catchall_ruling, depth);
}

/* Depth first; a chain is walked again only if it is met deeper than before,
 * so at most JUMP_DEPTH times. The recursion is as deep as there are chains on
 * a way without a loop. */
static void walk(struct check *c, u32 number, u8 depth)
{
	const struct zw_chain *chain = &c->d->now.chains.v[number];
	size_t k, e;

	if (c->d->refused)
		return;
	if (c->open[number] || depth >= JUMP_DEPTH) {
		zw_decode_refuse(
			c->d,
			"jumps by chain '%.*s' loop or nest too deeply (EMLINK)",
			ZW_STR_ARG(chain->name));
		return;
	}
	if (c->depth[number] > depth)
		return;
	c->depth[number] = (u8)(depth + 1);
	c->open[number] = true;
	for (k = 0; k < chain->rules.n; k++) {
		const struct zw_rule *rule = chain->rules.v[k];

		for (e = 0; e < rule->n_exprs; e++) {
			const struct zw_expr *expr = &rule->exprs[e];

			if (expr->kind == ZW_EXPR_IMMEDIATE &&
			    expr->immediate.dreg == ZW_REG_VERDICT)
				step(c, &expr->immediate.ruling, depth);
			else if (expr->kind == ZW_EXPR_LOOKUP)
				walk_set(c, &c->d->now.sets.v[expr->lookup.set],
					 depth);
		}
	}
	c->open[number] = false;
}

void zw_decode_check_references(struct zw_decoder *d)
{
	struct zw_arena *arena = zw_arena_new();
	struct check c = { .d = d };
	u32 i;

	do {
		c.chain_used = ZW_NEW_ARRAY(arena, bool, d->now.chains.n);
		c.set_used = ZW_NEW_ARRAY(arena, bool, d->now.sets.n);
		check_rules(&c);
		for (i = 0; i < d->now.sets.n; i++) {
			if (d->now.sets.v[i].table != ZW_NONE)
				check_set(&c, &d->now.sets.v[i]);
		}
	} while (!d->refused && drop_unbound(&c));
	c.depth = ZW_NEW_ARRAY(arena, u8, d->now.chains.n);
	c.open = ZW_NEW_ARRAY(arena, bool, d->now.chains.n);
	for (i = 0; i < d->now.chains.n && !d->refused; i++) {
		if (d->now.chains.v[i].table != ZW_NONE &&
		    d->now.chains.v[i].base)
			walk(&c, i, 0);
	}
	zw_arena_free(arena);
}
