/* SPDX-License-Identifier: GPL-2.0-or-later */
/* masquerade, snat, publish, clamp-mss and `log drops`: names and values are
 * checked as far as they can be without laying anything out; they are
 * refused as not compiled yet, so that none is left out silently. */
#include "compiler/resolve.h"

/* tcp(7): smaller segments than this no host needs to take. */
#define MSS_MIN 88

static struct zw_diag *cannot(struct zw_resolver *r, struct zw_span span,
			      const char *what)
{
	return zw_diag(r->diags, ZW_Z2030, span, "%s", what);
}

static void refuse_self(struct zw_resolver *r, const struct zw_ast_side *side,
			const struct zw_side *resolved)
{
	struct zw_diag *diag;
	size_t i;

	for (i = 0; i < resolved->zones.n; i++) {
		if (resolved->zones.v[i].zone != ZW_SELF)
			continue;
		diag = zw_diag(r->diags, ZW_Z2031, side->span,
			       "'self' cannot stand here");
		zw_diag_here(r->diags, diag, "a zone belongs here");
		return;
	}
}

static void both_sides(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	zw_resolve_side(r, &r->policy, &stmt->from, ZW_USE_RULE);
	refuse_self(r, &stmt->to,
		    zw_resolve_side(r, &r->policy, &stmt->to, ZW_USE_RULE));
}

/* The address behind `as`: one, or for snat one range. */
static bool as_address(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		       enum zw_family *family, struct zw_interval *range)
{
	struct zw_addrs_result result =
		zw_resolve_addrs(r, &r->policy, &stmt->addrs);
	size_t n = result.set.of[ZW_IPV4].n + result.set.of[ZW_IPV6].n;
	struct zw_diag *diag;

	if (result.poisoned)
		return false;
	*family = result.set.of[ZW_IPV4].n ? ZW_IPV4 : ZW_IPV6;
	if (n == 1) {
		*range = result.set.of[*family].v[0];
		return true;
	}
	diag = cannot(r, stmt->addrs.v[0].span,
		      "translation to more than one range of addresses");
	zw_diag_here(r->diags, diag, "one address belongs here");
	return false;
}

static void snat(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_interval range;
	enum zw_family family;

	both_sides(r, stmt);
	as_address(r, stmt, &family, &range);
}

static void clamp_mss(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_diag *diag;

	both_sides(r, stmt);
	if (stmt->has_size &&
	    (stmt->size < MSS_MIN || stmt->size > UINT16_MAX)) {
		diag = zw_diag(r->diags, ZW_Z2005, stmt->span,
			       "segment size %u is not within %d and %u",
			       stmt->size, MSS_MIN, UINT16_MAX);
		zw_diag_here(r->diags, diag, "no host can keep to it");
	}
}

/* How many ports of PROTO there are in ITEMS. */
static u32 ports_of(const zw_service_items *items, u8 proto)
{
	u32 n = 0;
	size_t i;

	for (i = 0; i < items->n; i++) {
		if (items->v[i].proto == proto)
			n += (u32)items->v[i].hi - items->v[i].lo + 1;
	}
	return n;
}

static void check_ports(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			const zw_service_items *inner,
			const zw_service_items *outer)
{
	struct zw_diag *diag;
	unsigned proto;

	for (proto = 0; proto <= UINT8_MAX; proto++) {
		u32 in = ports_of(inner, (u8)proto);
		u32 out = ports_of(outer, (u8)proto);

		if (in == out && (!in || zw_protocol_has_ports((u8)proto)))
			continue;
		if (in != out) {
			diag = cannot(r, stmt->outer.v[0].span,
				      "published services do not pair off");
			zw_diag_here(r->diags, diag,
				     "%u ports outside for %u inside", out, in);
		} else {
			diag = cannot(r, stmt->outer.v[0].span,
				      "published service without ports");
			zw_diag_here(r->diags, diag,
				     "has no port to listen on");
		}
		return;
	}
}

/* The one address that HOST has of FAMILY. */
static void check_host(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		       const struct zw_side *host, enum zw_family family)
{
	struct zw_intervals addrs = { NULL, 0 };
	struct zw_diag *diag;

	if (host->poisoned)
		return;
	if (stmt->to.terms.v[0].hosts.n != 1) {
		diag = cannot(r, stmt->to.span, "what is published is no host");
		zw_diag_here(r->diags, diag, "one ZONE.HOST belongs here");
		return;
	}
	if (host->zones.n)
		addrs = host->zones.v[0].addrs.of[family];
	if (addrs.n == 1 && addrs.v[0].lo == addrs.v[0].hi)
		return;
	diag = cannot(r, stmt->to.span,
		      "host has not exactly one address to publish");
	zw_diag_here(r->diags, diag, "it needs one %s address",
		     family == ZW_IPV4 ? "IPv4" : "IPv6");
}

static void publish(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_rule_options options = { 0 };
	zw_service_items inner = { 0 }, outer = { 0 };
	const struct zw_side *host;
	struct zw_interval range;
	enum zw_family family;
	struct zw_diag *diag;

	host = zw_resolve_side(r, &r->policy, &stmt->to, ZW_USE_RULE);
	zw_resolve_side(r, &r->policy, &stmt->from, ZW_USE_RULE);
	if (zw_resolve_services(r, &r->policy, &stmt->services, stmt->span,
				ZW_SERVICES_OF_RULE, &inner) &&
	    zw_resolve_services(r, &r->policy, &stmt->outer, stmt->span,
				ZW_SERVICES_OF_RULE, &outer))
		check_ports(r, stmt, &inner, &outer);
	if (stmt->addrs.n && stmt->addrs.v[0].kind != ZW_ADDR_INTERFACE &&
	    as_address(r, stmt, &family, &range)) {
		check_host(r, stmt, host, family);
		if (range.lo != range.hi) {
			diag = cannot(r, stmt->addrs.v[0].span,
				      "publication at more than one address");
			zw_diag_here(r->diags, diag,
				     "one address belongs here");
		}
	}
	zw_resolve_options(r, &stmt->options, &options);
}

static void log_drops(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_model *model = r->model;
	struct zw_diag *diag;

	if (model->logs_drops) {
		diag = zw_diag(r->diags, ZW_Z1012, stmt->span,
			       "a policy says this once");
		zw_diag_here(r->diags, diag, "said again here");
		zw_diag_label(r->diags, diag, model->drop_log_span,
			      "first said here");
		return;
	}
	zw_resolve_options(r, &stmt->options, &model->drop_log);
	model->logs_drops = true;
	model->drop_log_span = stmt->span;
	model->drop_log_place = zw_place_text(r, stmt->span);
}

static void translate(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	switch (stmt->kind) {
	case ZW_AST_MASQUERADE:
		both_sides(r, stmt);
		break;
	case ZW_AST_SNAT:
		snat(r, stmt);
		break;
	case ZW_AST_CLAMP_MSS:
		clamp_mss(r, stmt);
		break;
	case ZW_AST_PUBLISH:
		publish(r, stmt);
		break;
	case ZW_AST_LOG_DROPS:
		log_drops(r, stmt);
		break;
	default:
		break;
	}
}

void zw_resolve_translation(struct zw_resolver *r,
			    const struct zw_ast_stmt *stmt)
{
	const char *words[ZW_AST_KIND_COUNT] = {
		[ZW_AST_MASQUERADE] = "masquerade",
		[ZW_AST_SNAT] = "snat",
		[ZW_AST_CLAMP_MSS] = "clamp-mss",
		[ZW_AST_PUBLISH] = "publish",
	};

	if (stmt->kind == ZW_AST_LOG_DROPS) {
		translate(r, stmt);
		return;
	}
	zw_not_yet(r, stmt->keyword, words[stmt->kind]);
	r->refused = true;
	translate(r, stmt);
	r->refused = false;
}
