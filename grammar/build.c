/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements and zones, from the pieces that the grammar has read. Checked
 * here is only what the grammar cannot say: that some statements need services,
 * that numbers fit. Names are not looked up and
 * values not judged; that is the resolver's. */
#include "grammar/build.h"

#include "grammar/parse.tab.h"

struct zw_span zw_build_span(struct zw_span first, struct zw_span last)
{
	first.len = last.off + last.len - first.off;
	return first;
}

struct zw_span zw_build_span_behind(struct zw_span span)
{
	span.off += span.len;
	span.len = 0;
	return span;
}

void zw_build_statement(struct zw_parse *parse, struct zw_ast_stmt *stmt,
			struct zw_span span)
{
	bool failed = parse->failed;

	parse->failed = parse->silent = false;
	if (failed)
		return;
	stmt->span = span;
	zw_push(parse->arena, parse->reading->ast->stmts, stmt);
	if (stmt->kind == ZW_AST_INCLUDE)
		zw_parse_include(parse, &stmt->name);
}

void zw_build_failed(struct zw_parse *parse)
{
	parse->failed = parse->silent = false;
}

void zw_build_exhausted(struct zw_parse *parse, struct zw_span span,
			const char *message)
{
	zw_mistake(parse, ZW_Z0001, span, "cannot be read: %s", message);
}

static struct zw_ast_stmt *
new_stmt(struct zw_parse *parse, enum zw_ast_kind kind, struct zw_span keyword)
{
	struct zw_ast_stmt *stmt = ZW_NEW(parse->arena, struct zw_ast_stmt);

	stmt->kind = kind;
	stmt->keyword = keyword;
	return stmt;
}

struct zw_ast_stmt *zw_build_named(struct zw_parse *parse,
				   enum zw_ast_kind kind,
				   struct zw_span keyword,
				   const struct zw_ast_name *name)
{
	struct zw_ast_stmt *stmt = new_stmt(parse, kind, keyword);

	stmt->name = *name;
	return stmt;
}

struct zw_ast_stmt *zw_build_define(struct zw_parse *parse,
				    struct zw_span keyword,
				    const struct zw_ast_name *name,
				    const zw_ast_addrs *addrs)
{
	struct zw_ast_stmt *stmt;

	stmt = zw_build_named(parse, ZW_AST_DEFINE, keyword, name);
	stmt->addrs = *addrs;
	return stmt;
}

struct zw_ast_stmt *zw_build_service(struct zw_parse *parse,
				     struct zw_span keyword,
				     const struct zw_ast_name *name,
				     const zw_ast_services *services)
{
	struct zw_ast_stmt *stmt;

	stmt = zw_build_named(parse, ZW_AST_SERVICE, keyword, name);
	stmt->services = *services;
	return stmt;
}

/* -- rules and claims -- */

static const struct verb {
	int token;
	enum zw_ast_kind kind;
	bool needs_services;
} verbs[] = {
	{ TOKEN_ALLOW, ZW_AST_ALLOW, false },
	{ TOKEN_DENY, ZW_AST_DENY, false },
	{ TOKEN_REJECT, ZW_AST_REJECT, false },
	{ TOKEN_NEVER, ZW_AST_NEVER, false },
	{ TOKEN_ONLY, ZW_AST_ONLY, true },
	{ TOKEN_ALWAYS, ZW_AST_ALWAYS, true },
	{ TOKEN_UNSPOOFED, ZW_AST_UNSPOOFED, false },
	{ TOKEN_EXPECT, ZW_AST_EXPECT, true },
};

static const struct verb *find_verb(int token)
{
	size_t i = 0;

	while (verbs[i].token != token)
		i++;
	return &verbs[i];
}

struct zw_ast_stmt *
zw_build_flow(struct zw_parse *parse, int verb, struct zw_span keyword,
	      const struct zw_ast_side *from, const struct zw_ast_side *to,
	      const zw_ast_services *services, const zw_ast_options *options)
{
	const struct verb *how = find_verb(verb);
	struct zw_ast_stmt *stmt = new_stmt(parse, how->kind, keyword);

	stmt->from = *from;
	if (to)
		stmt->to = *to;
	if (services)
		stmt->services = *services;
	stmt->options = *options;
	if (how->needs_services && !services) {
		struct zw_diag *diag;

		diag = zw_mistake(
			parse, ZW_Z0013, zw_build_span(keyword, to->span),
			"'%s' needs services", zw_quoted(parse, keyword));
		zw_mistake_help(
			parse, diag,
			"write ': SERVICES' behind the zones, such as ': https' or ': any'");
	}
	return stmt;
}

void zw_build_verdict(struct zw_ast_stmt *stmt, int verdict)
{
	stmt->expectation = verdict == TOKEN_ACCEPT ? ZW_EXPECT_ACCEPT
			    : verdict == TOKEN_DROP ? ZW_EXPECT_DROP
						    : ZW_EXPECT_REJECT;
}

/* -- translation -- */

static struct zw_ast_stmt *translation(struct zw_parse *parse,
				       enum zw_ast_kind kind,
				       struct zw_span keyword,
				       const struct zw_ast_side *from,
				       const struct zw_ast_side *to)
{
	struct zw_ast_stmt *stmt = new_stmt(parse, kind, keyword);

	stmt->from = *from;
	stmt->to = *to;
	return stmt;
}

struct zw_ast_stmt *zw_build_masquerade(struct zw_parse *parse,
					struct zw_span keyword,
					const struct zw_ast_side *from,
					const struct zw_ast_side *to,
					int families)
{
	struct zw_ast_stmt *stmt;

	stmt = translation(parse, ZW_AST_MASQUERADE, keyword, from, to);
	stmt->nat_families = families == TOKEN_IPV6  ? ZW_NAT_IPV6
			     : families == TOKEN_ALL ? ZW_NAT_ALL
						     : ZW_NAT_IPV4;
	return stmt;
}

struct zw_ast_stmt *zw_build_snat(struct zw_parse *parse,
				  struct zw_span keyword,
				  const struct zw_ast_side *from,
				  const struct zw_ast_side *to,
				  const zw_ast_addrs *as)
{
	struct zw_ast_stmt *stmt;

	stmt = translation(parse, ZW_AST_SNAT, keyword, from, to);
	stmt->addrs = *as;
	return stmt;
}

struct zw_ast_stmt *zw_build_clamp_mss(struct zw_parse *parse,
				       struct zw_span keyword,
				       const struct zw_ast_side *from,
				       const struct zw_ast_side *to,
				       struct zw_build_number size)
{
	struct zw_ast_stmt *stmt;

	stmt = translation(parse, ZW_AST_CLAMP_MSS, keyword, from, to);
	stmt->has_size = size.has;
	stmt->size = (u32)size.value;
	return stmt;
}

struct zw_ast_stmt *
zw_build_publish(struct zw_parse *parse, struct zw_span keyword,
		 const struct zw_ast_term *host, const zw_ast_services *inner,
		 const struct zw_ast_side *zones, const zw_ast_options *options)
{
	struct zw_ast_stmt *stmt = new_stmt(parse, ZW_AST_PUBLISH, keyword);

	zw_build_push(parse, stmt->to.terms, *host, host->span);
	stmt->to.span = host->span;
	stmt->services = *inner;
	stmt->from = *zones;
	stmt->options = *options;
	return stmt;
}

void zw_build_publish_as(struct zw_ast_stmt *stmt, const zw_ast_addrs *as,
			 const zw_ast_services *outer)
{
	stmt->addrs = *as;
	stmt->outer = *outer;
}

/* The prefix and the group become one log option, before the limit. */
struct zw_ast_stmt *zw_build_log_drops(struct zw_parse *parse,
				       struct zw_span keyword,
				       struct zw_span drops,
				       const struct zw_ast_name *prefix,
				       const zw_ast_options *options)
{
	struct zw_ast_stmt *stmt = new_stmt(parse, ZW_AST_LOG_DROPS, keyword);
	struct zw_ast_option log = {
		.kind = ZW_OPTION_LOG,
		.span = zw_build_span(drops, prefix->span),
		.has_text = true,
		.text = *prefix,
	};
	size_t i;

	for (i = 0; i < options->n; i++) {
		if (options->v[i].kind != ZW_OPTION_LOG)
			continue;
		log.has_group = true;
		log.group = options->v[i].group;
	}
	zw_build_push(parse, stmt->options, log, log.span);
	for (i = 0; i < options->n; i++) {
		if (options->v[i].kind == ZW_OPTION_LIMIT)
			zw_build_push(parse, stmt->options, options->v[i],
				      log.span);
	}
	return stmt;
}

/* -- zones -- */

struct zw_ast_stmt *zw_build_new_zone(struct zw_parse *parse)
{
	return new_stmt(parse, ZW_AST_ZONE, ZW_NO_SPAN);
}

struct zw_ast_stmt *zw_build_add_member(struct zw_parse *parse,
					struct zw_ast_stmt *zone,
					struct zw_ast_member *member,
					struct zw_span span)
{
	member->span = span;
	zw_build_push(parse, zone->members, *member, span);
	return zone;
}

struct zw_ast_stmt *zw_build_zone(struct zw_ast_stmt *zone, int kind,
				  struct zw_span keyword,
				  const struct zw_ast_name *name)
{
	zone->keyword = keyword;
	zone->name = *name;
	zone->zone_kind = kind == TOKEN_EXTERNAL   ? ZW_AST_ZONE_EXTERNAL
			  : kind == TOKEN_DMZ	   ? ZW_AST_ZONE_DMZ
			  : kind == TOKEN_INTERNAL ? ZW_AST_ZONE_INTERNAL
						   : ZW_AST_ZONE_PLAIN;
	return zone;
}

struct zw_ast_member *zw_build_member(struct zw_parse *parse,
				      enum zw_ast_member_kind kind,
				      const struct zw_ast_name *name,
				      const zw_ast_addrs *addrs)
{
	struct zw_ast_member *member;

	member = ZW_NEW(parse->arena, struct zw_ast_member);
	member->kind = kind;
	if (name)
		member->name = *name;
	if (addrs) {
		member->addrs = *addrs;
		zw_build_refuse_files(parse, addrs);
	}
	return member;
}

struct zw_ast_member *zw_build_ipsec(struct zw_parse *parse,
				     struct zw_build_number reqid)
{
	struct zw_ast_member *member;

	member = zw_build_member(parse, ZW_MEMBER_IPSEC, NULL, NULL);
	member->has_reqid = reqid.has;
	member->reqid = (u32)reqid.value;
	return member;
}

struct zw_ast_member *zw_build_interface(struct zw_parse *parse,
					 struct zw_ast_member *list,
					 const struct zw_ast_name *name,
					 struct zw_span span)
{
	if (!list)
		list = zw_build_member(parse, ZW_MEMBER_INTERFACE, NULL, NULL);
	zw_build_push(parse, list->interfaces, *name, span);
	return list;
}

/* -- small pieces -- */

struct zw_build_number zw_build_no_number(void)
{
	return (struct zw_build_number){ 0 };
}

struct zw_build_number zw_build_number(struct zw_parse *parse, u64 value,
				       struct zw_span span)
{
	if (value > UINT32_MAX) {
		zw_mistake(parse, ZW_Z0011, span, "number too large: '%s'",
			   zw_quoted(parse, span));
		value = 0;
	}
	return (struct zw_build_number){ true, value, span };
}

struct zw_build_number zw_build_wide_number(u64 value)
{
	return (struct zw_build_number){ true, value, ZW_NO_SPAN };
}

struct zw_ast_name zw_build_no_word(void)
{
	return (struct zw_ast_name){ .span = ZW_NO_SPAN };
}

struct zw_ast_name zw_build_word_of_span(struct zw_parse *parse,
					 struct zw_span span)
{
	return (struct zw_ast_name){
		.text = { parse->text.p + span.off, span.len },
		.span = span,
	};
}

bool zw_build_has_room(struct zw_parse *parse, size_t n, struct zw_span span)
{
	struct zw_diag *diag;

	if (n < ZW_LIST_LIMIT)
		return true;
	diag = zw_mistake(parse, ZW_Z0006, span,
			  "list of more than %u elements", ZW_LIST_LIMIT);
	zw_mistake_help(
		parse, diag,
		"long lists of addresses stand in a file: define NAME = file \"FILE\"");
	parse->silent = true;
	parse->layout.recovering = true;
	return false;
}
