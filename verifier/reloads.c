/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A base chain that is made anew accepts until its policy is set, and that
 * happens after its rules are in force (nf_tables_api.c, nf_tables_commit: the
 * generation changes first, then each NFT_MSG_NEWCHAIN is carried out). So a
 * table that is deleted and added in one transaction, as files for nft do it,
 * lets packets pass that its rules leave to the policy. A rule that drops at
 * the end of the chain is in force with the other rules. */
#include "verifier/reloads.h"

static bool decides(const struct zw_expr *expr)
{
	if (expr->kind == ZW_EXPR_REJECT)
		return true;
	return expr->kind == ZW_EXPR_IMMEDIATE &&
	       expr->immediate.dreg == ZW_REG_VERDICT &&
	       (expr->immediate.ruling.code == NF_DROP ||
		expr->immediate.ruling.code == NF_ACCEPT);
}

/* Does every packet that meets RULE end there? */
static bool ends_all(const struct zw_rule *rule)
{
	u32 i;

	for (i = 0; i < rule->n_exprs; i++) {
		const struct zw_expr *expr = &rule->exprs[i];

		if (decides(expr))
			return !expr->doubt;
		if (expr->kind != ZW_EXPR_COUNTER &&
		    expr->kind != ZW_EXPR_LOG && expr->kind != ZW_EXPR_LAST)
			return false;
	}
	return false;
}

static bool left_to_policy(const struct zw_ruleset *ruleset,
			   const struct zw_chain *chain)
{
	const struct zw_table *table;
	size_t i;

	if (!chain->base || !chain->policy_drop || chain->table == ZW_NONE)
		return false;
	table = &ruleset->tables.v[chain->table];
	if (!table->alive || table->flags & NFT_TABLE_F_DORMANT)
		return false;
	for (i = 0; i < chain->rules.n; i++)
		if (ends_all(chain->rules.v[i]))
			return false;
	return true;
}

static struct zw_str name_of(struct zw_arena *arena,
			     const struct zw_ruleset *ruleset,
			     const struct zw_chain *chain)
{
	const struct zw_table *table = &ruleset->tables.v[chain->table];

	return zw_strf(arena, "chain '%.*s' of table '%s %.*s'",
		       ZW_STR_ARG(chain->name),
		       zw_table_family_name(table->family),
		       ZW_STR_ARG(table->name));
}

void zw_warn_of_reloads(struct zw_arena *arena, struct zw_diags *diags,
			const struct zw_ruleset *ruleset)
{
	const struct zw_chain *first = NULL;
	struct zw_str others = ZW_STR("");
	struct zw_diag *diag;
	size_t i, n = 0;

	for (i = 0; i < ruleset->chains.n; i++) {
		const struct zw_chain *chain = &ruleset->chains.v[i];

		if (!left_to_policy(ruleset, chain))
			continue;
		if (!first)
			first = chain;
		else if (++n <= 3)
			others = zw_strf(
				arena, "%.*s%s%.*s", ZW_STR_ARG(others),
				n > 1 ? ", " : "",
				ZW_STR_ARG(name_of(arena, ruleset, chain)));
	}
	if (!first)
		return;
	diag = zw_diag(
		diags, ZW_Z4007, ZW_NO_SPAN,
		"%.*s denies by its policy alone: packets pass while it is loaded anew",
		ZW_STR_ARG(name_of(arena, ruleset, first)));
	if (n > 3)
		zw_diag_note(diags, diag, "so do %.*s and %zu more",
			     ZW_STR_ARG(others), n - 3);
	else if (n)
		zw_diag_note(diags, diag, "so %s %.*s", n > 1 ? "do" : "does",
			     ZW_STR_ARG(others));
	zw_diag_note(
		diags, diag,
		"a new base chain accepts until its policy is set, and its rules are in force before that");
	zw_diag_help(diags, diag, "end the chain with the rule 'drop'");
}
