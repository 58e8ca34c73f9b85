/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims: what is to be proved. Sides become terms (a zone, narrowed or not);
 * `any` in never and only reaches interfaces of no zone too. `never A -> B`
 * with no services, or with `any`, means every protocol there is: a claim that
 * said less than it reads would be worse than none. A claim about nothing
 * stays, with a warning, and is proved for what it says.
 *
 * The built-in claims stand first wherever their zones exist. */
#include "compiler/resolve.h"
#include "grammar/grammar.h"

static zw_claim_terms terms_of(struct zw_resolver *r, struct zw_side *side)
{
	zw_claim_terms terms = { 0 };
	size_t i;

	if (side->terms_known)
		return side->terms;

	for (i = 0; i < side->zones.n; i++) {
		struct zw_claim_term term = {
			.zone = side->zones.v[i].zone,
			.narrowed = !side->zones.v[i].whole,
		};

		if (term.narrowed)
			term.addrs = side->zones.v[i].addrs;
		zw_push(r->arena, terms, term);
	}
	side->terms = terms;
	side->terms_known = true;
	return terms;
}

static void add_kind(struct zw_resolver *r, zw_claim_terms *terms,
		     enum zw_zone_kind kind)
{
	u32 i;

	for (i = 0; i < r->model->zones.n; i++) {
		struct zw_claim_term term = { .zone = i };

		if (r->model->zones.v[i].kind == kind)
			zw_push(r->arena, *terms, term);
	}
}

void zw_built_in_claims(struct zw_resolver *r)
{
	struct zw_claim never = {
		.kind = ZW_NEVER,
		.text = ZW_STR("never dmz -> internal"),
		.span = ZW_NO_SPAN,
		.built_in = true,
		.any_service = true,
	};
	struct zw_claim unspoofed = {
		.kind = ZW_UNSPOOFED,
		.text = ZW_STR("unspoofed dmz, internal"),
		.span = ZW_NO_SPAN,
		.built_in = true,
		.any_service = true,
	};

	add_kind(r, &never.from, ZW_ZONE_DMZ);
	add_kind(r, &never.to, ZW_ZONE_INTERNAL);
	if (never.from.n && never.to.n)
		zw_push(r->arena, r->model->claims, never);
	add_kind(r, &unspoofed.from, ZW_ZONE_DMZ);
	add_kind(r, &unspoofed.from, ZW_ZONE_INTERNAL);
	if (unspoofed.from.n)
		zw_push(r->arena, r->model->claims, unspoofed);
}

static enum zw_claim_kind kind_of(const struct zw_ast_stmt *stmt)
{
	switch (stmt->kind) {
	case ZW_AST_ONLY:
		return ZW_ONLY;
	case ZW_AST_ALWAYS:
		return ZW_ALWAYS;
	case ZW_AST_UNSPOOFED:
		return ZW_UNSPOOFED;
	case ZW_AST_EXPECT:
		return ZW_EXPECT;
	default:
		return ZW_NEVER;
	}
}

static enum zw_side_use use_of(enum zw_claim_kind kind)
{
	switch (kind) {
	case ZW_NEVER:
	case ZW_ONLY:
		return ZW_USE_NEVER;
	case ZW_EXPECT:
		return ZW_USE_EXPECT;
	default:
		return ZW_USE_MEMBERS;
	}
}

static enum zw_flow_verdict verdict_of(enum zw_ast_expectation expectation)
{
	switch (expectation) {
	case ZW_EXPECT_ACCEPT:
		return ZW_FLOW_ACCEPT;
	case ZW_EXPECT_REJECT:
		return ZW_FLOW_REJECT;
	default:
		return ZW_FLOW_DROP;
	}
}

static bool says_any(const zw_ast_services *services)
{
	size_t i;

	for (i = 0; i < services->n; i++) {
		if (services->v[i].kind == ZW_SERVICE_ANY)
			return true;
	}
	return !services->n;
}

static void about_nothing(struct zw_resolver *r, struct zw_span span)
{
	struct zw_diag *diag =
		zw_diag(r->diags, ZW_Z3003, span, "claim about nothing");

	zw_diag_here(r->diags, diag, "names no zone that there is");
}

/* unspoofed: whom it says something about. */
static void check_unspoofed(struct zw_resolver *r,
			    const struct zw_ast_stmt *stmt,
			    const struct zw_side *side)
{
	struct zw_diag *diag;
	size_t i;

	for (i = 0; i < side->zones.n; i++) {
		u32 zone = side->zones.v[i].zone;

		if (zone == ZW_SELF) {
			diag = zw_diag(r->diags, ZW_Z2031, stmt->from.span,
				       "'self' forwards nothing of its own");
			zw_diag_here(r->diags, diag, "a zone belongs here");
		} else if (!r->model->zones.v[zone].has_network) {
			diag = zw_diag(
				r->diags, ZW_Z3008, stmt->from.span,
				"'unspoofed' says nothing about '%.*s'",
				ZW_STR_ARG(r->model->zones.v[zone].name));
			zw_diag_here(r->diags, diag, "a zone without networks");
		} else if (r->model->zones.v[zone].spoofing_allowed) {
			diag = zw_diag(
				r->diags, ZW_Z3011, stmt->from.span,
				"'%.*s' may forge what this claim is about",
				ZW_STR_ARG(r->model->zones.v[zone].name));
			zw_diag_here(r->diags, diag,
				     "holds only where no rule lets it");
			zw_diag_label(r->diags, diag,
				      r->model->zones.v[zone].span,
				      "says 'spoofing allow'");
		}
	}
}

/* expect: is there a packet that it asks about? */
static void check_expect(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			 const struct zw_side *from, const struct zw_side *to,
			 u8 families)
{
	struct zw_diag *diag;
	size_t i, j;

	for (i = 0; i < from->zones.n; i++) {
		for (j = 0; j < to->zones.n; j++) {
			if (zw_set_families(from->zones.v[i].addrs) &
			    zw_set_families(to->zones.v[j].addrs) & families)
				return;
		}
	}
	if (from->may_be_empty || to->may_be_empty)
		return;
	diag = zw_diag(r->diags, ZW_Z2029, stmt->span,
		       "no packet is what this expects");
	zw_diag_here(r->diags, diag, "families exclude each other");
}

static void set_services(struct zw_claim *claim, const struct zw_ast_stmt *stmt,
			 zw_service_items items)
{
	claim->services = items;
	claim->any_service = !stmt->services.n;
	if (claim->kind == ZW_NEVER && says_any(&stmt->services))
		claim->any_service = true;
	if (claim->any_service)
		claim->services = (zw_service_items){ 0 };
}

static struct zw_str text_of(struct zw_resolver *r,
			     const struct zw_ast_stmt *stmt)
{
	struct zw_buf buf = { 0 };
	struct zw_str text;

	zw_ast_print_stmt(&buf, stmt);
	text = zw_str_copy(r->arena, (struct zw_str){ buf.data, buf.n });
	zw_buf_free(&buf);
	return text;
}

void zw_resolve_claim(struct zw_resolver *r, const struct zw_scope *scope,
		      const struct zw_ast_stmt *stmt)
{
	struct zw_side nobody = { .terms_known = true };
	struct zw_claim claim = { .kind = kind_of(stmt), .span = stmt->span };
	enum zw_side_use use = use_of(claim.kind);
	struct zw_rule_options options = { 0 };
	struct zw_side *from, *to = &nobody;
	zw_service_items items = { 0 };
	bool ok = true;

	from = zw_resolve_side(r, scope, &stmt->from, use, true);
	if (claim.kind != ZW_UNSPOOFED) {
		to = zw_resolve_side(r, scope, &stmt->to, use, false);
		ok = zw_resolve_services(r, scope, &stmt->services, stmt->span,
					 ZW_SERVICES_OF_CLAIM, &items);
	}
	zw_resolve_options(r, &stmt->options, &options);
	if (!ok || from->poisoned || to->poisoned)
		return;
	if (claim.kind == ZW_UNSPOOFED)
		check_unspoofed(r, stmt, from);
	else if (from->said || to->said)
		; /* that it is about nothing */
	else if (!from->zones.n || !to->zones.n)
		about_nothing(r, stmt->span);
	else if (claim.kind == ZW_EXPECT)
		check_expect(r, stmt, from, to, zw_service_families(&items));
	claim.from = terms_of(r, from);
	claim.to = terms_of(r, to);
	set_services(&claim, stmt, items);
	claim.expected = verdict_of(stmt->expectation);
	claim.remarks = zw_remarks_of(&options);
	claim.text = text_of(r, stmt);
	zw_push(r->arena, r->model->claims, claim);
}
