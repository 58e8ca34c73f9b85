/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resolver's inside: what its files share. Law: a thing with a mistake in
 * it is poisoned, and whatever uses a poisoned thing stays silent about what
 * may be a consequence, so one mistake is one diagnostic. Everything is in the
 * model's arena; the syntax tree is only read. Callers of the compiler use
 * compiler.h alone. */
#ifndef ZW_COMPILER_RESOLVE_H
#define ZW_COMPILER_RESOLVE_H

#include "base/map.h"
#include "compiler/compiler.h"

/* How far one definition may reach into others that stand below it. */
#define ZW_DEFINITION_LIMIT 256
/* Zone names become parts of the kernel's object names (255 bytes), two in
 * one; counters carry a prefix. */
#define ZW_ZONE_NAME_LIMIT 100
#define ZW_COUNT_NAME_LIMIT 64
#define ZW_INTERFACE_NAME_LIMIT 15
#define ZW_COMMENT_LIMIT 127
/* Bounds for texts made to exhaust: zones, interfaces of all zones, and what
 * endpoints and rules come to when lists, kinds and `any` are written out. */
#define ZW_ZONE_LIMIT 1024
#define ZW_GATEWAY_LIMIT 1024
#define ZW_INTERFACE_LIMIT 16384
#define ZW_EXPANSION_LIMIT (16u << 20)

enum {
	ZW_PROTO_ICMP = 1,
	ZW_PROTO_TCP = 6,
	ZW_PROTO_UDP = 17,
	ZW_PROTO_ICMPV6 = 58,
	ZW_PROTO_SCTP = 132,
	ZW_PROTO_UDPLITE = 136,
};

enum zw_progress {
	ZW_UNSEEN,
	ZW_IN_WORK,
	ZW_DONE,
};

/* `define`: resolved when first asked for, so order does not matter. */
struct zw_define {
	const struct zw_ast_stmt *stmt;
	const struct zw_scope *scope;
	enum zw_progress progress;
	bool poisoned;
	bool may_be_empty; /* allow-empty is somewhere in it */
	struct zw_ipset set;
	/* Its part of each zone, indexed as slots are; NULL until asked for. */
	struct zw_ipset *in_zone;
	bool *in_zone_known;
};

/* `service`, of a policy or of the standard library (STMT is NULL). */
struct zw_service {
	const struct zw_ast_stmt *stmt;
	const struct zw_scope *scope;
	enum zw_progress progress;
	bool poisoned;
	zw_service_items items;	  /* normal */
	zw_service_items written; /* in the order of the text */
};

/* Where names are looked up: the policy, or the file of --claims, whose own
 * definitions come first, then (for services) the standard library, so that
 * the policy's authors cannot change what a claim says. */
struct zw_scope {
	struct zw_map defines, services;
	const struct zw_scope *outer;
};

/* Beside each zw_zone of the model: what only the resolver needs. */
struct zw_zone_extra {
	const struct zw_ast_stmt *stmt;
	bool poisoned;	     /* its addresses are not known */
	struct zw_map hosts; /* to model->hosts */
	/* `network from interface`: where it is said, and what came of it */
	struct zw_span takes; /* or ZW_NO_SPAN */
	struct zw_ipset taken;
};

/* `gateway NAME { ... }`: what its block says of one zone. */
struct zw_binding {
	u32 zone;
	struct zw_span span;
	struct zw_zone as; /* interfaces and ipsec alone */
};

struct zw_block {
	const struct zw_ast_stmt *stmt;
	ZW_VEC(struct zw_binding) bindings; /* in the order of the text */
};

/* One zone's share of an endpoint. WHOLE: nothing was taken away. */
struct zw_side_zone {
	u32 zone;
	bool whole;
	struct zw_ipset addrs;
};

struct zw_side {
	ZW_VEC(struct zw_side_zone) zones;
	bool poisoned;
	bool may_be_empty; /* what it lacks, an allow-empty define lacks */
	bool said;	   /* there is a warning that it is empty */
	bool lone_zone;	   /* a single zone by its name: A -> A is meant so */
	u32 number;	   /* for caches */
	zw_claim_terms terms; /* of claims; empty until asked for */
	bool terms_known;
};

/* What an endpoint is for: the same words mean members in rules, and any
 * address behind an interface in claims about what can start. */
enum zw_side_use {
	ZW_USE_RULE,
	ZW_USE_NEVER,	/* never, only: any address; `any` has ZW_ELSEWHERE */
	ZW_USE_MEMBERS, /* always, unspoofed: members */
	ZW_USE_EXPECT,	/* expect: members; hosts by their bare names */
	ZW_SIDE_USE_COUNT,
};

struct zw_slot; /* one zone while a side is being put together */

struct zw_pair_list {
	ZW_VEC(struct zw_rule_pair) pairs;
};

struct zw_resolver {
	struct zw_arena *arena;
	struct zw_sources *sources;
	struct zw_diags *diags;
	struct zw_model *model;
	s64 today;
	const struct zw_own_addresses *own; /* or NULL */
	ZW_VEC(struct zw_define) defines;
	ZW_VEC(struct zw_service) services;
	struct zw_scope policy, claims;
	struct zw_map zones, gateways; /* GATEWAYS: to blocks */
	ZW_VEC(struct zw_zone_extra) extras;
	struct zw_ipset everything;
	unsigned depth; /* of definitions within definitions */
	/* sides: scratch, and what was resolved before, by its text */
	struct zw_slot *slots;
	ZW_VEC(u32) touched;
	struct zw_map side_cache[2][ZW_SIDE_USE_COUNT]; /* to, from */
	ZW_VEC(struct zw_side *) sides;
	struct zw_map pairs_cache;
	ZW_VEC(struct zw_pair_list) pair_lists;
	/* Statements were left out for their syntax: what is not there may
	 * have been in one of them, so nobody is told that it is missing. */
	bool incomplete;
	u32 interface_count;
	u64 expanded;	  /* entries written out, against ZW_EXPANSION_LIMIT */
	bool exhausted;	  /* and it has been said */
	u32 rule_count;	  /* also of rules that match nothing */
	bool zones_alone; /* as in struct zw_resolve_options */
	/* `gateway NAME { ... }` and `link`; the blocks decide all interfaces
	 * where there are any */
	ZW_VEC(struct zw_block) blocks;
	ZW_VEC(const struct zw_ast_stmt *) links;
	const struct zw_ast_stmt *plain_gateway; /* without a block */
	struct zw_arena *scratch; /* while one gateway is looked at */
};

/* A slot's number: zones as they are, then self, then elsewhere. */
u32 zw_slot_of(const struct zw_resolver *r, u32 zone);
u32 zw_slot_count(const struct zw_resolver *r);

/* declare.c */
void zw_declare(struct zw_resolver *r, struct zw_scope *scope,
		const struct zw_ast *ast);
/* A diagnostic for NAME unknown in MAP's namespace; suggests, and labels the
 * nearest of the N CANDIDATES (SPANS beside them). */
struct zw_diag *zw_unknown_name(struct zw_resolver *r, enum zw_code code,
				const char *what, struct zw_ast_name name,
				const struct zw_ast_name *candidates, size_t n);

/* Count N entries against a limit; false past it, which is said once. */
bool zw_expand(struct zw_resolver *r, struct zw_span span, u64 n);
/* N, or 0 when there were so many errors that suggestions are not listed. */
size_t zw_candidates(const struct zw_resolver *r, size_t n);

/* blocks.c: gateways' blocks and links, as far as they need the names of zones
 * alone. Two or more blocks become the model's gateways. */
void zw_resolve_blocks(struct zw_resolver *r);
/* What the one block of the policy says of ZONE; NULL: nothing. */
const struct zw_binding *zw_only_binding(const struct zw_resolver *r, u32 zone);
/* An address of interfaces is asked for at SPAN: false after a diagnostic
 * where there are several gateways. */
bool zw_one_gateway(struct zw_resolver *r, struct zw_span span);

/* holds.c: which statements hold at which gateway, and so which zones lie
 * there; everything else is resolved. */
void zw_resolve_gateways(struct zw_resolver *r);

/* addresses.c: ADDRS of a scope as one set. */
struct zw_addrs_result {
	struct zw_ipset set;
	bool poisoned;
	bool may_be_empty;
};
struct zw_addrs_result zw_resolve_addrs(struct zw_resolver *r,
					const struct zw_scope *scope,
					const zw_ast_addrs *addrs);
/* One of them; a name is a define's. */
struct zw_addrs_result zw_resolve_addr(struct zw_resolver *r,
				       const struct zw_scope *scope,
				       const struct zw_ast_addr *addr);
/* Those too that nothing names. */
void zw_resolve_all_defines(struct zw_resolver *r);
struct zw_define *zw_find_define(struct zw_resolver *r,
				 const struct zw_scope *scope,
				 struct zw_str name);
/* Resolved, or NULL after a diagnostic. */
struct zw_define *zw_use_define(struct zw_resolver *r,
				const struct zw_scope *scope,
				const struct zw_ast_name *name);

/* own.c: addresses of ADDR's interface in FAMILIES; prefixes of all interfaces
 * of ZONE. False after a diagnostic. */
bool zw_take_addresses(struct zw_resolver *r, const struct zw_ast_addr *addr,
		       u8 families, struct zw_ipset *out);
bool zw_take_networks(struct zw_resolver *r, const struct zw_zone *zone,
		      struct zw_span span, struct zw_ipset *out);
/* Which interfaces have a prefix that meets PART. */
void zw_note_taken(struct zw_resolver *r, struct zw_diag *diag,
		   struct zw_ipset part);

/* setfile.c: the file of a define; PLACE is where it is named. False after a
 * diagnostic. */
bool zw_read_set_file(struct zw_resolver *r, struct zw_span place,
		      struct zw_str name, struct zw_ipset *set);

/* zones.c */
void zw_resolve_zones(struct zw_resolver *r);
/* interfaces.c */
void zw_resolve_interfaces(struct zw_resolver *r, u32 zone);
/* One that is written, to ZONE, which has it not yet. */
void zw_add_interface(struct zw_resolver *r, struct zw_zone *zone,
		      const struct zw_ast_name *written);
/* How zones share interfaces. */
struct zw_sharing {
	struct zw_zone *zones; /* what they share is noted there */
	size_t n;
	/* Of several gateways: the one it is about, and by zone whether it is
	 * on the interface for a link's sake, as the link's own zone or beyond;
	 * else NULL. */
	const struct zw_model_gateway *gateway;
	const bool *by_link;
};
void zw_check_interfaces(struct zw_resolver *r,
			 const struct zw_sharing *sharing);
/* WRITTEN can be the name of one interface; false after a diagnostic. */
bool zw_check_interface_name(struct zw_resolver *r,
			     const struct zw_ast_name *written);

/* services.c: normal items. */
enum zw_service_use {
	ZW_SERVICES_OF_RULE,  /* link messages and redirects taken out */
	ZW_SERVICES_IN_ORDER, /* as written, not normal: to pair ports off */
	ZW_SERVICES_OF_CLAIM, /* taken out where not named by type */
};
/* Those too that nothing names. */
void zw_resolve_all_services(struct zw_resolver *r);
/* False after a diagnostic. */
bool zw_resolve_services(struct zw_resolver *r, const struct zw_scope *scope,
			 const zw_ast_services *services, struct zw_span span,
			 enum zw_service_use use, zw_service_items *items);
/* Sorted by protocol and key, disjoint. */
zw_service_items zw_service_items_normal(struct zw_arena *arena,
					 zw_service_items items);
zw_service_items zw_service_items_any(struct zw_arena *arena);
u8 zw_service_families(const zw_service_items *items);
/* The families in which a protocol can be seen behind IPv6's extension
 * headers and in IPv4. */
u8 zw_protocol_families(u8 proto);

/* protocols.c */
bool zw_protocol_number(struct zw_str name, u8 *number);
bool zw_protocol_has_ports(u8 proto);
bool zw_icmp_type_number(u8 proto, struct zw_str name, u8 *type);
/* The nearest name, or an empty string. */
struct zw_str zw_protocol_suggest(struct zw_resolver *r, struct zw_str name);
struct zw_str zw_icmp_type_suggest(struct zw_resolver *r, u8 proto,
				   struct zw_str name);

/* standard.c */
bool zw_standard_service(struct zw_str name, struct zw_arena *arena,
			 zw_service_items *items);
size_t zw_standard_service_count(void);
struct zw_str zw_standard_service_name(size_t i);

/* interfaces.c: have A and B an interface in common? */
bool zw_share_interface(const struct zw_zone *a, const struct zw_zone *b);

/* sides.c; SOURCE: flows come from it. */
struct zw_slot *zw_new_slots(struct zw_resolver *r);
struct zw_side *zw_resolve_side(struct zw_resolver *r,
				const struct zw_scope *scope,
				const struct zw_ast_side *side,
				enum zw_side_use use, bool source);
/* The families that a set has addresses of. */
u8 zw_set_families(struct zw_ipset set);

/* rules.c */
void zw_resolve_rule(struct zw_resolver *r, const struct zw_ast_stmt *stmt);
struct zw_str zw_place_text(struct zw_resolver *r, struct zw_span span);

/* options.c */
void zw_resolve_options(struct zw_resolver *r, const zw_ast_options *options,
			struct zw_rule_options *out);

/* dates.c */
bool zw_parse_date(struct zw_str text, s64 *days);
/* Its windows to OUT; false if TEXT is none. */
bool zw_parse_during(struct zw_arena *arena, struct zw_str text,
		     struct zw_rule_options *out);

/* claims.c */
void zw_built_in_claims(struct zw_resolver *r);
void zw_resolve_claim(struct zw_resolver *r, const struct zw_scope *scope,
		      const struct zw_ast_stmt *stmt);

/* publish.c */
void zw_resolve_publish(struct zw_resolver *r, const struct zw_ast_stmt *stmt);

/* translations.c: masquerade, snat, clamp-mss, log drops, and publish. */
void zw_refuse_self(struct zw_resolver *r, const struct zw_ast_side *side,
		    const struct zw_side *resolved);
/* After routing nobody knows any more how a packet came in, so that sources
 * SRC of zone FROM must be no other zone's on an interface of it, as ZONES have
 * theirs. False after a diagnostic. */
bool zw_check_translated(struct zw_resolver *r, const struct zw_zone *zones,
			 struct zw_span span, u32 from, struct zw_ipset src);
/* What stands behind `as`: one range of one family. False after a diagnostic.
 */
bool zw_resolve_as(struct zw_resolver *r, const struct zw_ast_stmt *stmt,
		   enum zw_family *family, struct zw_interval *range);
void zw_resolve_translation(struct zw_resolver *r,
			    const struct zw_ast_stmt *stmt);

#endif
