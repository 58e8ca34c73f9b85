/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about sets of flows: "what passes from these parties to those where
 * this holds". Law: the answer is exactly the flows that can pass and for which
 * the condition is true, pair of parties by pair, as disjoint classes. */
#ifndef ZW_VERIFIER_QUERY_H
#define ZW_VERIFIER_QUERY_H

#include "verifier/classes.h"
#include "verifier/parties.h"

enum zw_condition_kind {
	ZW_CONDITION_AND, /* of A and B */
	ZW_CONDITION_OR,
	ZW_CONDITION_NOT,   /* of A */
	ZW_CONDITION_PROTO, /* RANGES of numbers, and so for the next ones */
	ZW_CONDITION_DPORT, /* of protocols with ports */
	ZW_CONDITION_SPORT,
	ZW_CONDITION_TYPE, /* of ICMP */
	ZW_CONDITION_CODE,
	ZW_CONDITION_FAMILY, /* 0: IPv4, 1: IPv6 */
	ZW_CONDITION_SRC,    /* ADDRESSES */
	ZW_CONDITION_DST,
	ZW_CONDITION_IN, /* interface NAME, PATTERN */
	ZW_CONDITION_OUT,
	ZW_CONDITION_SERVICE, /* SERVICES */
};

struct zw_condition {
	enum zw_condition_kind kind;
	const struct zw_condition *a, *b;
	struct zw_intervals ranges;
	struct zw_ipset addresses;
	struct zw_str name;
	bool pattern;
	const zw_service_items *services;
};

struct zw_query {
	/* NULL: every party. Only terms that are zones or self count. */
	const zw_claim_terms *from, *to;
	const struct zw_condition *where; /* NULL: everything */
};

struct zw_query_pair {
	const struct zw_party *from, *to;
	enum zw_path path;
	struct zw_classes classes;
	struct zw_str count; /* of (source, destination, protocol, key) */
	bool sure;	     /* whatever the unknowns come to */
	bool has_example;
	struct zw_witness example;
};

struct zw_query_result {
	struct zw_parties parties;
	ZW_VEC(struct zw_query_pair) pairs; /* that have flows */
};

void zw_query_ask(struct zw_study *study, const struct zw_query *query,
		  struct zw_query_result *out);

#endif
