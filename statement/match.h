/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One flow held against the statement: which rules, publications and claims
 * speak of it. Law: plain membership of addresses and services, rule by rule;
 * what the rules come to together is the verifier's to say. */
#ifndef ZW_STATEMENT_MATCH_H
#define ZW_STATEMENT_MATCH_H

#include "statement/statement.h"

/* A first packet as its sender sends it, but for PASSED_DST. */
struct zw_flow {
	u32 from, to; /* zones, ZW_SELF, ZW_ELSEWHERE */
	struct zw_ip src, dst;
	struct zw_ip passed_dst; /* after destination translation */
	u8 proto;
	u16 key, passed_key; /* destination port; ICMP: type << 8 | code */
};

/* Of publications the destination is as sent, of rules as passed. */
bool zw_flow_matches_rule(const struct zw_flow *flow,
			  const struct zw_flow_rule *rule);
bool zw_flow_matches_publication(const struct zw_flow *flow,
				 const struct zw_publication *publication);
/* The statements that allow this flow, or (ALLOWS false) those that refuse it,
 * in the order of the text. */
typedef ZW_VEC(struct zw_span) zw_spans;
zw_spans zw_flow_lines(struct zw_arena *arena,
		       const struct zw_statement *statement,
		       const struct zw_flow *flow, bool allows);
/* The statements that translate its source or destination. */
zw_spans zw_flow_translations(struct zw_arena *arena,
			      const struct zw_statement *statement,
			      const struct zw_flow *flow);
/* Would CLAIM fall if this flow could start? */
bool zw_flow_breaks_claim(const struct zw_statement *statement,
			  const struct zw_flow *flow,
			  const struct zw_claim *claim);

/* The zone that has IP among its members, or ZW_ELSEWHERE. */
u32 zw_statement_zone_of(const struct zw_statement *statement, struct zw_ip ip);

#endif
