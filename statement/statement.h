/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be proved: zones, claims, and the meaning of a policy as plain
 * boxes. Law: this is all that the compiler tells the verifier; it speaks of
 * interfaces, addresses and services and knows nothing of tables, chains or
 * sets. Everything in it can be printed (zw_statement_print), so a reader can
 * check what was proved. All lists live in one arena; zones are numbered from
 * 0, and a zone number may also be one of the three pseudo-zones below. */
#ifndef ZW_STATEMENT_STATEMENT_H
#define ZW_STATEMENT_STATEMENT_H

#include <string.h>

#include "base/inet.h"
#include "base/source.h"
#include "base/vec.h"

#define ZW_SELF UINT32_MAX	      /* the gateway itself */
#define ZW_ELSEWHERE (UINT32_MAX - 1) /* every interface of no zone */

enum zw_zone_kind {
	ZW_ZONE_PLAIN,
	ZW_ZONE_EXTERNAL,
	ZW_ZONE_DMZ,
	ZW_ZONE_INTERNAL,
};

struct zw_interface {
	struct zw_str name; /* without the trailing '*' of a pattern */
	bool pattern;	    /* every name that begins with NAME */
	struct zw_span span;
};

/* Is NAME the interface, or one that its pattern matches? */
static inline bool zw_interface_covers(const struct zw_interface *interface,
				       struct zw_str name)
{
	if (!interface->pattern)
		return zw_str_eq(interface->name, name);
	return name.n >= interface->name.n &&
	       !memcmp(name.p, interface->name.p, interface->name.n);
}

enum zw_ipsec {
	ZW_IPSEC_EITHER,
	ZW_IPSEC_ONLY, /* only what came, or goes, through IPsec */
	ZW_IPSEC_NOT,
};

struct zw_zone {
	struct zw_str name;
	enum zw_zone_kind kind;
	struct zw_span span; /* of its name */
	ZW_VEC(struct zw_interface) interfaces;
	enum zw_ipsec ipsec; /* NOT also where another zone on the interface
			      * is ONLY */
	bool has_reqid;
	u32 reqid;
	bool has_network;
	struct zw_ipset networks; /* as written; empty without */
	/* The addresses that belong to it: its networks, or, without any,
	 * every address that is in no zone's networks. */
	struct zw_ipset members;
	bool shares_interface; /* with another zone */
	bool is_link; /* it joins gateways: whoever is on its interfaces can
		       * write sources of the zones beyond */
	bool spoofing_allowed; /* as sources, all that are in no other zone's
				* networks are its own */
};

/* A service is a list of these: packets of protocol PROTO (IANA number, after
 * IPv6 extension headers) with KEY in lo..hi, in the families of the mask.
 * KEY is the destination port (tcp, udp, udplite, sctp, dccp), type << 8 | code
 * (icmp, icmpv6), or nothing (0..65535) for other protocols. */
struct zw_service_item {
	u8 proto;
	u16 lo, hi;
	u8 families; /* bit 1 << enum zw_family */
};

typedef ZW_VEC(struct zw_service_item) zw_service_items;

/* One direction between two zones. ZW_SELF stands for the gateway; a rule
 * never names ZW_ELSEWHERE. SRC and DST are already within the zones' members
 * (for ZW_SELF: all addresses, or what a narrowing left); where spoofing is
 * allowed, SRC is within every address that is in no other zone's networks. */
struct zw_flow_box {
	u32 from, to;
	struct zw_ipset src, dst;
};

enum zw_action {
	ZW_ALLOW,
	ZW_DENY,
	ZW_REJECT,
};

/* What a rule asks of a fresh packet besides (a packet that is new and whose
 * entry is not confirmed); true or false as load and time have it. A new
 * packet that is not fresh matches an allow or a publish whatever they are; a
 * deny or reject that has any it does not match at all. Two predicates with
 * equal parameters are the same predicate. */
enum zw_predicate_kind {
	ZW_PREDICATE_RATE,	  /* a token bucket has a token */
	ZW_PREDICATE_CONNECTIONS, /* the source has at most AMOUNT of them */
	ZW_PREDICATE_WINDOW,	  /* the time, in UTC, lies in one of WINDOWS */
};

/* Seconds of the week, Sunday 00:00:00 being 0, both ends inclusive. */
struct zw_window {
	u32 from, to;
};

struct zw_predicate {
	enum zw_predicate_kind kind;
	u64 amount;	 /* RATE: per SECONDS; CONNECTIONS: how many */
	u64 seconds;	 /* RATE: 1, 60, 3600, 86400 */
	u64 burst;	 /* RATE: 5 where none was written */
	bool per_source; /* one for each IPv4 address or IPv6 /64 */
	ZW_VEC(struct zw_window) windows; /* sorted, disjoint */
};

typedef ZW_VEC(struct zw_predicate) zw_predicates; /* all must hold */

/* One port of a published service, or a run of equal ones: packets of PROTO to
 * outer_lo..outer_hi get their port moved to inner_lo and up. Of ICMP the key
 * is type << 8 | code and stays as it is. */
struct zw_port_pair {
	u8 proto;
	u16 outer_lo, outer_hi, inner_lo;
};

/* A zone and the sources within its members. */
struct zw_source_part {
	u32 zone;
	struct zw_ipset src;
};

/* Who answers for a rule or claim, and why it is there; no proof asks for it.
 * Each may be empty. */
struct zw_remarks {
	struct zw_str owner, ticket, because;
	struct zw_str until; /* YYYY-MM-DD, the last day; of rules alone */
};

/* publish: new packets from a part named in FROM to one of ADDRESSES and an
 * outer port get HOST and the inner port as destination, and are permitted
 * then. */
struct zw_publication {
	ZW_VEC(struct zw_source_part) from;
	u32 to; /* zone of HOST */
	enum zw_family family;
	struct zw_ip host;
	struct zw_intervals addresses; /* of FAMILY; at least one */
	struct zw_str interface;       /* whose these are; empty: written */
	ZW_VEC(struct zw_port_pair) pairs;
	zw_predicates predicates;
	struct zw_remarks remarks;
	struct zw_span span;
};

/* masquerade or snat: flows of these boxes that pass get another source. */
struct zw_source_translation {
	ZW_VEC(struct zw_flow_box) boxes; /* of the families it is for */
	bool masquerade; /* to the address of the output interface; else */
	enum zw_family family; /* to one of */
	struct zw_interval addresses;
	struct zw_span span;
};

/* What was not written but taken from the gateway's interfaces, so that the
 * proof holds as long as they keep it. */
struct zw_taken {
	struct zw_interface interface; /* or pattern of names */
	bool networks;		       /* the prefixes on its links; else its
					* own addresses */
	struct zw_ipset addresses;
	struct zw_str source; /* who said so: "the kernel" */
	struct zw_span span;  /* of the words that ask for it */
};

struct zw_flow_rule {
	enum zw_action action;
	zw_predicates predicates; /* of DENY and REJECT: WINDOW alone */
	ZW_VEC(struct zw_flow_box) boxes;
	zw_service_items services;
	struct zw_remarks remarks;
	struct zw_span span;
};

enum zw_claim_kind {
	ZW_NEVER,
	ZW_ONLY,
	ZW_ALWAYS,
	ZW_UNSPOOFED,
	ZW_EXPECT,
	ZW_EXACT, /* the bytes accept what the policy denotes, no less, no more;
		   * made by the verifier itself, one for the whole policy */
};

enum zw_flow_verdict {
	ZW_FLOW_DROP,
	ZW_FLOW_REJECT,
	ZW_FLOW_ACCEPT,
};

/* One member of a claim's side: a zone, ZW_SELF or ZW_ELSEWHERE, narrowed to
 * ADDRS or not at all (then "any source" or "any destination" holds as the
 * claim's kind says). */
struct zw_claim_term {
	u32 zone;
	bool narrowed;
	struct zw_ipset addrs;
};

typedef ZW_VEC(struct zw_claim_term) zw_claim_terms;

struct zw_claim {
	enum zw_claim_kind kind;
	struct zw_str text;  /* canonical spelling */
	struct zw_span span; /* ZW_NO_SPAN for the built-in ones */
	bool built_in;
	zw_claim_terms from, to; /* UNSPOOFED: from alone */
	bool any_service;	 /* no services written */
	zw_service_items services;
	enum zw_flow_verdict expected; /* EXPECT */
	struct zw_remarks remarks;
};

struct zw_statement {
	struct zw_str gateway; /* may be empty */
	ZW_VEC(struct zw_zone) zones;
	bool has_policy;		   /* false: zones and claims alone */
	ZW_VEC(struct zw_flow_rule) rules; /* in the order of the text */
	ZW_VEC(struct zw_publication) publications;
	ZW_VEC(struct zw_source_translation) translations;
	ZW_VEC(struct zw_claim) claims; /* the built-in ones first */
	ZW_VEC(struct zw_taken) taken;	/* in the order of the text */
	/* Which pairs of zones some rule allows anything between, from * (n +
	 * 1) + to, self being n; NULL until zw_statement_index(). */
	const bool *opens;
};

/* Make zw_statement_opens() quick. To be called again after a change. */
void zw_statement_index(struct zw_arena *arena, struct zw_statement *statement);

/* "office", "self", or "an interface of no zone". */
struct zw_str zw_statement_zone_name(const struct zw_statement *statement,
				     u32 zone);
/* Is there a rule that allows anything from zone FROM to zone TO? Established
 * packets pass by this. */
bool zw_statement_opens(const struct zw_statement *statement, u32 from, u32 to);

/* "interface 'wan0' has the addresses 203.0.113.5, according to the kernel". */
struct zw_str zw_taken_text(struct zw_arena *arena,
			    const struct zw_taken *taken);

/* The remarks of the rule or publish that stands where SPAN is, or NULL. */
const struct zw_remarks *
zw_statement_remarks_at(const struct zw_statement *statement,
			struct zw_span span);

/* Everything above as text, one fact a line. */
void zw_statement_print(struct zw_buf *out,
			const struct zw_statement *statement);

#endif
