/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy with every name resolved and every value checked: what the
 * statements mean, still in the policy's own terms. Law: a model exists only
 * if the policy has no error; it does not point into the syntax tree; it is
 * not changed after zw_resolve(). Zone numbers are those of zw_zone in the
 * statement (index, or ZW_SELF). */
#ifndef ZW_COMPILER_MODEL_H
#define ZW_COMPILER_MODEL_H

#include "statement/network.h"

struct zw_host {
	struct zw_str name;
	u32 zone;
	struct zw_ipset addrs;
	struct zw_span span;
};

#define ZW_DEFAULT_BURST 5 /* nft's own */

struct zw_rate {
	u64 amount;  /* per unit */
	u64 seconds; /* of the unit: 1, 60, 3600, 86400 */
	u64 burst;   /* 0: none written */
	bool per_source;
};

/* What a rule does beside deciding. Zeroed: nothing. */
struct zw_rule_options {
	bool has_limit;
	struct zw_rate limit;
	u32 connections; /* limit connections N per source; 0: none */
	bool log;
	struct zw_str log_prefix;
	bool has_log_group;
	u32 log_group;
	bool count;
	struct zw_str count_name;
	struct zw_str during;		  /* as written; empty: always */
	ZW_VEC(struct zw_window) windows; /* what it comes to */
	struct zw_str until;		  /* YYYY-MM-DD; empty: for ever */
	struct zw_str owner, ticket, because;
};

/* Those of the options that are remarks. */
struct zw_remarks zw_remarks_of(const struct zw_rule_options *options);

/* allow, deny or reject between one ordered pair of zones: the sides as they
 * were narrowed, within the zones' members. WHOLE says that a side was not
 * narrowed (then src equals the members). */
struct zw_rule_pair {
	u32 from, to;
	bool whole_src, whole_dst;
	struct zw_ipset src, dst;
};

struct zw_rule {
	enum zw_action action;
	ZW_VEC(struct zw_rule_pair) pairs;
	zw_service_items services; /* normal: by protocol, then by key,
				    * disjoint; ICMPv6 types 130-137 and 143
				    * and ICMP redirects taken out */
	struct zw_rule_options options;
	struct zw_span span;
	struct zw_str place; /* "hq.zw:14": the comment of its rules; shortened
			      * from the left to what a comment holds */
	u32 number;	     /* from 0, in the order of the text */
};

/* publish: a rule that allows what it translates. Of RULE, what is common to
 * rules: options, number, span, place; neither pairs nor services. */
struct zw_publish {
	struct zw_rule rule;
	struct zw_publication publication; /* without predicates */
};

/* masquerade or snat. */
struct zw_translate {
	struct zw_source_translation translation;
	struct zw_str place;
};

/* clamp-mss. */
struct zw_clamp {
	ZW_VEC(struct zw_flow_box) boxes;
	u16 size; /* 0: the route's */
	struct zw_span span;
	struct zw_str place;
};

/* A define of the policy. */
struct zw_named_set {
	struct zw_str name;
	struct zw_span span; /* of the name */
	struct zw_ipset set;
};

/* A zone as one of several gateways sees it, and by which interfaces. */
struct zw_zone_there {
	u32 zone;
	enum zw_attachment attached; /* HERE or BEYOND */
	ZW_VEC(struct zw_interface) interfaces;
	enum zw_ipsec ipsec;
	bool has_reqid;
	u32 reqid;
	bool shares_interface;
	bool is_link; /* here, and others are on it */
};

/* One of several gateways, and what of the policy holds there: numbers in the
 * model's lists, in their order. */
struct zw_model_gateway {
	struct zw_str name;
	struct zw_span span;		    /* of the name */
	ZW_VEC(struct zw_zone_there) zones; /* in the order of their numbers */
	ZW_VEC(u32) rules, publishes, translates, clamps;
};

struct zw_hops; /* between gateways: compiler/hops.h */

/* Of a policy of several gateways, which has two or more blocks, this is the
 * whole: its zones have no interfaces, and zw_model_at() makes the model of one
 * gateway from it, which names that one and has no list of them. */
struct zw_model {
	struct zw_str gateway;
	ZW_VEC(struct zw_zone) zones;
	struct zw_ipset *sources; /* by zone: what comes from it; its members,
				   * or more where it may forge */
	ZW_VEC(struct zw_host) hosts;
	ZW_VEC(struct zw_rule) rules;
	ZW_VEC(struct zw_publish) publishes;
	ZW_VEC(struct zw_translate) translates;
	ZW_VEC(struct zw_clamp) clamps;
	ZW_VEC(struct zw_claim) claims; /* built-in, the policy's, --claims */
	ZW_VEC(struct zw_taken) taken;	/* from interfaces */
	ZW_VEC(struct zw_named_set) sets;
	bool has_policy;		 /* at least one rule */
	bool logs_drops;		 /* log drops: */
	struct zw_rule_options drop_log; /* log and limit */
	struct zw_span drop_log_span;
	struct zw_str drop_log_place;
	struct zw_str place; /* "hq.zw": of what no line of the policy asks */
	u32 rule_count;	     /* numbers of rules are below it */
	ZW_VEC(struct zw_model_gateway) gateways; /* none, or two or more */
	ZW_VEC(struct zw_network_link) links;
	const struct zw_hops *hops; /* NULL without gateways */
};

#endif
