/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the grammar's actions call: each makes one piece of the tree. Law: a
 * piece is never NULL, also after a mistake in it; the mistake is recorded
 * (zw_mistake) and zw_build_statement() leaves the statement out. A LIST given
 * as NULL starts a new one. Private to grammar/. */
#ifndef ZW_GRAMMAR_BUILD_H
#define ZW_GRAMMAR_BUILD_H

#include "grammar/parse.h"

/* A number that may have been written, checked to fit 32 bits unless it comes
 * from zw_build_wide_number(). */
struct zw_build_number {
	bool has;
	u64 value;
	struct zw_span span;
};

struct zw_span zw_build_span(struct zw_span first, struct zw_span last);
/* The empty place behind SPAN. */
struct zw_span zw_build_span_behind(struct zw_span span);

/* -- the ends of statements -- */
void zw_build_statement(struct zw_parse *parse, struct zw_ast_stmt *stmt,
			struct zw_span span);
void zw_build_failed(struct zw_parse *parse);
/* The parser ran out of room. */
void zw_build_exhausted(struct zw_parse *parse, struct zw_span span,
			const char *message);

/* -- statements: build.c -- */
struct zw_ast_stmt *zw_build_named(struct zw_parse *parse,
				   enum zw_ast_kind kind,
				   struct zw_span keyword,
				   const struct zw_ast_name *name);
struct zw_ast_stmt *zw_build_define(struct zw_parse *parse,
				    struct zw_span keyword,
				    const struct zw_ast_name *name,
				    const zw_ast_addrs *addrs);
struct zw_ast_stmt *zw_build_service(struct zw_parse *parse,
				     struct zw_span keyword,
				     const struct zw_ast_name *name,
				     const zw_ast_services *services);
/* VERB is the token of a rule or claim; TO and SERVICES may be NULL. */
struct zw_ast_stmt *
zw_build_flow(struct zw_parse *parse, int verb, struct zw_span keyword,
	      const struct zw_ast_side *from, const struct zw_ast_side *to,
	      const zw_ast_services *services, const zw_ast_options *options);
void zw_build_verdict(struct zw_ast_stmt *stmt, int verdict);
/* FAMILIES: TOKEN_IPV6, TOKEN_ALL, or 0. */
struct zw_ast_stmt *zw_build_masquerade(struct zw_parse *parse,
					struct zw_span keyword,
					const struct zw_ast_side *from,
					const struct zw_ast_side *to,
					int families);
struct zw_ast_stmt *zw_build_snat(struct zw_parse *parse,
				  struct zw_span keyword,
				  const struct zw_ast_side *from,
				  const struct zw_ast_side *to,
				  const zw_ast_addrs *as);
struct zw_ast_stmt *zw_build_clamp_mss(struct zw_parse *parse,
				       struct zw_span keyword,
				       const struct zw_ast_side *from,
				       const struct zw_ast_side *to,
				       struct zw_build_number size);
struct zw_ast_stmt *zw_build_publish(struct zw_parse *parse,
				     struct zw_span keyword,
				     const struct zw_ast_term *host,
				     const zw_ast_services *inner,
				     const struct zw_ast_side *zones,
				     const zw_ast_options *options);
void zw_build_publish_as(struct zw_ast_stmt *stmt, const zw_ast_addrs *as,
			 const zw_ast_services *outer);
struct zw_ast_stmt *zw_build_log_drops(struct zw_parse *parse,
				       struct zw_span keyword,
				       struct zw_span drops,
				       const struct zw_ast_name *prefix,
				       const zw_ast_options *options);

/* -- zones: build.c -- */
struct zw_ast_stmt *zw_build_new_zone(struct zw_parse *parse);
struct zw_ast_stmt *zw_build_add_member(struct zw_parse *parse,
					struct zw_ast_stmt *zone,
					struct zw_ast_member *member,
					struct zw_span span);
struct zw_ast_stmt *zw_build_zone(struct zw_ast_stmt *zone, int kind,
				  struct zw_span keyword,
				  const struct zw_ast_name *name);
struct zw_ast_member *zw_build_member(struct zw_parse *parse,
				      enum zw_ast_member_kind kind,
				      const struct zw_ast_name *name,
				      const zw_ast_addrs *addrs);
struct zw_ast_member *zw_build_ipsec(struct zw_parse *parse,
				     struct zw_build_number reqid);
struct zw_ast_member *zw_build_interface(struct zw_parse *parse,
					 struct zw_ast_member *list,
					 const struct zw_ast_name *name,
					 struct zw_span span);

/* -- gateways and links: build_gateway.c -- */
struct zw_ast_stmt *zw_build_new_gateway(struct zw_parse *parse);
struct zw_ast_stmt *zw_build_gateway(struct zw_ast_stmt *gateway,
				     struct zw_span keyword,
				     const struct zw_ast_name *name);
/* INTERFACES are those of ZONE at the gateway. */
struct zw_ast_member *zw_build_binding(struct zw_ast_member *interfaces,
				       const struct zw_ast_name *zone);
struct zw_ast_member *zw_build_binding_ipsec(struct zw_ast_member *binding,
					     struct zw_build_number reqid);
struct zw_ast_member *zw_build_binding_not_ipsec(struct zw_ast_member *binding);
/* One more gateway of a link. */
struct zw_ast_stmt *zw_build_linked(struct zw_parse *parse,
				    struct zw_ast_stmt *link,
				    const struct zw_ast_name *gateway);
struct zw_ast_stmt *zw_build_link(struct zw_ast_stmt *link,
				  struct zw_span keyword,
				  const struct zw_ast_name *zone);

/* -- options: build_option.c -- */
zw_ast_options *zw_build_no_options(struct zw_parse *parse);
zw_ast_options *zw_build_add_option(struct zw_parse *parse,
				    zw_ast_options *list,
				    struct zw_ast_option *option,
				    struct zw_span span);
struct zw_ast_option *zw_build_limit(struct zw_parse *parse, u64 amount,
				     int unit, struct zw_build_number burst,
				     bool per_source);
struct zw_ast_option *zw_build_connections(struct zw_parse *parse, u64 amount,
					   struct zw_span span);
struct zw_ast_option *zw_build_log(struct zw_parse *parse,
				   const struct zw_ast_name *prefix,
				   struct zw_build_number group);
struct zw_ast_option *zw_build_group(struct zw_parse *parse,
				     struct zw_build_number group);
struct zw_ast_option *zw_build_text(struct zw_parse *parse,
				    enum zw_ast_option_kind kind,
				    const struct zw_ast_name *text);
struct zw_ast_option *zw_build_until(struct zw_parse *parse,
				     const struct zw_ast_name *date);

/* -- addresses: build_address.c -- */
zw_ast_addrs *zw_build_addr_list(struct zw_parse *parse, zw_ast_addrs *list,
				 const struct zw_ast_addr *addr);
/* NAME may be NULL. */
struct zw_ast_addr *zw_build_addr(struct zw_parse *parse,
				  enum zw_ast_addr_kind kind,
				  const struct zw_ast_name *name,
				  struct zw_span span);
struct zw_ast_addr *zw_build_file(struct zw_parse *parse,
				  const struct zw_ast_name *name,
				  bool allow_empty, struct zw_span span);
struct zw_ast_addr *zw_build_range(struct zw_parse *parse, struct zw_ip lo,
				   struct zw_ip hi, struct zw_span span);
struct zw_ast_addr *zw_build_prefix(struct zw_parse *parse, struct zw_ip ip,
				    u64 len, struct zw_span len_span,
				    struct zw_span span);
/* A list of the one address that a translation uses. */
zw_ast_addrs *zw_build_as(struct zw_parse *parse, enum zw_ast_addr_kind kind,
			  const struct zw_ast_name *name, struct zw_span span);
/* `file` stands in a define and nowhere else: report the others. */
void zw_build_refuse_files(struct zw_parse *parse, const zw_ast_addrs *addrs);

/* -- sides: build_side.c -- */
struct zw_ast_side *zw_build_side(struct zw_ast_side *terms,
				  const struct zw_ast_side *except,
				  struct zw_span span);
struct zw_ast_side *zw_build_terms(struct zw_parse *parse,
				   struct zw_ast_side *list,
				   const struct zw_ast_term *term);
struct zw_ast_term *zw_build_who(struct zw_parse *parse, enum zw_ast_who who,
				 const struct zw_ast_name *name);
struct zw_ast_term *zw_build_term(struct zw_ast_term *who, struct zw_span span);
struct zw_ast_term *zw_build_narrowed(struct zw_parse *parse,
				      struct zw_ast_term *who,
				      const zw_ast_addrs *addrs,
				      struct zw_span span);
struct zw_ast_term *zw_build_host(struct zw_parse *parse,
				  struct zw_ast_term *list,
				  const struct zw_ast_name *name);
struct zw_ast_term *zw_build_hosts(struct zw_ast_term *who,
				   const struct zw_ast_term *hosts,
				   struct zw_span span);

/* -- services: build_service.c -- */
zw_ast_services *zw_build_services(struct zw_parse *parse,
				   zw_ast_services *list,
				   const struct zw_ast_service *service);
struct zw_ast_service *zw_build_service_name(struct zw_parse *parse,
					     enum zw_ast_service_kind kind,
					     const struct zw_ast_name *name);
/* PROTO/NUMBER: ports, an ICMP type, or `proto/47`. */
struct zw_ast_service *zw_build_numbered(struct zw_parse *parse,
					 const struct zw_ast_name *proto,
					 u64 number, struct zw_span number_span,
					 struct zw_span span);
struct zw_ast_service *zw_build_one_range(struct zw_parse *parse,
					  const struct zw_ast_name *proto,
					  struct zw_ast_port_range ports,
					  struct zw_span span);
struct zw_ast_service *zw_build_port_list(struct zw_parse *parse,
					  const struct zw_ast_name *proto,
					  struct zw_ast_service *list,
					  struct zw_span span);
struct zw_ast_service *zw_build_type_code(struct zw_parse *parse,
					  const struct zw_ast_name *proto,
					  struct zw_ast_name type,
					  struct zw_build_number code,
					  struct zw_span span);
struct zw_ast_service *zw_build_add_ports(struct zw_parse *parse,
					  struct zw_ast_service *list,
					  struct zw_ast_port_range ports);
struct zw_ast_port_range zw_build_ports(struct zw_parse *parse, u64 lo, u64 hi,
					struct zw_span span);

/* -- small pieces: build.c -- */
struct zw_build_number zw_build_no_number(void);
struct zw_build_number zw_build_number(struct zw_parse *parse, u64 value,
				       struct zw_span span);
struct zw_build_number zw_build_wide_number(u64 value);
struct zw_ast_name zw_build_no_word(void);
struct zw_ast_name zw_build_word_of_span(struct zw_parse *parse,
					 struct zw_span span);

/* Append ITEM to the vector VEC unless the list is as long as lists may be;
 * longer is a mistake, said once, and the rest of the statement is skipped.
 * Most lists have one element, so the first room is for one. */
#define zw_build_push(parse, vec, item, span)                                 \
	do {                                                                  \
		if (!zw_build_has_room((parse), (vec).n, (span)))             \
			break;                                                \
		if (!(vec).cap) {                                             \
			(vec).v = zw_alloc((parse)->arena, sizeof(*(vec).v)); \
			(vec).cap = 1;                                        \
		}                                                             \
		zw_push((parse)->arena, (vec), (item));                       \
	} while (0)
bool zw_build_has_room(struct zw_parse *parse, size_t n, struct zw_span span);

#endif
