/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gateways' blocks and the links between them, resolved as far as the names of
 * zones and gateways go. One block alone is a policy of one gateway, whose
 * zones have their interfaces from there; two or more make a policy of several,
 * whose zones have none until it is asked what one gateway sees. */
#include "compiler/resolve.h"

static void once(struct zw_resolver *r, struct zw_span span,
		 struct zw_span first, const char *what)
{
	struct zw_diag *diag = zw_diag(r->diags, ZW_Z1012, span, "%s", what);

	zw_diag_here(r->diags, diag, "said again here");
	zw_diag_label(r->diags, diag, first, "first said here");
}

/* ---- names ---- */

static bool find_zone(struct zw_resolver *r, const struct zw_ast_name *name,
		      u32 *zone)
{
	size_t i, n = zw_candidates(r, r->model->zones.n);
	struct zw_ast_name *names;

	if (zw_map_get(&r->zones, name->text, zone))
		return true;
	names = ZW_NEW_ARRAY(r->arena, struct zw_ast_name, n);
	for (i = 0; i < n; i++)
		names[i] = r->extras.v[i].stmt->name;
	zw_unknown_name(r, ZW_Z1003, "zone", *name, names, n);
	return false;
}

static bool find_gateway(struct zw_resolver *r, const struct zw_ast_name *name,
			 u32 *gateway)
{
	size_t i, n = zw_candidates(r, r->blocks.n);
	struct zw_ast_name *names;
	struct zw_diag *diag;

	if (zw_map_get(&r->gateways, name->text, gateway))
		return true;
	names = ZW_NEW_ARRAY(r->arena, struct zw_ast_name, n);
	for (i = 0; i < n; i++)
		names[i] = r->blocks.v[i].stmt->name;
	diag = zw_unknown_name(r, ZW_Z1017, "gateway", *name, names, n);
	if (r->plain_gateway &&
	    zw_str_eq(r->plain_gateway->name.text, name->text)) {
		zw_diag_label(r->diags, diag, r->plain_gateway->name.span,
			      "this one has no block");
		zw_diag_help(r->diags, diag,
			     "write 'gateway %.*s { interface ZONE = NAMES }'",
			     ZW_STR_ARG(name->text));
	}
	return false;
}

/* ---- blocks ---- */

static const struct zw_binding *bound(const struct zw_block *block, u32 zone)
{
	size_t i;

	for (i = 0; i < block->bindings.n; i++)
		if (block->bindings.v[i].zone == zone)
			return &block->bindings.v[i];
	return NULL;
}

static void read_binding(struct zw_resolver *r, struct zw_block *block,
			 const struct zw_ast_member *member)
{
	struct zw_binding binding = { .span = member->name.span };
	const struct zw_binding *first;
	size_t i;

	if (!find_zone(r, &member->name, &binding.zone))
		return;
	first = bound(block, binding.zone);
	if (first) {
		once(r, member->name.span, first->span,
		     "a gateway says this of a zone once");
		return;
	}
	for (i = 0; i < member->interfaces.n; i++)
		zw_add_interface(r, &binding.as, &member->interfaces.v[i]);
	binding.as.ipsec = member->ipsec == ZW_AST_IPSEC ? ZW_IPSEC_ONLY
			   : member->ipsec == ZW_AST_IPSEC_NOT
				   ? ZW_IPSEC_NOT
				   : ZW_IPSEC_EITHER;
	binding.as.has_reqid = member->has_reqid;
	binding.as.reqid = member->reqid;
	zw_push(r->arena, block->bindings, binding);
}

static void read_block(struct zw_resolver *r, struct zw_block *block)
{
	struct zw_diag *diag;
	size_t i;

	for (i = 0; i < block->stmt->members.n; i++)
		read_binding(r, block, &block->stmt->members.v[i]);
	if (block->stmt->name.text.n > ZW_ZONE_NAME_LIMIT) {
		diag = zw_diag(r->diags, ZW_Z1007, block->stmt->name.span,
			       "a gateway's name has at most %d bytes",
			       ZW_ZONE_NAME_LIMIT);
		zw_diag_here(r->diags, diag, "this one has %zu",
			     block->stmt->name.text.n);
	}
	if (block->stmt->members.n)
		return;
	diag = zw_diag(r->diags, ZW_Z2043, block->stmt->name.span,
		       "gateway '%.*s' has no interface",
		       ZW_STR_ARG(block->stmt->name.text));
	zw_diag_here(r->diags, diag, "no packet crosses it");
	zw_diag_help(r->diags, diag, "add 'interface ZONE = NAMES' to it");
}

static void refuse_plain(struct zw_resolver *r)
{
	struct zw_diag *diag =
		zw_diag(r->diags, ZW_Z1015, r->plain_gateway->name.span,
			"gateway '%.*s' has no block, others have",
			ZW_STR_ARG(r->plain_gateway->name.text));

	zw_diag_here(r->diags, diag, "by which interfaces does it have zones?");
	zw_diag_label(r->diags, diag, r->blocks.v[0].stmt->name.span,
		      "this one has a block");
	zw_diag_help(
		r->diags, diag,
		"write 'gateway %.*s { interface ZONE = NAMES }', or take it out",
		ZW_STR_ARG(r->plain_gateway->name.text));
}

/* ---- links ---- */

static bool has_zone(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		     const struct zw_ast_name *name, u32 gateway, u32 zone)
{
	const struct zw_block *block = &r->blocks.v[gateway];
	struct zw_diag *diag;

	if (bound(block, zone))
		return true;
	diag = zw_diag(r->diags, ZW_Z2045, name->span,
		       "gateway '%.*s' has no interface in '%.*s'",
		       ZW_STR_ARG(name->text), ZW_STR_ARG(stmt->name.text));
	zw_diag_here(r->diags, diag, "not joined to it");
	zw_diag_label(r->diags, diag, block->stmt->name.span,
		      "its block says nothing of the zone");
	zw_diag_help(r->diags, diag, "add 'interface %.*s = NAMES' there",
		     ZW_STR_ARG(stmt->name.text));
	return false;
}

/* False after a diagnostic. */
static bool read_linked(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
			struct zw_network_link *link)
{
	bool ok = true;
	size_t i, j;
	u32 gateway;

	for (i = 0; i < stmt->gateways.n; i++) {
		const struct zw_ast_name *name = &stmt->gateways.v[i];

		if (!find_gateway(r, name, &gateway)) {
			ok = false;
			continue;
		}
		for (j = 0; j < i; j++) {
			if (!zw_str_eq(stmt->gateways.v[j].text, name->text))
				continue;
			once(r, name->span, stmt->gateways.v[j].span,
			     "a link names a gateway once");
			ok = false;
			break;
		}
		ok = ok && has_zone(r, stmt, name, gateway, link->zone);
		zw_push(r->arena, link->gateways, gateway);
	}
	return ok;
}

/* Anybody can be in an external zone, and write sources of zones beyond. */
static bool is_trusted(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		       u32 zone)
{
	const struct zw_zone *z = &r->model->zones.v[zone];
	struct zw_diag *diag;

	if (z->kind != ZW_ZONE_EXTERNAL)
		return true;
	diag = zw_diag(r->diags, ZW_Z2049, stmt->name.span,
		       "external zone '%.*s' cannot be a link",
		       ZW_STR_ARG(z->name));
	zw_diag_here(r->diags, diag,
		     "anybody there could send as those of zones beyond");
	zw_diag_label(r->diags, diag, z->span, "its kind");
	zw_diag_help(
		r->diags, diag,
		"join the gateways by a zone of their own, such as a tunnel's");
	return false;
}

static void read_link(struct zw_resolver *r, const struct zw_ast_stmt *stmt)
{
	struct zw_network_link link = { .span = stmt->span };
	struct zw_diag *diag;
	size_t i;

	if (!find_zone(r, &stmt->name, &link.zone))
		return;
	for (i = 0; i < r->model->links.n; i++) {
		if (r->model->links.v[i].zone != link.zone)
			continue;
		once(r, stmt->span, r->model->links.v[i].span,
		     "a zone is a link once");
		return;
	}
	if (!read_linked(r, stmt, &link) || !is_trusted(r, stmt, link.zone))
		return;
	if (link.gateways.n > 1) {
		zw_push(r->arena, r->model->links, link);
		return;
	}
	diag = zw_diag(r->diags, ZW_Z2044, stmt->span,
		       "a link joins two gateways or more");
	zw_diag_here(r->diags, diag, "leads nowhere");
	zw_diag_help(r->diags, diag, "name the others, or take the link out");
}

/* ---- all ---- */

static void make_gateways(struct zw_resolver *r)
{
	size_t i;

	for (i = 0; i < r->blocks.n; i++) {
		const struct zw_ast_name *name = &r->blocks.v[i].stmt->name;
		struct zw_model_gateway gateway = {
			.name = zw_str_copy(r->arena, name->text),
			.span = name->span,
		};

		zw_push(r->arena, r->model->gateways, gateway);
	}
}

void zw_resolve_blocks(struct zw_resolver *r)
{
	size_t i;

	for (i = 0; i < r->blocks.n; i++)
		read_block(r, &r->blocks.v[i]);
	if (r->blocks.n && r->plain_gateway)
		refuse_plain(r);
	for (i = 0; i < r->links.n; i++)
		read_link(r, r->links.v[i]);
	if (r->blocks.n > 1)
		make_gateways(r);
	else if (r->blocks.n)
		r->model->gateway =
			zw_str_copy(r->arena, r->blocks.v[0].stmt->name.text);
}

const struct zw_binding *zw_only_binding(const struct zw_resolver *r, u32 zone)
{
	return r->blocks.n == 1 ? bound(&r->blocks.v[0], zone) : NULL;
}

bool zw_one_gateway(struct zw_resolver *r, struct zw_span span)
{
	struct zw_diag *diag;

	if (r->blocks.n < 2)
		return true;
	diag = zw_diag(
		r->diags, ZW_Z2046, span,
		"addresses of an interface in a policy of several gateways");
	zw_diag_here(r->diags, diag, "of which gateway?");
	zw_diag_label(r->diags, diag, r->blocks.v[1].stmt->name.span,
		      "the second gateway");
	zw_diag_help(r->diags, diag, "write the addresses instead");
	return false;
}
