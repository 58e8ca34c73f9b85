/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verifier's face: netlink bytes and a statement in, verdicts out. Law:
 * any bytes are answered, with a verdict or a diagnostic; PROVED is only said
 * of what holds for every packet under the assumptions listed in the result,
 * and REFUTED only with a packet that the concrete interpreter accepted on the
 * same decoded bytes. Nothing here reads compiler/, grammar/ or libnftnl. */
#ifndef ZW_VERIFIER_VERIFY_H
#define ZW_VERIFIER_VERIFY_H

#include "base/diag.h"
#include "statement/gateway.h"
#include "statement/statement.h"

enum zw_verdict {
	ZW_PROVED,
	ZW_REFUTED,
	ZW_UNDECIDED,
};

/* A step of a packet's way: a rule (or a chain's policy) that it met. */
struct zw_step {
	struct zw_str hook;  /* "prerouting", "forward", ... */
	struct zw_str table; /* "inet zwinger" */
	struct zw_str chain;
	u64 handle;	       /* of the rule; 0 if it has none yet */
	u32 position;	       /* of the rule in its chain, from 1; 0: policy */
	struct zw_str comment; /* "hq.zw:14", from the rule's own bytes */
	struct zw_str what;    /* "accept", "jump z_x", "policy drop", ... */
	struct zw_str gateway; /* of a way over several; else empty */
};

/* One gateway of a packet's way over several. */
struct zw_hop {
	struct zw_str gateway;
	struct zw_str link; /* the zone by which it goes on; empty: nowhere */
	const struct zw_witness *witness; /* the packet as it came there */
};

/* One concrete packet that shows something. Text fields are ready to print;
 * the interpreter has run it. */
struct zw_witness {
	u32 from_zone, to_zone; /* the pair of zones; ZW_SELF, ZW_ELSEWHERE */
	struct zw_str in, out;	/* interface names, or "self" */
	enum zw_family family;
	u8 proto;
	struct zw_str proto_name; /* IANA, lower case: "tcp", "ipv6-icmp" */
	struct zw_ip src, dst;	  /* as sent */
	bool has_ports;
	u16 sport, dport;
	bool has_type;
	u8 type, code;
	struct zw_str state;	 /* conntrack: "new", "established", ... */
	struct zw_str direction; /* "original", "reply" or empty */
	struct zw_str details;	 /* what else is special of it; may be empty:
				  * "fragment, source-routed, tcp flags rst" */
	struct zw_str outcome;	 /* "accepted", "dropped", "rejected" */
	ZW_VEC(struct zw_step) path;
	ZW_VEC(struct zw_str)
	assumptions; /* "the limit of rule 3 is not
		      * reached", ... */
	/* The gateways that it met, where these are several: PATH is all of
	 * theirs then, and OUT, TO_ZONE and OUTCOME the last one's. */
	ZW_VEC(struct zw_hop) hops;
	struct zw_str bytes; /* the packet itself, from the network header */
	struct zw_str link;  /* and the Ethernet header that it came in; empty:
			      * in none */
};

/* How much is wrong: the violating set beside its first packet. */
struct zw_extent {
	struct zw_str count; /* decimal: (source, destination, protocol, key)
			      * combinations */
	struct zw_str box;   /* "254 sources x 65534 destinations x tcp/5432" */
};

struct zw_claim_result {
	const struct zw_claim *claim;
	enum zw_verdict verdict;
	bool has_witness;
	struct zw_witness witness;
	struct zw_extent extent; /* when refuted */
	struct zw_span culprit;	 /* policy line of the accepting rule, found by
				  * its comment's file:line; or ZW_NO_SPAN */
	struct zw_str reason;	 /* when undecided: which rule, why; when an
				  * exactness claim is refuted: "accepts more" or
				  * "accepts less" and what was denoted */
	ZW_VEC(struct zw_str) assumptions; /* what a proof rests on */
};

/* Something that was not modelled exactly but taken to come out either way. */
struct zw_approximated {
	struct zw_str
		text;  /* "rule 3 of chain 'c' in table 'inet f': a limit" */
	bool mattered; /* a claim that is not proved hangs on how it comes out;
			* what was proved holds either way */
};

struct zw_verification {
	enum zw_verdict
		verdict; /* of all: refuted over undecided over proved */
	ZW_VEC(struct zw_claim_result)
	claims;				   /* in the statement's order, the
					    * exactness claim last */
	struct zw_claim exact;		   /* the claim behind the last entry */
	ZW_VEC(struct zw_str) assumptions; /* of the whole proof */
	/* Of the state after the last transaction; each once. */
	ZW_VEC(struct zw_approximated) approximations;
	bool families[ZW_FAMILY_COUNT]; /* for which it was decided */
	u8 digest[32]; /* SHA-256 of the bytes between BEGIN and END */
	size_t nodes;  /* diagram nodes used, for --stats */
};

struct zw_verify_options {
	size_t node_limit; /* 0: 20 million */
	/* The bytes begin with a dump of every table there is, so nothing has
	 * to be assumed of others. */
	bool all_tables;
	/* What else there is on the gateway; may be NULL. Of zw_verify_batch()
	 * alone. */
	const struct zw_gateway *gateway;
	/* The table of family inet that the policy was compiled to; exactness
	 * is asked of it alone, since others may well refuse more. NULL: of
	 * all. */
	const char *own_table;
	/* Packets of this family are not asked for: the ruleset given speaks of
	 * the other one alone. */
	bool without[ZW_FAMILY_COUNT];
	/* Called now and then with a share done in 0..1000; may be NULL. */
	void (*progress)(void *context, unsigned done);
	void *progress_context;
};

/* Refuted over undecided over proved, of all claims. */
enum zw_verdict zw_verdict_of_all(const struct zw_verification *verification);

/* Decode the batch of N BYTES onto an empty kernel and decide every claim of
 * STATEMENT and, if it has a policy, exactness. What the decoder does not
 * understand goes to DIAGS as warnings and makes undecided what it can
 * influence; bytes that are no batch at all are an error there (and every claim
 * undecided). SOURCES gives the span for file:line comments; may be NULL.
 * The result lives in ARENA. */
struct zw_verification *
zw_verify_batch(struct zw_arena *arena, struct zw_diags *diags,
		const struct zw_sources *sources, const u8 *bytes, size_t n,
		const struct zw_statement *statement,
		const struct zw_verify_options *options);

/* The same for what a kernel holds: the N BYTES are answers of a dump (none at
 * all: no table). GATEWAY has the numbers of its interfaces and, where it is
 * whole, what else there is on it; may be NULL. */
struct zw_verification *
zw_verify_state(struct zw_arena *arena, struct zw_diags *diags,
		const struct zw_sources *sources, const u8 *bytes, size_t n,
		const struct zw_gateway *gateway,
		const struct zw_statement *statement,
		const struct zw_verify_options *options);

#endif
