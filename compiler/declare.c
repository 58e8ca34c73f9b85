/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of a policy: collects what defines, services and zones declare, so
 * that a name may be used above its declaration. Zones, defines, services and
 * the hosts of one zone are four kinds of names: each is looked up only where
 * its kind can stand, so the same word may be one of each. A name declared
 * twice keeps its first meaning. Nothing is resolved here. */
#include "compiler/resolve.h"

/* MAP has NAME already, declared at FIRST. */
static void twice(struct zw_resolver *r, const char *what,
		  struct zw_ast_name name, struct zw_span first)
{
	struct zw_diag *diag = zw_diag(r->diags, ZW_Z1005, name.span,
				       "%s '%.*s' is declared twice", what,
				       ZW_STR_ARG(name.text));

	zw_diag_here(r->diags, diag, "declared again here");
	zw_diag_label(r->diags, diag, first, "first declared here");
}

static void declare_define(struct zw_resolver *r, struct zw_scope *scope,
			   const struct zw_ast_stmt *stmt)
{
	struct zw_define define = { .stmt = stmt, .scope = scope };
	u32 at;

	if (zw_map_get(&scope->defines, stmt->name.text, &at)) {
		twice(r, "define", stmt->name,
		      r->defines.v[at].stmt->name.span);
		return;
	}
	zw_map_put(&scope->defines, stmt->name.text, (u32)r->defines.n);
	zw_push(r->arena, r->defines, define);
}

static void declare_service(struct zw_resolver *r, struct zw_scope *scope,
			    const struct zw_ast_stmt *stmt)
{
	struct zw_service service = { .stmt = stmt, .scope = scope };
	u32 at;

	if (zw_map_get(&scope->services, stmt->name.text, &at)) {
		twice(r, "service", stmt->name,
		      r->services.v[at].stmt->name.span);
		return;
	}
	zw_map_put(&scope->services, stmt->name.text, (u32)r->services.n);
	zw_push(r->arena, r->services, service);
}

static enum zw_zone_kind kind_of(const struct zw_ast_stmt *stmt)
{
	switch (stmt->zone_kind) {
	case ZW_AST_ZONE_EXTERNAL:
		return ZW_ZONE_EXTERNAL;
	case ZW_AST_ZONE_DMZ:
		return ZW_ZONE_DMZ;
	case ZW_AST_ZONE_INTERNAL:
		return ZW_ZONE_INTERNAL;
	default:
		return ZW_ZONE_PLAIN;
	}
}

static bool too_many_zones(struct zw_resolver *r,
			   const struct zw_ast_stmt *stmt)
{
	struct zw_diag *diag;

	if (r->model->zones.n < ZW_ZONE_LIMIT)
		return false;
	if (!r->exhausted) {
		diag = zw_diag(r->diags, ZW_Z2032, stmt->name.span,
			       "more than %d zones", ZW_ZONE_LIMIT);
		zw_diag_here(r->diags, diag, "one too many");
	}
	r->exhausted = true;
	return true;
}

static void declare_zone(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_zone zone = {
		.name = zw_str_copy(r->arena, stmt->name.text),
		.kind = kind_of(stmt),
		.span = stmt->name.span,
	};
	struct zw_zone_extra extra = { .stmt = stmt };
	u32 at;

	if (zw_map_get(&r->zones, zone.name, &at)) {
		twice(r, "zone", stmt->name, r->model->zones.v[at].span);
		return;
	}
	if (zone.name.n > ZW_ZONE_NAME_LIMIT) {
		struct zw_diag *diag =
			zw_diag(r->diags, ZW_Z1007, zone.span,
				"a zone's name has at most %d bytes",
				ZW_ZONE_NAME_LIMIT);

		zw_diag_here(r->diags, diag, "this one has %zu", zone.name.n);
	}
	if (too_many_zones(r, stmt))
		return;
	zw_map_init(&extra.hosts, r->arena);
	extra.takes = ZW_NO_SPAN;
	zw_map_put(&r->zones, zone.name, (u32)r->model->zones.n);
	zw_push(r->arena, r->model->zones, zone);
	zw_push(r->arena, r->extras, extra);
}

static void declare_gateway(struct zw_resolver *r,
			    const struct zw_ast_stmt *stmt)
{
	struct zw_block block = { .stmt = stmt };
	struct zw_diag *diag;
	u32 at;

	if (!stmt->has_block) {
		if (r->plain_gateway)
			twice(r, "gateway", stmt->name,
			      r->plain_gateway->name.span);
		else
			r->plain_gateway = stmt;
		return;
	}
	if (zw_map_get(&r->gateways, stmt->name.text, &at)) {
		twice(r, "gateway", stmt->name,
		      r->blocks.v[at].stmt->name.span);
		return;
	}
	if (r->blocks.n == ZW_GATEWAY_LIMIT) {
		diag = zw_diag(r->diags, ZW_Z2032, stmt->name.span,
			       "more than %d gateways", ZW_GATEWAY_LIMIT);
		zw_diag_here(r->diags, diag, "one too many");
		return;
	}
	zw_map_put(&r->gateways, stmt->name.text, (u32)r->blocks.n);
	zw_push(r->arena, r->blocks, block);
}

static void not_in_claims(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_diag *diag = zw_diag(
		r->diags, ZW_Z1014, stmt->keyword,
		"a claims file holds claims, defines and services only");

	zw_diag_here(r->diags, diag, "this belongs into the policy");
}

void zw_declare(struct zw_resolver *r, struct zw_scope *scope,
		const struct zw_ast *ast)
{
	bool of_claims = scope == &r->claims;
	size_t i;

	for (i = 0; i < ast->stmts.n; i++) {
		const struct zw_ast_stmt *stmt = ast->stmts.v[i];

		switch (stmt->kind) {
		case ZW_AST_DEFINE:
			declare_define(r, scope, stmt);
			continue;
		case ZW_AST_SERVICE:
			declare_service(r, scope, stmt);
			continue;
		case ZW_AST_INCLUDE:
		case ZW_AST_NEVER:
		case ZW_AST_ONLY:
		case ZW_AST_ALWAYS:
		case ZW_AST_UNSPOOFED:
		case ZW_AST_EXPECT:
			continue;
		default:
			break;
		}
		if (of_claims) {
			not_in_claims(r, stmt);
		} else if (stmt->kind == ZW_AST_ZONE) {
			declare_zone(r, stmt);
		} else if (stmt->kind == ZW_AST_GATEWAY) {
			declare_gateway(r, stmt);
		} else if (stmt->kind == ZW_AST_LINK) {
			zw_push(r->arena, r->links, stmt);
		}
	}
	if (r->plain_gateway)
		r->model->gateway =
			zw_str_copy(r->arena, r->plain_gateway->name.text);
}

bool zw_expand(struct zw_resolver *r, struct zw_span span, u64 n)
{
	struct zw_diag *diag;

	r->expanded += n;
	if (r->expanded <= ZW_EXPANSION_LIMIT)
		return true;
	if (!r->exhausted) {
		diag = zw_diag(r->diags, ZW_Z2032, span,
			       "rules come to more than %u pairs of zones",
			       ZW_EXPANSION_LIMIT);
		zw_diag_here(r->diags, diag, "full here");
	}
	r->exhausted = true;
	return false;
}

size_t zw_candidates(const struct zw_resolver *r, size_t n)
{
	return r->diags->errors < ZW_ERROR_LIMIT ? n : 0;
}

struct zw_diag *zw_unknown_name(struct zw_resolver *r, enum zw_code code,
				const char *what, struct zw_ast_name name,
				const struct zw_ast_name *candidates, size_t n)
{
	struct zw_str *words = ZW_NEW_ARRAY(r->arena, struct zw_str, n);
	struct zw_diag *diag;
	struct zw_str near;
	size_t i;

	if (r->incomplete)
		return ZW_NEW(r->arena, struct zw_diag); /* not listed */
	diag = zw_diag(r->diags, code, name.span, "unknown %s '%.*s'", what,
		       ZW_STR_ARG(name.text));
	zw_diag_here(r->diags, diag, "no %s of this name", what);
	for (i = 0; i < n; i++)
		words[i] = candidates[i].text;
	near = zw_suggest(name.text, words, n);
	if (!near.n)
		return diag;
	for (i = 0; i < n; i++) {
		if (zw_str_eq(words[i], near) &&
		    candidates[i].span.file != ZW_NO_FILE) {
			zw_diag_label(r->diags, diag, candidates[i].span,
				      "similar name declared here");
			break;
		}
	}
	zw_diag_help(r->diags, diag, "did you mean '%.*s'?", ZW_STR_ARG(near));
	return diag;
}
