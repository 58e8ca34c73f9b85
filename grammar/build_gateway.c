/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gateways with their interfaces and the links between them, from the pieces
 * that the grammar has read. Which zones and gateways there are is the
 * resolver's to know. */
#include "grammar/build.h"

static struct zw_ast_stmt *new_stmt(struct zw_parse *parse,
				    enum zw_ast_kind kind)
{
	struct zw_ast_stmt *stmt = ZW_NEW(parse->arena, struct zw_ast_stmt);

	stmt->kind = kind;
	stmt->keyword = ZW_NO_SPAN;
	return stmt;
}

struct zw_ast_stmt *zw_build_new_gateway(struct zw_parse *parse)
{
	struct zw_ast_stmt *gateway = new_stmt(parse, ZW_AST_GATEWAY);

	gateway->has_block = true;
	return gateway;
}

struct zw_ast_stmt *zw_build_gateway(struct zw_ast_stmt *gateway,
				     struct zw_span keyword,
				     const struct zw_ast_name *name)
{
	gateway->keyword = keyword;
	gateway->name = *name;
	return gateway;
}

struct zw_ast_member *zw_build_binding(struct zw_ast_member *interfaces,
				       const struct zw_ast_name *zone)
{
	interfaces->kind = ZW_MEMBER_BINDING;
	interfaces->name = *zone;
	return interfaces;
}

struct zw_ast_member *zw_build_binding_ipsec(struct zw_ast_member *binding,
					     struct zw_build_number reqid)
{
	binding->ipsec = ZW_AST_IPSEC;
	binding->has_reqid = reqid.has;
	binding->reqid = (u32)reqid.value;
	return binding;
}

struct zw_ast_member *zw_build_binding_not_ipsec(struct zw_ast_member *binding)
{
	binding->ipsec = ZW_AST_IPSEC_NOT;
	return binding;
}

struct zw_ast_stmt *zw_build_linked(struct zw_parse *parse,
				    struct zw_ast_stmt *link,
				    const struct zw_ast_name *gateway)
{
	if (!link)
		link = new_stmt(parse, ZW_AST_LINK);
	zw_build_push(parse, link->gateways, *gateway, gateway->span);
	return link;
}

struct zw_ast_stmt *zw_build_link(struct zw_ast_stmt *link,
				  struct zw_span keyword,
				  const struct zw_ast_name *zone)
{
	link->keyword = keyword;
	link->name = *zone;
	return link;
}
