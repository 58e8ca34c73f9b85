/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Syntax tree to model, in the order that what is needed exists before it is
 * asked for: names are collected, zones and their members fixed, then rules,
 * translations and claims in the order of the text. Definitions are resolved
 * all, in the order of the text or where another one needs them first, so the
 * mistakes of those that nothing uses are heard of as well. The model exists
 * only if no error was said by then, of whatever stage. */
#include <time.h>

#include "compiler/resolve.h"

static s64 clock_day(void)
{
	return (s64)(time(NULL) / 86400);
}

static bool is_rule(const struct zw_ast_stmt *stmt)
{
	return stmt->kind == ZW_AST_ALLOW || stmt->kind == ZW_AST_DENY ||
	       stmt->kind == ZW_AST_REJECT || stmt->kind == ZW_AST_PUBLISH;
}

/* As short as a comment must be, from the left. */
static struct zw_str file_name(struct zw_resolver *r, u32 file)
{
	struct zw_str name = zw_sources_get(r->sources, file)->name;

	if (name.n > ZW_COMMENT_LIMIT)
		return zw_strf(r->arena, "...%.*s", ZW_COMMENT_LIMIT - 3,
			       name.p + name.n - (ZW_COMMENT_LIMIT - 3));
	return zw_str_copy(r->arena, name);
}

static void start(struct zw_resolver *r, const struct zw_ast *ast)
{
	size_t i;

	zw_map_init(&r->zones, r->arena);
	zw_map_init(&r->gateways, r->arena);
	zw_map_init(&r->policy.defines, r->arena);
	zw_map_init(&r->policy.services, r->arena);
	zw_map_init(&r->claims.defines, r->arena);
	zw_map_init(&r->claims.services, r->arena);
	zw_map_init(&r->pairs_cache, r->arena);
	r->claims.outer = &r->policy;
	for (i = 0; i < ZW_SIDE_USE_COUNT; i++) {
		zw_map_init(&r->side_cache[0][i], r->arena);
		zw_map_init(&r->side_cache[1][i], r->arena);
	}
	r->everything = zw_ipset_all(r->arena);
	for (i = 0; i < ast->stmts.n && !r->zones_alone; i++)
		r->model->has_policy |= is_rule(ast->stmts.v[i]);
	if (ast->stmts.n && ast->stmts.v[0]->span.file != ZW_NO_FILE)
		r->model->place = file_name(r, ast->stmts.v[0]->span.file);
	else if (zw_sources_count(r->sources))
		r->model->place = file_name(r, 0);
}

static bool is_of_policy(const struct zw_ast_stmt *stmt)
{
	switch (stmt->kind) {
	case ZW_AST_MASQUERADE:
	case ZW_AST_SNAT:
	case ZW_AST_CLAMP_MSS:
	case ZW_AST_LOG_DROPS:
		return true;
	default:
		return is_rule(stmt);
	}
}

/* Where zones and claims alone count, say what does not. */
static void pass_over(struct zw_resolver *r, const struct zw_ast *ast)
{
	struct zw_span first = ZW_NO_SPAN;
	struct zw_diag *diag;
	size_t i, n = 0;

	for (i = 0; i < ast->stmts.n; i++) {
		if (!is_of_policy(ast->stmts.v[i]))
			continue;
		if (!n++)
			first = ast->stmts.v[i]->span;
	}
	if (!n)
		return;
	diag = zw_diag(r->diags, ZW_Z3021, first,
		       n == 1 ? "a rule is passed over"
			      : "%zu rules are passed over",
		       n);
	zw_diag_here(r->diags, diag, n == 1 ? "this one" : "from here on");
	zw_diag_help(r->diags, diag,
		     "'--exact' holds the ruleset to them as well");
}

static void resolve_statement(struct zw_resolver *r,
			      const struct zw_scope *scope,
			      const struct zw_ast_stmt *stmt)
{
	if (r->zones_alone && is_of_policy(stmt))
		return;
	switch (stmt->kind) {
	case ZW_AST_ALLOW:
	case ZW_AST_DENY:
	case ZW_AST_REJECT:
		if (scope == &r->policy)
			zw_resolve_rule(r, stmt);
		break;
	case ZW_AST_NEVER:
	case ZW_AST_ONLY:
	case ZW_AST_ALWAYS:
	case ZW_AST_UNSPOOFED:
	case ZW_AST_EXPECT:
		zw_resolve_claim(r, scope, stmt);
		break;
	case ZW_AST_MASQUERADE:
	case ZW_AST_SNAT:
	case ZW_AST_CLAMP_MSS:
	case ZW_AST_PUBLISH:
	case ZW_AST_LOG_DROPS:
		if (scope == &r->policy)
			zw_resolve_translation(r, stmt);
		break;
	default: /* declarations: done, or refused in a claims file */
		break;
	}
}

static void resolve_tree(struct zw_resolver *r, const struct zw_scope *scope,
			 const struct zw_ast *ast)
{
	size_t i, rules = 0;

	for (i = 0; i < ast->stmts.n; i++)
		rules += is_rule(ast->stmts.v[i]);
	if (scope == &r->policy && !r->zones_alone)
		zw_reserve(r->arena, r->model->rules, rules);
	for (i = 0; i < ast->stmts.n; i++)
		resolve_statement(r, scope, ast->stmts.v[i]);
}

/* The defines that rules can name. */
static void keep_sets(struct zw_resolver *r)
{
	size_t i;

	for (i = 0; i < r->defines.n; i++) {
		const struct zw_define *define = &r->defines.v[i];
		struct zw_named_set set = { define->stmt->name.text,
					    define->stmt->name.span,
					    define->set };

		if (define->scope == &r->policy && !define->poisoned)
			zw_push(r->arena, r->model->sets, set);
	}
}

struct zw_model *zw_resolve(struct zw_arena *arena, struct zw_sources *sources,
			    struct zw_diags *diags, const struct zw_ast *ast,
			    const struct zw_resolve_options *options)
{
	struct zw_resolver *r = ZW_NEW(arena, struct zw_resolver);

	r->arena = arena;
	r->sources = sources;
	r->diags = diags;
	r->model = ZW_NEW(arena, struct zw_model);
	r->today = options && options->today ? options->today : clock_day();
	r->own = options ? options->own : NULL;
	r->incomplete = diags->errors > 0;
	r->zones_alone = options && options->zones_alone;
	start(r, ast);
	zw_declare(r, &r->policy, ast);
	if (options && options->claims)
		zw_declare(r, &r->claims, options->claims);
	zw_resolve_blocks(r);
	r->slots = zw_new_slots(r);
	zw_resolve_all_defines(r);
	zw_resolve_all_services(r);
	zw_resolve_zones(r);
	keep_sets(r);
	zw_built_in_claims(r);
	resolve_tree(r, &r->policy, ast);
	if (r->zones_alone)
		pass_over(r, ast);
	if (options && options->claims)
		resolve_tree(r, &r->claims, options->claims);
	r->model->rule_count = r->rule_count;
	if (r->model->gateways.n && !diags->errors)
		zw_resolve_gateways(r);
	return diags->errors ? NULL : r->model;
}
