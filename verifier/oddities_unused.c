/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What no rule names: sets and maps that none looks up or fills, objects and
 * flowtables that none refers to, chains that none goes to. What user space
 * does with them nobody knows here. */
#include "verifier/oddities_internal.h"

struct uses {
	const struct zw_ruleset *ruleset;
	bool *chains, *sets, *objects, *flowtables;
};

static void use(bool *used, size_t n, u32 number)
{
	if (number < n)
		used[number] = true;
}

/* Whatever a map of objects may give is used where the map is. */
static void use_expr(const struct uses *u, const struct zw_expr *expr)
{
	const struct zw_ruleset *r = u->ruleset;

	switch (expr->kind) {
	case ZW_EXPR_LOOKUP:
		use(u->sets, r->sets.n, expr->lookup.set);
		break;
	case ZW_EXPR_DYNSET:
		use(u->sets, r->sets.n, expr->dynset.set);
		break;
	case ZW_EXPR_OBJMAP:
		use(u->sets, r->sets.n, expr->objref.set);
		break;
	case ZW_EXPR_OBJREF:
		use(u->objects, r->objects.n, expr->objref.object);
		break;
	case ZW_EXPR_FLOW_OFFLOAD:
		use(u->flowtables, r->flowtables.n,
		    expr->flow_offload.flowtable);
		break;
	default:
		break;
	}
}

static void use_target(void *context, u32 chain)
{
	struct uses *u = context;

	u->chains[chain] = true;
}

static void use_chain(struct uses *u, const struct zw_chain *chain)
{
	size_t i;
	u32 k;

	for (i = 0; i < chain->rules.n; i++) {
		for (k = 0; k < chain->rules.v[i]->n_exprs; k++)
			use_expr(u, &chain->rules.v[i]->exprs[k]);
	}
	zw_chain_targets(u->ruleset, chain, use_target, u);
}

static void use_elements(struct uses *u, const struct zw_set *set)
{
	u32 i;

	if (set->data_kind != ZW_DATA_OBJECT)
		return;
	for (i = 0; i < set->elements.n; i++)
		use(u->objects, u->ruleset->objects.n,
		    set->elements.objects[i]);
	if (set->has_catchall)
		use(u->objects, u->ruleset->objects.n, set->catchall_object);
}

static void note_unused(struct zw_arena *arena, zw_oddities *out,
			enum zw_oddity_kind kind, u32 chain, u32 number)
{
	struct zw_oddity oddity = { .kind = kind,
				    .chain = chain,
				    .number = number };

	zw_push(arena, *out, oddity);
}

static void table_unused(struct zw_arena *arena, const struct uses *u,
			 const struct zw_table *t, zw_oddities *out)
{
	const struct zw_ruleset *r = u->ruleset;
	size_t i;

	for (i = 0; i < t->chains.n; i++) {
		const struct zw_chain *c = &r->chains.v[t->chains.v[i]];

		if (!c->base && !(c->flags & NFT_CHAIN_BINDING) &&
		    !u->chains[t->chains.v[i]])
			note_unused(arena, out, ZW_ODDITY_CHAIN, t->chains.v[i],
				    ZW_NONE);
	}
	for (i = 0; i < t->sets.n; i++) {
		const struct zw_set *set = &r->sets.v[t->sets.v[i]];

		if (!(set->flags & NFT_SET_ANONYMOUS) && !u->sets[t->sets.v[i]])
			note_unused(arena, out, ZW_ODDITY_SET, ZW_NONE,
				    t->sets.v[i]);
	}
	for (i = 0; i < t->objects.n; i++) {
		if (!u->objects[t->objects.v[i]])
			note_unused(arena, out, ZW_ODDITY_OBJECT, ZW_NONE,
				    t->objects.v[i]);
	}
	for (i = 0; i < t->flowtables.n; i++) {
		if (!u->flowtables[t->flowtables.v[i]])
			note_unused(arena, out, ZW_ODDITY_FLOWTABLE, ZW_NONE,
				    t->flowtables.v[i]);
	}
}

/* An expression that is not understood may refer to anything. */
static bool is_understood(const struct zw_ruleset *r, const struct zw_table *t)
{
	size_t i, k;
	u32 e;

	for (i = 0; i < t->chains.n; i++) {
		const struct zw_chain *c = &r->chains.v[t->chains.v[i]];

		for (k = 0; k < c->rules.n; k++) {
			for (e = 0; e < c->rules.v[k]->n_exprs; e++) {
				if (c->rules.v[k]->exprs[e].doubt)
					return false;
			}
		}
	}
	return !t->doubt;
}

void zw_oddities_unused(struct zw_arena *arena,
			const struct zw_ruleset *ruleset, zw_oddities *out)
{
	struct zw_arena *scratch = zw_arena_new();
	struct uses u = {
		.ruleset = ruleset,
		.chains = ZW_NEW_ARRAY(scratch, bool, ruleset->chains.n + 1),
		.sets = ZW_NEW_ARRAY(scratch, bool, ruleset->sets.n + 1),
		.objects = ZW_NEW_ARRAY(scratch, bool, ruleset->objects.n + 1),
		.flowtables =
			ZW_NEW_ARRAY(scratch, bool, ruleset->flowtables.n + 1),
	};
	size_t i, k;

	for (i = 0; i < ruleset->tables.n; i++) {
		const struct zw_table *t = &ruleset->tables.v[i];

		for (k = 0; t->alive && k < t->chains.n; k++)
			use_chain(&u, &ruleset->chains.v[t->chains.v[k]]);
		for (k = 0; t->alive && k < t->sets.n; k++)
			use_elements(&u, &ruleset->sets.v[t->sets.v[k]]);
	}
	for (i = 0; i < ruleset->tables.n; i++) {
		if (ruleset->tables.v[i].alive &&
		    is_understood(ruleset, &ruleset->tables.v[i]))
			table_unused(arena, &u, &ruleset->tables.v[i], out);
	}
	zw_arena_free(scratch);
}
