/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that nothing uses: defines, services and hosts. The tree is enough: a
 * name is used where it stands in addresses, in services or behind a zone's
 * dot. Zones count as used: they are there for what may not reach them. */
#include "compiler/lint.h"

#include "base/map.h"

struct walker {
	struct zw_arena *arena;
	struct zw_map used;
};

static void use(struct walker *w, char kind, struct zw_str zone,
		struct zw_str name)
{
	zw_map_put(&w->used,
		   zw_strf(w->arena, "%c%.*s.%.*s", kind, ZW_STR_ARG(zone),
			   ZW_STR_ARG(name)),
		   1);
}

static bool is_used(struct walker *w, char kind, struct zw_str zone,
		    struct zw_str name)
{
	u32 value;

	return zw_map_get(&w->used,
			  zw_strf(w->arena, "%c%.*s.%.*s", kind,
				  ZW_STR_ARG(zone), ZW_STR_ARG(name)),
			  &value);
}

/* A name among addresses is a define's, or in an expect a host's of ZONE. */
static void see_addrs(struct walker *w, struct zw_str zone,
		      const zw_ast_addrs *addrs)
{
	size_t i;

	for (i = 0; i < addrs->n; i++) {
		if (addrs->v[i].kind != ZW_ADDR_NAME)
			continue;
		use(w, 'd', ZW_STR(""), addrs->v[i].name.text);
		use(w, 'h', zone, addrs->v[i].name.text);
	}
}

static void see_services(struct walker *w, const zw_ast_services *services)
{
	size_t i;

	for (i = 0; i < services->n; i++) {
		if (services->v[i].kind == ZW_SERVICE_NAME)
			use(w, 's', ZW_STR(""), services->v[i].proto.text);
	}
}

static void see_term(struct walker *w, const struct zw_ast_term *term)
{
	size_t i;

	see_addrs(w, term->name.text, &term->addrs);
	for (i = 0; i < term->hosts.n; i++)
		use(w, 'h', term->name.text, term->hosts.v[i].text);
}

static void see_side(struct walker *w, const struct zw_ast_side *side)
{
	size_t i;

	for (i = 0; i < side->terms.n; i++)
		see_term(w, &side->terms.v[i]);
	for (i = 0; i < side->except.n; i++)
		see_term(w, &side->except.v[i]);
}

static void see_statement(struct walker *w, const struct zw_ast_stmt *stmt)
{
	size_t i;

	see_addrs(w, ZW_STR(""), &stmt->addrs);
	see_services(w, &stmt->services);
	see_services(w, &stmt->outer);
	see_side(w, &stmt->from);
	see_side(w, &stmt->to);
	for (i = 0; i < stmt->members.n; i++)
		see_addrs(w, stmt->name.text, &stmt->members.v[i].addrs);
}

static void say(struct zw_diags *diags, const char *what,
		struct zw_ast_name name)
{
	struct zw_diag *diag =
		zw_diag(diags, ZW_Z3032, name.span, "%s '%.*s' is not used",
			what, ZW_STR_ARG(name.text));

	zw_diag_here(diags, diag, "nothing names it");
}

static void check_statement(struct walker *w, struct zw_diags *diags,
			    const struct zw_ast_stmt *stmt)
{
	size_t i;

	if (stmt->kind == ZW_AST_DEFINE &&
	    !is_used(w, 'd', ZW_STR(""), stmt->name.text))
		say(diags, "define", stmt->name);
	if (stmt->kind == ZW_AST_SERVICE &&
	    !is_used(w, 's', ZW_STR(""), stmt->name.text))
		say(diags, "service", stmt->name);
	for (i = 0; i < stmt->members.n; i++) {
		const struct zw_ast_member *member = &stmt->members.v[i];

		if (member->kind == ZW_MEMBER_HOST &&
		    !is_used(w, 'h', stmt->name.text, member->name.text))
			say(diags, "host", member->name);
	}
}

void zw_lint_names(struct zw_diags *diags, const struct zw_ast *ast)
{
	struct walker w = { .arena = zw_arena_new() };
	size_t i;

	zw_map_init(&w.used, w.arena);
	for (i = 0; i < ast->stmts.n; i++)
		see_statement(&w, ast->stmts.v[i]);
	for (i = 0; i < ast->stmts.n; i++)
		check_statement(&w, diags, ast->stmts.v[i]);
	zw_arena_free(w.arena);
}

void zw_lint_logs(struct zw_diags *diags, const struct zw_model *model)
{
	struct zw_diag *diag;
	size_t i;

	for (i = 0; i < model->rules.n; i++) {
		const struct zw_rule *rule = &model->rules.v[i];

		if (!rule->options.log || rule->options.has_limit ||
		    rule->options.connections)
			continue;
		diag = zw_diag(diags, ZW_Z3033, rule->span,
			       "this rule logs without a limit");
		zw_diag_help(
			diags, diag,
			rule->action == ZW_ALLOW
				? "every new flow is a line in the log: 'limit RATE' restrains the rule, so mind what it refuses"
				: "whoever sends fast fills the log: write 'limit RATE' behind it, which restrains the log alone");
	}
	if (!model->logs_drops || model->drop_log.has_limit)
		return;
	diag = zw_diag(diags, ZW_Z3033, model->drop_log_span,
		       "drops are logged without a limit");
	zw_diag_help(
		diags, diag,
		"whoever sends fast fills the log: write 'limit 10/second' behind it");
}
