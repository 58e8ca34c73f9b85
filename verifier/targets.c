/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where chains lead: by verdicts of rules, and of the elements that their
 * lookups may find. */
#include "verifier/targets.h"

static void see_ruling(const struct zw_ruling *ruling, zw_see_target *see,
		       void *context)
{
	if (ruling->chain != ZW_NONE)
		see(context, ruling->chain);
}

static void see_elements(const struct zw_set *set, zw_see_target *see,
			 void *context)
{
	u32 i;

	if (set->data_kind != ZW_DATA_RULING)
		return;
	for (i = 0; i < set->elements.n; i++)
		see_ruling(&set->elements.rulings[i], see, context);
	if (set->has_catchall)
		see_ruling(&set->catchall_ruling, see, context);
}

void zw_rule_targets(const struct zw_ruleset *ruleset,
		     const struct zw_rule *rule, zw_see_target *see,
		     void *context)
{
	u32 i;

	for (i = 0; i < rule->n_exprs; i++) {
		const struct zw_expr *expr = &rule->exprs[i];

		if (expr->kind == ZW_EXPR_IMMEDIATE &&
		    expr->immediate.dreg == ZW_REG_VERDICT)
			see_ruling(&expr->immediate.ruling, see, context);
		else if (expr->kind == ZW_EXPR_LOOKUP &&
			 expr->lookup.set < ruleset->sets.n)
			see_elements(&ruleset->sets.v[expr->lookup.set], see,
				     context);
	}
}

void zw_chain_targets(const struct zw_ruleset *ruleset,
		      const struct zw_chain *chain, zw_see_target *see,
		      void *context)
{
	size_t i;

	for (i = 0; i < chain->rules.n; i++)
		zw_rule_targets(ruleset, chain->rules.v[i], see, context);
}
