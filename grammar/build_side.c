/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two sides of a flow: zones, narrowed to addresses or hosts, less what
 * stands behind `except`. */
#include "grammar/build.h"

struct zw_ast_side *zw_build_side(struct zw_ast_side *terms,
				  const struct zw_ast_side *except,
				  struct zw_span span)
{
	terms->span = span;
	if (except) { /* the same elements, the vector types have no name */
		terms->except.v = except->terms.v;
		terms->except.n = except->terms.n;
		terms->except.cap = except->terms.cap;
	}
	return terms;
}

struct zw_ast_side *zw_build_terms(struct zw_parse *parse,
				   struct zw_ast_side *list,
				   const struct zw_ast_term *term)
{
	if (!list)
		list = ZW_NEW(parse->arena, struct zw_ast_side);
	zw_build_push(parse, list->terms, *term, term->span);
	return list;
}

struct zw_ast_term *zw_build_who(struct zw_parse *parse, enum zw_ast_who who,
				 const struct zw_ast_name *name)
{
	struct zw_ast_term *term = ZW_NEW(parse->arena, struct zw_ast_term);

	term->who = who;
	term->name = *name;
	return term;
}

struct zw_ast_term *zw_build_term(struct zw_ast_term *who, struct zw_span span)
{
	who->span = span;
	return who;
}

struct zw_ast_term *zw_build_narrowed(struct zw_parse *parse,
				      struct zw_ast_term *who,
				      const zw_ast_addrs *addrs,
				      struct zw_span span)
{
	zw_build_refuse_files(parse, addrs);
	who->narrowed = true;
	who->addrs = *addrs;
	return zw_build_term(who, span);
}

struct zw_ast_term *zw_build_host(struct zw_parse *parse,
				  struct zw_ast_term *list,
				  const struct zw_ast_name *name)
{
	if (!list)
		list = ZW_NEW(parse->arena, struct zw_ast_term);
	zw_build_push(parse, list->hosts, *name, name->span);
	return list;
}

struct zw_ast_term *zw_build_hosts(struct zw_ast_term *who,
				   const struct zw_ast_term *hosts,
				   struct zw_span span)
{
	who->hosts.v = hosts->hosts.v;
	who->hosts.n = hosts->hosts.n;
	who->hosts.cap = hosts->hosts.cap;
	return zw_build_term(who, span);
}
