/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits as expressions of nf_tables, and as names that the verifier gives. */
#include "tests/harness/limits.h"

#include "verifier/predicate.h"

bool zw_limits_choose(void *context, const struct zw_expr *expr,
		      struct zw_choice *choice)
{
	const struct zw_expr *inner =
		expr->kind == ZW_EXPR_DYNSET ? expr->dynset.element : expr;
	struct zw_sample_limit limit = { .per_source = inner != expr };

	if (!inner)
		return false;
	switch (inner->kind) {
	case ZW_EXPR_LIMIT:
		limit.amount = inner->limit.rate;
		limit.seconds = inner->limit.unit;
		limit.burst = inner->limit.burst;
		choice->holds = zw_sample_within(context, &limit) !=
				inner->limit.invert;
		return true;
	case ZW_EXPR_CONNLIMIT:
		limit.per_source = false; /* they always are */
		limit.connections = true;
		limit.amount = inner->connlimit.count;
		choice->holds = zw_sample_within(context, &limit) !=
				inner->connlimit.invert;
		return true;
	default:
		return false;
	}
}

static struct zw_str name_of(struct zw_arena *arena,
			     const struct zw_sample_limit *limit,
			     enum zw_family family)
{
	struct zw_str source = zw_predicate_source(arena, family);

	if (limit->connections)
		return zw_predicate_connections(arena, limit->amount, source);
	return zw_predicate_rate(arena, limit->amount, limit->seconds,
				 limit->burst,
				 limit->per_source ? source : ZW_STR(""));
}

static void set_option(struct zw_drawn *drawn, struct zw_arena *arena,
		       const struct zw_ast_option *option,
		       const struct zw_sample *sample)
{
	static const u64 seconds[] = { 1, 60, 3600, 86400 };
	struct zw_sample_limit limit = { .amount = option->rate.amount };

	if (option->kind == ZW_OPTION_LIMIT) {
		limit.seconds = seconds[option->rate.unit];
		limit.burst = option->rate.has_burst ? option->rate.burst : 5;
		limit.per_source = option->rate.per_source;
	} else if (option->kind == ZW_OPTION_CONNECTIONS) {
		limit.connections = true;
	} else {
		return;
	}
	zw_drawn_set(drawn, name_of(arena, &limit, sample->family),
		     zw_sample_within(sample, &limit));
}

void zw_limits_set(struct zw_drawn *drawn, const struct zw_ast *ast,
		   const struct zw_sample *sample)
{
	struct zw_arena *arena = zw_arena_new();
	size_t i, k;

	for (i = 0; i < ast->stmts.n; i++) {
		for (k = 0; k < ast->stmts.v[i]->options.n; k++)
			set_option(drawn, arena, &ast->stmts.v[i]->options.v[k],
				   sample);
	}
	zw_arena_free(arena);
}
