/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The syntax tree of a policy: what was written, nothing resolved. Law: every
 * node has the span it was read from; lists keep the order of the text; text
 * is borrowed from the zw_sources; the tree lives in one arena and is not
 * changed after parsing. Names are as written, numbers are checked for
 * overflow only. */
#ifndef ZW_GRAMMAR_AST_H
#define ZW_GRAMMAR_AST_H

#include "base/inet.h"
#include "base/source.h"
#include "base/vec.h"

/* A name or string: its text without quotes, and where it stands. */
struct zw_ast_name {
	struct zw_str text;
	struct zw_span span;
	bool quoted;
};

/* -- addresses: `10.0.0.0/8, admins, 192.0.2.1-192.0.2.9, file "f"` -- */
enum zw_ast_addr_kind {
	ZW_ADDR_LITERAL,	/* one address, a prefix, or a range */
	ZW_ADDR_NAME,		/* a define (or, in an expect, a host) */
	ZW_ADDR_FILE,		/* file "F"; only in define */
	ZW_ADDR_FROM_INTERFACE, /* network from interface */
	ZW_ADDR_INTERFACE,	/* publish ... as interface NAME */
};

struct zw_ast_addr {
	enum zw_ast_addr_kind kind;
	struct zw_span span;
	/* LITERAL: first and last address as written; a prefix has prefix_len
	 * >= 0 and lo is the address before the slash, host bits included */
	enum zw_family family;
	u128 lo, hi;
	int prefix_len;		 /* -1: none written */
	struct zw_ast_name name; /* NAME, FILE, INTERFACE */
	bool allow_empty;	 /* FILE: `allow-empty` behind it */
};

typedef ZW_VEC(struct zw_ast_addr) zw_ast_addrs;

/* -- endpoints: `office(admins), vpn.host, dmz, any except a, b` -- */
enum zw_ast_who {
	ZW_WHO_NAME, /* a zone by name */
	ZW_WHO_ANY,
	ZW_WHO_SELF,
	ZW_WHO_EXTERNAL, /* all zones of a kind */
	ZW_WHO_DMZ,
	ZW_WHO_INTERNAL,
};

struct zw_ast_term {
	enum zw_ast_who who;
	struct zw_ast_name name; /* for every kind: the word written */
	struct zw_span span;	 /* with the narrowing */
	bool narrowed;		 /* (ADDRS) was written */
	zw_ast_addrs addrs;
	ZW_VEC(struct zw_ast_name) hosts; /* .host or .{h1, h2} */
};

struct zw_ast_side {
	struct zw_span span;
	ZW_VEC(struct zw_ast_term) terms;
	ZW_VEC(struct zw_ast_term) except; /* all that follows `except` */
};

/* -- services: `http, tcp/8443, udp/{53, 100-200}, icmp/echo-request, any` --
 */
enum zw_ast_service_kind {
	ZW_SERVICE_NAME, /* includes bare protocol names such as esp */
	ZW_SERVICE_ANY,
	ZW_SERVICE_PORTS,  /* PROTO/ports */
	ZW_SERVICE_TYPE,   /* icmp/TYPE[/CODE], icmpv6/... */
	ZW_SERVICE_NUMBER, /* proto/47 */
};

struct zw_ast_port_range {
	u32 lo, hi; /* as written; above 65535 is the resolver's error */
	struct zw_span span;
};

struct zw_ast_service {
	enum zw_ast_service_kind kind;
	struct zw_span span;
	struct zw_ast_name proto; /* NAME: the name; PORTS, TYPE: protocol */
	ZW_VEC(struct zw_ast_port_range) ports; /* PORTS */
	struct zw_ast_name type;		/* TYPE: a name, or digits */
	bool has_code;
	u32 code;
	u32 number; /* NUMBER */
};

typedef ZW_VEC(struct zw_ast_service) zw_ast_services;

/* -- options behind rules and claims -- */
enum zw_ast_option_kind {
	ZW_OPTION_LIMIT,       /* limit N/unit [burst N] [per source] */
	ZW_OPTION_CONNECTIONS, /* limit connections N per source */
	ZW_OPTION_LOG,	       /* log ["PREFIX"] [group N] */
	ZW_OPTION_COUNT,       /* count ["NAME"] */
	ZW_OPTION_DURING,
	ZW_OPTION_UNTIL,
	ZW_OPTION_OWNER,
	ZW_OPTION_TICKET,
	ZW_OPTION_BECAUSE,
	ZW_OPTION_KIND_COUNT,
};

enum zw_ast_unit {
	ZW_PER_SECOND,
	ZW_PER_MINUTE,
	ZW_PER_HOUR,
	ZW_PER_DAY,
};

struct zw_ast_rate {
	u64 amount;
	enum zw_ast_unit unit;
	bool has_burst;
	u64 burst;
	bool per_source;
	struct zw_span span;
};

struct zw_ast_option {
	enum zw_ast_option_kind kind;
	struct zw_span span;
	struct zw_ast_rate rate; /* LIMIT; CONNECTIONS: amount */
	bool has_text;
	struct zw_ast_name text; /* LOG, COUNT, DURING, UNTIL (date), ... */
	bool has_group;
	u32 group; /* LOG */
};

typedef ZW_VEC(struct zw_ast_option) zw_ast_options;

/* -- what stands in a zone's braces, or a gateway's -- */
enum zw_ast_member_kind {
	ZW_MEMBER_INTERFACE,
	ZW_MEMBER_IPSEC, /* ipsec [reqid N] */
	ZW_MEMBER_NOT_IPSEC,
	ZW_MEMBER_NETWORK,
	ZW_MEMBER_HOST,
	ZW_MEMBER_SPOOFING_ALLOW,
	ZW_MEMBER_BINDING, /* interface ZONE = NAMES [ipsec ...]: of gateways */
};

enum zw_ast_ipsec {
	ZW_AST_IPSEC_UNSAID,
	ZW_AST_IPSEC,
	ZW_AST_IPSEC_NOT,
};

struct zw_ast_member {
	enum zw_ast_member_kind kind;
	struct zw_span span;
	ZW_VEC(struct zw_ast_name) interfaces; /* a trailing * is a pattern */
	bool has_reqid;
	u32 reqid;
	enum zw_ast_ipsec ipsec; /* BINDING: what stands behind the names */
	struct zw_ast_name name; /* HOST; BINDING: the zone's */
	zw_ast_addrs addrs;	 /* NETWORK, HOST */
};

enum zw_ast_zone_kind {
	ZW_AST_ZONE_PLAIN,
	ZW_AST_ZONE_EXTERNAL,
	ZW_AST_ZONE_DMZ,
	ZW_AST_ZONE_INTERNAL,
};

/* -- statements -- */
enum zw_ast_kind {
	ZW_AST_GATEWAY,
	ZW_AST_INCLUDE, /* the included statements follow in the list */
	ZW_AST_DEFINE,
	ZW_AST_SERVICE,
	ZW_AST_ZONE,
	ZW_AST_LINK,
	ZW_AST_ALLOW,
	ZW_AST_DENY,
	ZW_AST_REJECT,
	ZW_AST_MASQUERADE,
	ZW_AST_SNAT,
	ZW_AST_CLAMP_MSS,
	ZW_AST_PUBLISH,
	ZW_AST_NEVER,
	ZW_AST_ONLY,
	ZW_AST_ALWAYS,
	ZW_AST_UNSPOOFED,
	ZW_AST_EXPECT,
	ZW_AST_LOG_DROPS,
	ZW_AST_KIND_COUNT,
};

enum zw_ast_expectation {
	ZW_EXPECT_ACCEPT,
	ZW_EXPECT_DROP,
	ZW_EXPECT_REJECT,
};

enum zw_ast_nat_families {
	ZW_NAT_IPV4,
	ZW_NAT_IPV6,
	ZW_NAT_ALL,
};

struct zw_ast_stmt {
	enum zw_ast_kind kind;
	struct zw_span span; /* from the first word to the last, no comment */
	struct zw_span keyword;	 /* the first word alone */
	struct zw_ast_name name; /* GATEWAY, DEFINE, SERVICE, ZONE, INCLUDE;
				  * LINK: the zone's */

	zw_ast_addrs addrs;	  /* DEFINE; SNAT: as ...; PUBLISH: as ADDR */
	zw_ast_services services; /* SERVICE; rules and claims (may be empty);
				   * PUBLISH: the inner services */
	zw_ast_services outer; /* PUBLISH: the services of the public address */

	enum zw_ast_zone_kind zone_kind;      /* ZONE */
	bool has_block;			      /* GATEWAY: braces follow */
	ZW_VEC(struct zw_ast_member) members; /* ZONE, GATEWAY */
	ZW_VEC(struct zw_ast_name) gateways;  /* LINK */

	struct zw_ast_side from; /* rules, claims, NAT, EXPECT; UNSPOOFED;
				  * PUBLISH: for ZONES */
	struct zw_ast_side to;	 /* PUBLISH: the host (one term) */
	zw_ast_options options;	 /* rules, PUBLISH, claims, LOG_DROPS */

	enum zw_ast_expectation expectation;   /* EXPECT */
	enum zw_ast_nat_families nat_families; /* MASQUERADE */
	bool has_size;
	u32 size; /* CLAMP_MSS */
};

struct zw_ast {
	ZW_VEC(struct zw_ast_stmt *) stmts; /* of all files, in order read */
	/* from # to the end of the line; only zw_parse_alone() keeps them */
	ZW_VEC(struct zw_span) comments;
};

#endif
